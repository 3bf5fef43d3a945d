import assert from 'node:assert/strict';
import {
  compile,
  data,
  input,
  layers,
  model as graphModel,
  ops,
  optimizers,
  sequential,
  ShapeError,
  Tensor,
  ValueError,
  type Layer,
  type Sequential,
  type TensorBase,
} from '../../lib/index.js';
import { gradients } from '../../lib/ops/grad.js';
import { bits, random32 } from './models.js';

const [N, T, F, H] = [10, 11, 2, 4];
const x = random32([N, T, F], 1);
const y = random32([N, T, 1], 2);
const quiet = { verbose: 0, shuffle: false } as const;

function twoLayers(options: { stateful?: boolean; batch?: number } = {}): Sequential {
  const { stateful = false, batch = null } = options;
  const model = sequential([
    layers.lstm({ units: H, returnSequences: true, stateful, batchInputShape: [batch, null, F] }),
    layers.gru({ units: H, returnSequences: true, stateful }),
    layers.dense({ units: 1 }),
  ]);
  model.setWeights(model.weights.map((w, i) => random32(w.shape, 50 + i)));
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: 'mse', metrics: ['mae'] });
  return model;
}

/** The same training by hand: a compiled step per chunk that takes the states and gives the new ones. */
function byHand(k: number, batchSize: number): { weights: Tensor[]; loss: number } {
  const model = twoLayers();
  const [lstm, gru, dense] = model.layers;
  const optimizer = optimizers.sgd({ learningRate: 0.1 });
  const step = compile((xs: TensorBase, ys: TensorBase, ...states: TensorBase[]) => {
    const [h, c, g] = states.map((s) => ops.stopGradient(s));
    const cell = (layer: Layer) => (layer as any).cell;
    const weights = (layer: Layer) => {
      const [kernel, recurrentKernel, bias] = cell(layer).weights;
      return { kernel, recurrentKernel, bias };
    };
    const first = ops.lstm({ x: xs, ...weights(lstm), initialState: [h, c] });
    const second = ops.gru({ x: first.outputs, ...weights(gru), initialState: g });
    const loss = ops.mean(ops.square((dense.invoke(second.outputs) as TensorBase).sub(ys)));
    optimizer.apply(gradients(loss, model.trainableWeights), model.trainableWeights);
    return [loss, ...first.states, ...second.states];
  });
  let [sum, count] = [0, 0];
  for (let from = 0; from < N; from += batchSize) {
    const rows = [from, Math.min(N, from + batchSize)];
    let states = [H, H, H].map((n) => ops.zeros([rows[1] - rows[0], n]));
    for (let t = 0; t < T; t += k) {
      const part = [rows, [t, Math.min(T, t + k)]];
      const [xs, ys] = [x, y].map((v) => v.slice(part) as Tensor);
      const [loss, ...next] = step(xs, ys, ...states);
      states = next;
      sum += loss.item() * xs.shape[0] * xs.shape[1];
      count += xs.shape[0] * xs.shape[1];
    }
  }
  return { weights: model.getWeights(), loss: sum / count };
}

function close(found: readonly Tensor[], expected: readonly Tensor[], bound: number): void {
  found.forEach((t, i) =>
    t.data.forEach((v, j) =>
      assert.ok(Math.abs(v - expected[i].data[j]) < bound, `${i}: ${v}, ${expected[i].data[j]}`),
    ),
  );
}

