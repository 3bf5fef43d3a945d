import assert from 'node:assert/strict';
import { layers, ops, sequential, Tensor, type Sequential } from '../../lib/index.js';
import type { TensorBase } from '../../lib/program/tensor.js';
import { random32 } from './models.js';

const F = 3;
const T = 21;

/** A cell of the user's with two states that change places. */
class Swapping extends layers.Layer {
  readonly stateSize = [4, 4];
  private readonly inner = this.track(new layers.Dense({ units: 4, activation: 'tanh' }));

  override build([batch, features]: number[]): void {
    this.inner.build([batch, features + 4]);
  }

  getInitialState(batch: number): TensorBase[] {
    return [ops.ones([batch, 4]), ops.zeros([batch, 4])];
  }

  call(x: TensorBase, [a, b]: TensorBase[]): [TensorBase, TensorBase[]] {
    return [
      ops.add(this.inner.call(ops.concatenate([x, a], -1)), ops.multiply(b, 0.5)),
      [b, ops.tanh(ops.add(a, 0.1))],
    ];
  }
}

const causal = (dilationRate: number, inputShape?: (number | null)[]) =>
  layers.conv1d({
    filters: 5,
    kernelSize: 2,
    padding: 'causal',
    activation: 'relu',
    dilationRate,
    ...(inputShape ? { inputShape } : {}),
  });
const inputShape = [null, F];

const MODELS: Record<string, () => Sequential> = {
  'LSTM stack': () =>
    sequential([
      layers.lstm({ units: 6, returnSequences: true, inputShape }),
      layers.lstm({ units: 5, returnSequences: true }),
      layers.timeDistributed({ layer: layers.dense({ units: 2 }) }),
    ]),
  'stateful simple RNN': () =>
    sequential([
      layers.simpleRNN({ units: 6, returnSequences: true, stateful: true, batchInputShape: [2, null, F] }),
      layers.dense({ units: 1 }),
    ]),
  GRU: () => sequential([layers.gru({ units: 7, returnSequences: true, inputShape }), layers.dense({ units: 2 })]),
  'stacked cells': () =>
    sequential([
      layers.rnn({
        cell: [layers.gruCell({ units: 4 }), layers.lstmCell({ units: 3 })],
        returnSequences: true,
        inputShape,
      }),
    ]),
  "cell of the user's": () =>
    sequential([layers.rnn({ cell: new Swapping(), returnSequences: true, inputShape }), layers.dense({ units: 2 })]),
  WaveNet: () =>
    sequential([
      causal(1, inputShape),
      ...[2, 4, 8, 1, 2, 4, 8].map((d) => causal(d)),
      layers.conv1d({ filters: 2, kernelSize: 1 }),
    ]),
  mix: () =>
    sequential([
      layers.layerNormalization({ inputShape }),
      sequential([layers.conv1d({ filters: 4, kernelSize: 3, padding: 'causal', inputShape })]),
      layers.activation({ activation: 'tanh' }),
      layers.gru({ units: 4, returnSequences: true, resetAfter: false }),
      layers.dropout({ rate: 0.5 }),
      causal(3),
      layers.dense({ units: 2 }),
    ]),
};

function near(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  assert.equal(actual.length, expected.length);
  Array.from(expected, (v, i) => assert.ok(Math.abs(actual[i] - v) < 2e-6, `${i}: ${actual[i]} for ${v}`));
}

describe('stream', () => {
  for (const [name, make] of Object.entries(MODELS))
    it(`gives step by step what predict gives at once: ${name}`, () => {
      const model = make();
      const x = random32([2, T, F], 3);
      const whole = model.predictSync(x) as Tensor;
      const stream = model.stream({ batchSize: 2 });
      const first = stream.states();
      for (let round = 0; round < 2; round++) {
        for (let t = 0; t < T; t++) {
          const y = stream.next(x.slice([null, t]));
          assert.deepEqual(y.shape, [2, whole.shape[2]]);
          near(y.data, (whole.slice([null, t]) as Tensor).data);
        }
        stream.reset();
        assert.deepEqual(stream.states(), first);
      }
    });

  it('gives the prediction for the steps so far where only the last output is wanted', () => {
    const model = sequential([layers.lstm({ units: 4, inputShape }), layers.dense({ units: 1 })]);
    const x = random32([1, 5, F], 4);
    const stream = model.stream();
    for (let t = 0; t < 5; t++) {
      const y = stream.next(Array.from(x.data.slice(t * F, t * F + F)));
      near(y.data, (model.predictSync(x.slice([null, [0, t + 1]])) as Tensor).data);
    }
  });

  it('takes indices for an embedding, and sees new weights', () => {
    const model = sequential([
      layers.embedding({ inputDim: 5, outputDim: 3, inputShape: [null] }),
      layers.gru({ units: 4, returnSequences: true }),
    ]);
    const stream = model.stream();
    model.setWeights(model.weights.map((v, i) => random32(v.shape, 60 + i)));
    const whole = model.predictSync([[1, 4, 2]]) as Tensor;
    const steps = [1, 4, 2].map((index) => Array.from(stream.next([index]).data));
    near(steps.flat(), whole.data);
  });

  it('refuses by name what needs other steps', () => {
    const refused = [
      layers.bidirectional({ layer: layers.gru({ units: 2, returnSequences: true }), inputShape, name: 'bad' }),
      layers.lstm({ units: 2, goBackwards: true, inputShape, name: 'bad' }),
      layers.conv1d({ filters: 2, kernelSize: 3, padding: 'same', inputShape, name: 'bad' }),
      layers.conv1d({ filters: 2, kernelSize: 3, inputShape, name: 'bad' }),
      layers.conv1d({ filters: 2, kernelSize: 3, strides: 2, padding: 'causal', inputShape, name: 'bad' }),
      layers.globalAveragePooling1d({ inputShape, name: 'bad' }),
      layers.flatten({ inputShape: [4, F], name: 'bad' }),
      layers.masking({ inputShape, name: 'bad' }),
      layers.embedding({ inputDim: 5, outputDim: 3, maskZero: true, inputShape: [4], name: 'bad' }),
    ];
    for (const layer of refused)
      assert.throws(() => sequential([layer]).stream(), /layer 'bad' \(\w+\) cannot be streamed: it /);
  });

  it('says what is wrong with its arguments', () => {
    const model = sequential([layers.gru({ units: 2, inputShape })]);
    assert.throws(() => model.stream({ batchSize: 0 }), /batchSize/);
    assert.throws(() => model.stream(null as never), /expected an object of options/);
    assert.throws(() => model.stream({ batch: 1 } as object), /batch/);
    assert.throws(
      () => model.stream({ batchSize: 2 }).next([1, 2, 3]),
      /shape \[3\], expected \[2, 3\] or \[2, 1, 3\]/,
    );
    assert.throws(() => sequential([layers.gru({ units: 2 })]).stream(), /not built/);
    assert.throws(
      () => sequential([layers.dense({ units: 2, inputShape: [4] })]).stream(),
      /\[batch, steps, features\]/,
    );
  });
});
