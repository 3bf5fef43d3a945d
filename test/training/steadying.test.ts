import assert from 'node:assert/strict';
import {
  layers,
  model as graphModel,
  input,
  optimizers,
  ops,
  regularizers,
  sequential,
  type Layer,
  type Tensor,
} from '../../lib/index.js';
import { bits, random32 } from './models.js';

const quiet = { verbose: 0 } as const;
const close = (a: number, b: number, tolerance = 1e-5) =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} and ${b}`);
const H = 3;

/** Every recurrent layer with options of its own, and how to reach its recurrent weights. */
const RECURRENT: Record<string, (options: any) => Layer> = {
  simpleRNN: (o) => layers.simpleRNN({ units: H, ...o }),
  lstm: (o) => layers.lstm({ units: H, ...o }),
  'lstm with peepholes': (o) => layers.lstm({ units: H, usePeepholes: true, ...o }),
  gru: (o) => layers.gru({ units: H, ...o }),
  'gru resetAfter false': (o) => layers.gru({ units: H, resetAfter: false, ...o }),
  bidirectional: ({ returnSequences, ...o }) =>
    layers.bidirectional({ layer: layers.lstm({ units: H, returnSequences, ...o }) }),
  'rnn of a stack': ({ returnSequences, ...o }) =>
    layers.rnn({ cell: [layers.gruCell({ units: H, ...o }), layers.lstmCell({ units: H, ...o })], returnSequences }),
  'layer-normalized LSTM': ({ returnSequences, ...o }) =>
    layers.rnn({ cell: layers.layerNormLSTMCell({ units: H, ...o }), returnSequences }),
  'layer-normalized GRU': ({ returnSequences, ...o }) =>
    layers.rnn({ cell: layers.layerNormGRUCell({ units: H, ...o }), returnSequences }),
};

/** A layer in a model on [B, T, 2]. */
function around(layer: Layer) {
  const x = input({ shape: [null, 2] });
  return graphModel({ inputs: x, outputs: layer.apply(x) as never });
}

describe('steadying a training', () => {
  const x = random32([4, 5, 2], 1);

  for (const [name, make] of Object.entries(RECURRENT)) {
    it(`${name}: recurrentDropout leaves the first step alone, and everything outside of training`, async () => {
      const model = around(make({ recurrentDropout: 0.5, returnSequences: true }));
      const plain = await model.predict(x);
      const wet = await model.predict(x, { training: true });
      const apart = (t: number) => {
        const part = (y: Tensor) => y.slice([null, t]) as Tensor;
        return (ops.max(ops.abs(ops.subtract(part(plain), part(wet)))) as Tensor).item();
      };
      // The state before the first step is 0 in each direction; a stack's second cell and the way back see later ones.
      if (name !== 'bidirectional') assert.ok(apart(0) < 1e-6);
      assert.ok(apart(3) > 1e-4);
      assert.deepEqual((await model.predict(x)).data, plain.data);
    });

    it(`${name}: dropout changes the first step, activity and weights are penalized, constraints hold`, async () => {
      const wet = around(make({ dropout: 0.5, returnSequences: true }));
      const first = async (training: boolean) => (await wet.predict(x, { training })).slice([null, 0]).data;
      assert.notDeepEqual(await first(true), await first(false));

      const model = around(make({ recurrentRegularizer: 'l2', recurrentConstraint: 'unitNorm' }));
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1, clipnorm: 0.01 }), loss: 'mse' });
      const y = random32([4, model.outputShape.at(-1)], 2);
      const kernels = () =>
        model.weights.filter((v) => /recurrent/i.test(v.name) && v.rank === 2).map((v) => v.value());
      assert.ok(kernels().length > 0);
      const squares = (t: { data: ArrayLike<number> }) => Array.from(t.data).reduce((sum, v) => sum + v * v, 0);
      const error = squares(ops.subtract(model.predictSync(x), y)) / y.size;
      close(await model.evaluate(x, y), error + 0.01 * kernels().reduce((sum, k) => sum + squares(k), 0));
      const before = model.getWeights();
      await model.fit(x, y, { ...quiet, epochs: 1 });
      for (const k of kernels()) for (const n of (ops.norm(k, null, 0) as Tensor).data) close(n, 1);
      // What no constraint moved went by at most rate · clipnorm.
      model.weights.forEach((v, i) => {
        if (v.constraint) return;
        const step = Math.sqrt(squares(ops.subtract(v.value(), before[i])));
        assert.ok(step <= 0.1 * 0.01 * (1 + 1e-3), `${v.name}: ${step}`);
      });
    });
  }

  it('activityRegularizer of a recurrent layer: on its outputs, divided by the batch', async () => {
    for (const returnSequences of [true, false]) {
      const model = around(
        layers.lstm({ units: H, returnSequences, activityRegularizer: regularizers.l2({ l2: 0.5 }) }),
      );
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      const y = (await model.predict(x)) as Tensor;
      const squares = Array.from(y.data).reduce((sum, v) => sum + v * v, 0);
      close(await model.evaluate(x, y), (0.5 * squares) / 4);
    }
  });

  it('class weights and sample weights of an async generator are those of arrays', async () => {
    const labels = Int32Array.of(0, 1, 2, 1, 0, 2, 1, 1);
    const data = random32([8, 5, 2], 3);
    const weight = Float32Array.from({ length: 8 }, (_, i) => 0.5 + 0.25 * i);
    const make = () => {
      const model = sequential([
        layers.gru({ units: H, inputShape: [null, 2] }),
        layers.dense({ units: 3, activation: 'softmax' }),
      ]);
      model.setWeights(model.weights.map((v, i) => random32(v.shape, 40 + i)));
      model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', weightedMetrics: ['accuracy'] });
      return model;
    };
    const classWeight = { 0: 2, 2: 0.25 };
    const rows = (from: number, to: number) => [
      data.slice([[from, to]]),
      labels.slice(from, to),
      weight.slice(from, to),
    ];
    const batches = {
      async *[Symbol.asyncIterator]() {
        for (const from of [0, 3, 6]) {
          await new Promise((done) => setTimeout(done, 1));
          yield rows(from, Math.min(from + 3, 8));
        }
      },
    };
    const [arrays, generated] = [make(), make()];
    const a = await arrays.fit(data, labels, { ...quiet, epochs: 2, batchSize: 3, shuffle: false, sampleWeight: weight, classWeight }); // prettier-ignore
    const b = await generated.fit(batches, { ...quiet, epochs: 2, classWeight });
    assert.deepEqual(bits(generated), bits(arrays));
    assert.deepEqual(b.history, a.history);
  });

  it('an error in a generator rejects the fit, and it is closed when the fit is over', async () => {
    const y = random32([4, H], 2);
    const model = around(layers.simpleRNN({ units: H }));
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const broken = (async function* () {
      yield [x, y];
      throw new Error('no more data');
    })();
    await assert.rejects(model.fit(broken, { ...quiet, stepsPerEpoch: 3 }), /no more data/);
    let closed = false;
    const endless = (function* () {
      try {
        for (;;) yield [x, y];
      } finally {
        closed = true;
      }
    })();
    await model.fit(endless, { ...quiet, epochs: 2, stepsPerEpoch: 3 });
    assert.ok(closed);
  });

  it('averages of the weights, clipped and constrained, are what a fit leaves', async () => {
    const y = random32([4, H], 2);
    const model = around(layers.gru({ units: H, kernelConstraint: 'nonNeg' }));
    const optimizer = optimizers.adam({ learningRate: 0.05, globalClipnorm: 0.1, useEma: true, emaMomentum: 0.5 });
    model.compile({ optimizer, loss: 'mse' });
    const seen: number[][][] = [];
    await model.fit(x, y, { ...quiet, epochs: 3, callbacks: { onEpochEnd: () => void seen.push(bits(model)) } });
    // One batch per epoch: w1, then the mean with half of what was before.
    const expected = seen[0].map((w, i) => w.map((v, k) => 0.25 * v + 0.25 * seen[1][i][k] + 0.5 * seen[2][i][k]));
    bits(model).forEach((w, i) => w.forEach((v, k) => close(v, expected[i][k])));
    assert.ok(bits(model)[0].every((v) => v >= 0));
  });
});