describe('fit with tbptt', () => {
  it('is plain fit, bit for bit, where the chunks are as long as the sequences', async () => {
    const train = async (options: object) => {
      const model = twoLayers();
      const { history } = await model.fit(x, y, { ...quiet, epochs: 2, batchSize: 4, ...options });
      return [bits(model), history];
    };
    assert.deepEqual(await train({ tbptt: T }), await train({}));
    assert.deepEqual(await train({ tbptt: 100 }), await train({}));
  });

  for (const [k, batchSize] of [
    [4, 10],
    [5, 4],
    [1, 5],
  ]) {
    it(`chunks of ${k}, batches of ${batchSize}: a loop by hand`, async () => {
      const model = twoLayers();
      const { history } = await model.fit(x, y, { ...quiet, batchSize, tbptt: k });
      const { weights, loss } = byHand(k, batchSize);
      close(model.getWeights(), weights, 1e-6);
      assert.ok(Math.abs(history.loss[0] - loss) < 1e-6, `${history.loss[0]}, ${loss}`);
      assert.equal(model.optimizer.iterations.value().item(), Math.ceil(T / k) * Math.ceil(N / batchSize));
    });
  }

  it('hears of batches, not of chunks, and reports metrics over all steps', async () => {
    const model = twoLayers();
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: 'mse', metrics: ['mae'] });
    const seen: number[] = [];
    const callback = { onTrainBatchEnd: (batch: number) => void seen.push(batch) };
    const { history } = await model.fit(x, y, { ...quiet, batchSize: 4, tbptt: 3, callbacks: callback });
    assert.deepEqual(seen, [0, 1, 2]);
    // Nothing was learned, so that the whole sequences give the same figures.
    const [loss, mae] = await model.evaluate(x, y, { verbose: 0 });
    assert.ok(Math.abs(history.loss[0] - loss) < 1e-6, `${history.loss[0]}, ${loss}`);
    assert.ok(Math.abs(history.mae[0] - mae) < 1e-6, `${history.mae[0]}, ${mae}`);
  });

  it('weighs samples and steps, takes iterables of batches', async () => {
    const ones = { sampleWeight: ops.ones([N]) };
    const perStep = { sampleWeight: ops.ones([N, T]) };
    const train = async (...args: any[]) => {
      const model = twoLayers();
      await (model.fit as any)(...args);
      return model.getWeights();
    };
    const options = { ...quiet, batchSize: N, tbptt: 4 };
    const plain = await train(x, y, options);
    close(await train(x, y, { ...options, ...ones }), plain, 1e-6);
    close(await train(x, y, { ...options, ...perStep }), plain, 1e-6);
    close(await train(new Set([[x, y]]), { verbose: 0, tbptt: 4, stepsPerEpoch: 1 }), plain, 1e-6);
    const none = { sampleWeight: ops.zeros([N]) };
    close(await train(x, y, { ...options, ...none }), twoLayers().getWeights(), 1e-12);
  });

  it('walks views of one series as it does windows of their own', async () => {
    const series = random32([40, F], 5);
    const options = { steps: T, mode: 'sequence' } as const;
    const train = async ([xs, ys]: readonly any[]) => {
      const model = twoLayers();
      await model.fit(xs, ys, { ...quiet, tbptt: 4, batchSize: 8 });
      return bits(model);
    };
    assert.deepEqual(await train(data.windowView(series, options)), await train(data.forecastWindows(series, options)));
  });

  it('starts a stateful layer from its states', async () => {
    const halves = [x, y].map((v) => [v.slice([null, [0, 6]]), v.slice([null, [6, T]])] as Tensor[]);
    const stateful = twoLayers({ stateful: true, batch: N });
    for (const i of [0, 1]) await stateful.fit(halves[0][i], halves[1][i], { ...quiet, tbptt: 3 });
    const whole = twoLayers();
    await whole.fit(x, y, { ...quiet, batchSize: N, tbptt: 3 });
    close(stateful.getWeights(), whole.getWeights(), 1e-6);
  });

  it('needs memory for a chunk, however long the sequences', async () => {
    const bytes = async (steps: number) => {
      const model = twoLayers();
      await model.fit(random32([2, steps, F], 3), random32([2, steps, 1], 4), { ...quiet, tbptt: 10 });
      return model.workingMemory;
    };
    assert.equal(await bytes(40), await bytes(400));
  });

  it('learns what the carried states remember', async () => {
    // The target is the very first input; chunks of one step see it in the state only.
    const first = random32([64, 1, 1], 7);
    const [xs, ys] = [ops.concatenate([first, ops.zeros([64, 7, 1])], 1), ops.tile(first, [1, 8, 1])] as Tensor[];
    const model = sequential([
      layers.gru({ units: 8, returnSequences: true, inputShape: [null, 1], seed: 1 }),
      layers.dense({ units: 1 }),
    ]);
    model.setWeights(model.weights.map((w, i) => random32(w.shape, 80 + i)));
    model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'mse' });
    const { history } = await model.fit(xs, ys, { ...quiet, epochs: 60, batchSize: 16, tbptt: 4 });
    assert.ok((history.loss.at(-1) as number) < 0.05, `${history.loss.at(-1)}`);
  });

  it('carries the states of a graph with two branches, one layer in both', async () => {
    const shared = layers.simpleRNN({ units: 3, returnSequences: true });
    const [a, b] = [input({ shape: [null, F] }), input({ shape: [null, F] })];
    const joined = layers.concatenate().apply([shared.apply(a), shared.apply(b)]);
    const model = graphModel({ inputs: [a, b], outputs: layers.dense({ units: 1 }).apply(joined) });
    model.setWeights(model.weights.map((w, i) => random32(w.shape, 60 + i)));
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: 'mse' });
    const given = [x, random32([N, T, F], 9)];
    const { history } = await model.fit(given, y, { ...quiet, tbptt: 2 });
    const loss = (await model.evaluate(given, y, { verbose: 0 })) as number;
    assert.ok(Math.abs(history.loss[0] - loss) < 1e-6, `${history.loss[0]}, ${loss}`);
  });

  const sequence = () => layers.gru({ units: 2, returnSequences: true, inputShape: [null, F] });
  const REFUSED: Record<string, [Layer[], RegExp]> = {
    'a last output only': [
      [layers.lstm({ units: 2, name: 'only_last', inputShape: [null, F] })],
      /only_last.*returnSequences/,
    ],
    flatten: [
      [layers.gru({ units: 2, returnSequences: true, inputShape: [T, F] }), layers.flatten({ name: 'flat' })],
      /'flat' \(Flatten\)/,
    ],
    bidirectional: [
      [layers.bidirectional({ layer: sequence(), inputShape: [null, F], name: 'bi' })],
      /'bi'.*backwards/,
    ],
    'goes backwards': [
      [layers.gru({ units: 2, returnSequences: true, goBackwards: true, inputShape: [null, F] })],
      /backwards/,
    ],
    convolution: [
      [layers.conv1D({ filters: 2, kernelSize: 3, padding: 'causal', inputShape: [null, F] })],
      /Conv1D.*beyond the chunk/,
    ],
    'features along the steps': [
      [layers.batchNormalization({ axis: 1, inputShape: [T, F], name: 'norm' }), sequence()],
      /'norm' \(BatchNormalization\).*along the steps/,
    ],
    pooling: [[sequence(), layers.globalAveragePooling1D()], /GlobalAveragePooling1D/],
    'a recurrent layer at every step': [
      [
        layers.timeDistributed({
          layer: sequential([layers.gru({ units: 2, inputShape: [3, F] })]),
          inputShape: [null, 3, F],
        }),
      ],
      /TimeDistributed.*anew/,
    ],
  };
  for (const [name, [list, message]] of Object.entries(REFUSED)) {
    it(`refuses ${name}`, async () => {
      const model = sequential(list);
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      await assert.rejects(
        model.fit(x, y, { tbptt: 2, verbose: 0 }),
        (e) => e instanceof ValueError && message.test(e.message),
      );
    });
  }

  it('refuses targets without steps and lengths that are none', async () => {
    const model = twoLayers();
    const one = random32([N, 1], 3);
    await assert.rejects(
      model.fit(x, one, { tbptt: 2, verbose: 0 }),
      (e) =>
        e instanceof ShapeError &&
        /tbptt: y 'dense\w*' has shape \[null, 1\], expected \[batch, 11, \.\.\.\]/.test(e.message),
    );
    await assert.rejects(model.fit(x, y, { tbptt: 0 }), /tbptt must be an integer of at least 1, got 0/);
    await model.fit(x, y, { ...quiet, tbptt: 2 });
  });
});
