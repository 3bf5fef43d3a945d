import assert from 'node:assert/strict';
import { input, layers, model, sequential, type GraphModel, type LayerTensor, type Tensor } from '../../lib/index.js';
import { random32 } from './models.js';

const [B, T, F] = [2, 23, 3];

function near(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  assert.equal(actual.length, expected.length);
  Array.from(expected, (v, i) => assert.ok(Math.abs(actual[i] - v) < 3e-6, `${i}: ${actual[i]} for ${v}`));
}

const causal = (filters: number, dilationRate: number, activation?: 'tanh' | 'sigmoid') =>
  layers.conv1d({ filters, kernelSize: 2, padding: 'causal', dilationRate, activation });
const pointwise = (filters: number) => layers.conv1d({ filters, kernelSize: 1 });

/** Gated blocks with residual and skip connections (van den Oord et al. 2016). */
function waveNet(): GraphModel {
  const x = input({ shape: [null, F] });
  let h = causal(4, 1).apply(x) as LayerTensor;
  const skips: LayerTensor[] = [];
  for (const dilation of [1, 2, 4, 8, 1, 2]) {
    const gated = layers
      .multiply()
      .apply([causal(4, dilation, 'tanh').apply(h), causal(4, dilation, 'sigmoid').apply(h)]) as LayerTensor;
    skips.push(pointwise(5).apply(gated) as LayerTensor);
    h = layers.add().apply([h, pointwise(4).apply(gated)]) as LayerTensor;
  }
  const out = layers.activation({ activation: 'relu' }).apply(layers.add().apply(skips));
  return model({ inputs: x, outputs: pointwise(2).apply(out) as LayerTensor });
}

/** A recurrent branch beside a convolution, joined; a layer and a nested model used twice. */
function branches(): GraphModel {
  const x = input({ shape: [null, F] });
  const inner = sequential([layers.conv1d({ filters: 4, kernelSize: 3, padding: 'causal', inputShape: [null, 4] })]);
  const shared = layers.dense({ units: 4, activation: 'tanh' });
  const a = inner.apply(shared.apply(x)) as LayerTensor;
  const b = layers.gru({ units: 4, returnSequences: true }).apply(x) as LayerTensor;
  const joined = layers.concatenate().apply([a, inner.apply(shared.apply(layers.dense({ units: F }).apply(b))), b]);
  const more = layers
    .average()
    .apply([joined, layers.maximum().apply([joined, layers.batchNormalization().apply(joined)])]);
  return model({ inputs: x, outputs: layers.lstm({ units: 3, returnSequences: true }).apply(more) as LayerTensor });
}

function stepByStep(m: GraphModel, x: Tensor): void {
  const whole = m.predictSync(x) as Tensor;
  const stream = m.stream({ batchSize: B });
  const first = stream.states();
  for (let round = 0; round < 2; round++) {
    for (let t = 0; t < T; t++)
      near((stream.next(x.slice([null, t])) as Tensor).data, (whole.slice([null, t]) as Tensor).data);
    assert.notDeepEqual(stream.states(), first);
    stream.reset();
    assert.deepEqual(stream.states(), first);
  }
}

describe('stream of a graph', () => {
  it('gives what predict gives: gates, residuals and skips', () => stepByStep(waveNet(), random32([B, T, F], 1)));

  it('gives what predict gives: branches, shared layers, models inside', () =>
    stepByStep(branches(), random32([B, T, F], 2)));

  it('holds the past of a wide kernel in order', () => {
    const m = sequential([
      layers.conv1d({ filters: 2, kernelSize: 4, padding: 'causal', dilationRate: 3, inputShape: [null, F] }),
    ]);
    const x = random32([B, T, F], 3);
    const stream = m.stream({ batchSize: B });
    for (let t = 0; t < 12; t++) stream.next(x.slice([null, t]));
    assert.deepEqual(stream.states()[0].toArray(), (x.slice([null, [3, 12]]) as Tensor).toArray());
  });

  it('keeps what it gave: later steps do not write into it', () => {
    const stream = waveNet().stream();
    const first = stream.next([1, 2, 3]) as Tensor;
    const copy = [...first.data];
    stream.next([3, 2, 1]);
    assert.deepEqual([...first.data], copy);
  });

  it('takes a list or a dictionary for several inputs and gives a list for several outputs', () => {
    const a = input({ shape: [null, 2], name: 'a' });
    const b = input({ shape: [null, 3], name: 'b' });
    const h = layers.concatenate().apply([a, b]);
    const last = layers.lstm({ units: 3 }).apply(h) as LayerTensor;
    const all = layers.simpleRNN({ units: 4, returnSequences: true }).apply(h) as LayerTensor;
    const m = model({ inputs: [a, b], outputs: [all, layers.dense({ units: 1 }).apply(last) as LayerTensor] });
    const [xa, xb] = [random32([1, 5, 2], 4), random32([1, 5, 3], 5)];
    const stream = m.stream();
    for (let t = 0; t < 5; t++) {
      const [ya, yb] = [xa.slice([null, t]), xb.slice([null, t])] as Tensor[];
      const [every, one] = stream.next(t % 2 === 0 ? [ya, yb] : { a: ya, b: yb }) as Tensor[];
      const [wholeEvery, wholeOne] = m.predictSync(
        [xa, xb].map((x) => x.slice([null, [0, t + 1]]) as Tensor),
      ) as Tensor[];
      near(every.data, (wholeEvery.slice([null, -1]) as Tensor).data);
      near(one.data, wholeOne.data);
    }
    assert.throws(() => stream.next([xa]), /expected a list of 2 arrays \(a, b\)/);
    assert.throws(() => stream.next({ a: [1, 2], c: [1, 2, 3] }), /unknown name 'c'/);
  });

  it('computes a decoder anew at every step of its encoder', () => {
    const x = input({ shape: [null, F] });
    const [last, h, c] = layers.lstm({ units: 4, returnState: true }).apply(x) as LayerTensor[];
    const repeated = layers.repeatVector({ n: 3 }).apply(last);
    const decoded = layers.lstm({ units: 4, returnSequences: true }).apply(repeated, { initialState: [h, c] });
    const m = model({ inputs: x, outputs: layers.dense({ units: 2 }).apply(decoded) as LayerTensor });
    const series = random32([B, 6, F], 6);
    const stream = m.stream({ batchSize: B });
    for (let t = 0; t < 6; t++) {
      const y = stream.next(series.slice([null, t])) as Tensor;
      assert.deepEqual(y.shape, [B, 3, 2]);
      near(y.data, (m.predictSync(series.slice([null, [0, t + 1]])) as Tensor).data);
    }
  });

  it('refuses by name what needs other steps', () => {
    const x = input({ shape: [null, F] });
    const one = input({ shape: [1, F] });
    const gru = (name?: string) => layers.gru({ units: F, returnSequences: true, name });
    const last = layers.gru({ units: F, returnState: true }).apply(x) as LayerTensor[];
    const refused: Record<string, () => LayerTensor> = {
      'works along the steps': () => layers.concatenate({ axis: 1, name: 'bad' }).apply([x, gru().apply(x)]),
      'works along': () => layers.softmax({ axis: [1, 2], name: 'bad' }).apply(x),
      'takes the steps together with': () => layers.add({ name: 'bad' }).apply([x, last[0]]),
      'is called with initialState': () => gru('bad').apply(x, { initialState: [last[1]] }),
      'repeats an input of one step': () => layers.add({ name: 'bad' }).apply([x, one]),
      'may need other steps': () =>
        layers.bidirectional({ layer: layers.lstm({ units: 2, returnSequences: true }), name: 'bad' }).apply(x),
      "has padding 'same'": () => layers.conv1d({ filters: 2, kernelSize: 2, padding: 'same', name: 'bad' }).apply(x),
    };
    for (const [why, make] of Object.entries(refused)) {
      const y = make();
      const inputs = why.startsWith('repeats') ? [x, one] : x;
      assert.throws(
        () => model({ inputs, outputs: y }).stream(),
        new RegExp(`layer 'bad' \\(\\w+\\) cannot be streamed: it ${why}`),
      );
    }
  });
});
