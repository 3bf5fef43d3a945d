import assert from 'node:assert/strict';
import {
  layers,
  losses,
  ops,
  optimizers,
  sequential,
  setThreads,
  tensor,
  Tensor,
  valueAndGrad,
} from '../../lib/index.js';
import type { TensorBase } from '../../lib/index.js';
import { bits, compiled, linearData, random32, smallModel } from './models.js';

const close = (a: number, b: number, bound = 1e-6) =>
  assert.ok(Math.abs(a - b) <= bound * Math.max(1, Math.abs(b)), `${a} is not ${b}`);
const quiet = { verbose: 0 } as const;

describe('fit', () => {
  it('learns, and reports every epoch', async () => {
    const { x, y } = linearData(200);
    const model = compiled({ hidden: 8 });
    const history = await model.fit(x, y, { ...quiet, epochs: 30, seed: 3, validationSplit: 0.2 });
    assert.deepEqual(Object.keys(history.history), ['loss', 'mae', 'val_loss', 'val_mae']);
    assert.equal(history.history.loss.length, 30);
    assert.deepEqual(history.epoch.slice(0, 3), [0, 1, 2]);
    assert.ok(history.history.val_loss[29] < history.history.val_loss[0] / 3);
  });

  it('is a loop of trainOnBatch, with the partial batch at the end', async () => {
    const { x, y } = linearData(23);
    const [fitted, looped] = [compiled(), compiled()];
    const history = await fitted.fit(x, y, { ...quiet, epochs: 3, batchSize: 5, shuffle: false });
    let weighted = 0;
    for (let epoch = 0; epoch < 3; epoch++) {
      weighted = 0;
      for (let from = 0; from < 23; from += 5) {
        const to = Math.min(23, from + 5);
        const [loss] = await looped.trainOnBatch(x.slice([[from, to]]), y.slice([[from, to]]));
        weighted += loss * (to - from);
      }
    }
    assert.deepEqual(bits(fitted), bits(looped));
    close(history.history.loss[2], weighted / 23, 1e-12);
    assert.equal(fitted.optimizer.iterations.value().item(), 15);
  });

  it('gives the same bits for the same seed, whatever the threads', async () => {
    const { x, y } = linearData(300);
    const run = async (seed: number, threads: number) => {
      setThreads(threads);
      const model = compiled({ hidden: 40, dropout: 0.3 });
      const { history } = await model.fit(x, y, { ...quiet, epochs: 3, batchSize: 64, seed });
      return { weights: bits(model), loss: history.loss };
    };
    try {
      const first = await run(5, 1);
      assert.deepEqual(await run(5, 2), first);
      assert.deepEqual(await run(5, 3), first);
      assert.notDeepEqual((await run(6, 2)).weights, first.weights);
    } finally {
      setThreads(2);
    }
  });

  // Several threads in one instruction, and threads that each take shards of the batch.
  for (const [units, batchSize, what] of [
    [64, 64, 'where an instruction is worth several'],
    [20, 128, 'where each takes some of the samples'],
  ] as const) {
    it(`gives the same bits whatever the threads ${what}`, () => sameBits(units, batchSize));
  }

  async function sameBits(units: number, batchSize: number): Promise<void> {
    const [x, y] = [random32([128, 60, 8], 1), random32([128, 60, units], 2)];
    const run = async (threads: number) => {
      setThreads(threads);
      const model = sequential([layers.lstm({ units, dropout: 0.2, returnSequences: true })]);
      model.build([null, 60, 8]);
      model.setWeights(model.weights.map((v, i) => random32(v.shape, 10 + i)));
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0.01 }), loss: 'mse' });
      const { history } = await model.fit(x, y, { ...quiet, epochs: 1, batchSize, seed: 5 });
      return { weights: bits(model), loss: history.loss };
    };
    try {
      const first = await run(1);
      for (const threads of [2, 3, 16]) assert.deepEqual(await run(threads), first);
    } finally {
      setThreads(2);
    }
  }

  it('gives the same bits however the epochs are cut', async () => {
    const { x, y } = linearData(100);
    const [whole, parts] = [compiled({ dropout: 0.2 }), compiled({ dropout: 0.2 })];
    await whole.fit(x, y, { ...quiet, epochs: 4, seed: 9 });
    await parts.fit(x, y, { ...quiet, epochs: 2, seed: 9 });
    await parts.fit(x, y, { ...quiet, epochs: 4, initialEpoch: 2, seed: 9 });
    assert.deepEqual(bits(parts), bits(whole));
  });

  it("follows the gradient of a user's loss", async () => {
    const loss = (t: TensorBase, p: TensorBase) => ops.mean(ops.abs(ops.subtract(t, ops.exp(p))), -1);
    const { x, y } = linearData(6);
    const model = smallModel();
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.5 }), loss });
    const before = model.getWeights();
    const [, grads] = valueAndGrad((w0: TensorBase, b0: TensorBase, w1: TensorBase, b1: TensorBase) =>
      ops.mean(loss(y, x.matmul(w0).add(b0).tanh().matmul(w1).add(b1))),
    )(...before);
    await model.fit(x, y, { ...quiet, epochs: 1, shuffle: false });
    model
      .getWeights()
      .forEach((w, i) => w.data.forEach((v, k) => close(v, before[i].data[k] - 0.5 * grads[i].data[k])));
  });

  it('weighs samples and classes', async () => {
    const { x, y } = linearData(8);
    const [all, some] = [compiled(), compiled()];
    const weight = Float32Array.of(2, 0, 2, 0, 2, 0, 2, 0);
    await all.fit(x, y, { ...quiet, shuffle: false, sampleWeight: weight });
    const even = (t: Tensor) => t.slice([[0, 8, 2]]) as Tensor;
    await some.fit(even(x), even(y), { ...quiet, shuffle: false });
    all.getWeights().forEach((w, i) => w.data.forEach((v, k) => close(v, some.getWeights()[i].data[k], 1e-5)));

    const classifier = () => {
      const model = sequential([layers.dense({ units: 3, activation: 'softmax', inputShape: [4] })]);
      model.setWeights([random32([4, 3], 1), random32([3], 2)]);
      model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
      return model;
    };
    const labels = Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1);
    const [a, b] = [classifier(), classifier()];
    await a.fit(x, labels, { ...quiet, shuffle: false, classWeight: { 0: 3, 2: 0.5 } });
    await b.fit(x, labels, {
      ...quiet,
      shuffle: false,
      sampleWeight: Float32Array.from(labels, (l) => [3, 1, 0.5][l]),
    });
    assert.deepEqual(bits(a), bits(b));
  });

  it('takes nested arrays, {data, shape}, other dtypes and targets without their last axis', async () => {
    const { x, y } = linearData(7);
    const expected = compiled();
    await expected.fit(x, y, { ...quiet, shuffle: false });
    const forms: [any, any][] = [
      [x.toArray(), y.toArray()],
      [{ data: Float64Array.from(x.data), shape: x.shape }, y.data],
      [[x], [y]],
    ];
    for (const [xs, ys] of forms) {
      const model = compiled();
      await model.fit(xs, ys, { ...quiet, shuffle: false });
      assert.deepEqual(bits(model), bits(expected));
    }
  });

  it('takes iterables of batches, also asynchronous ones', async () => {
    const { x, y } = linearData(12);
    const expected = compiled();
    await expected.fit(x, y, { ...quiet, epochs: 2, batchSize: 5, shuffle: false });
    const cuts = [
      [0, 5],
      [5, 10],
      [10, 12],
    ] as const;
    const part = (t: Tensor, [a, b]: readonly [number, number]) => t.slice([[a, b]]) as Tensor;
    const batches = {
      *[Symbol.iterator]() {
        for (const c of cuts) yield [part(x, c), part(y, c)];
      },
    };
    const later = {
      async *[Symbol.asyncIterator]() {
        for (const c of cuts) yield { xs: part(x, c), ys: part(y, c) };
      },
    };
    for (const source of [batches, later]) {
      const model = compiled();
      const { history } = await model.fit(source, { ...quiet, epochs: 2, validationData: source });
      assert.deepEqual(bits(model), bits(expected));
      const [loss] = await model.evaluate(x, y);
      close(history.val_loss[1], loss, 1e-6);
    }
    const endless = (function* () {
      for (;;) yield [x, y];
    })();
    const { history } = await compiled().fit(endless, { ...quiet, epochs: 3, stepsPerEpoch: 2 });
    assert.equal(history.loss.length, 3);
    const finished = (function* () {
      yield [x, y];
    })();
    await assert.rejects(compiled().fit(finished, { ...quiet, epochs: 2 }), /ended after 0 batches.*started anew/);
  });

  it('leaves frozen weights alone, and trains them when they are set free', async () => {
    const { x, y } = linearData(10);
    const model = compiled();
    model.layers[0].trainable = false;
    const before = bits(model);
    await model.fit(x, y, quiet);
    const after = bits(model);
    assert.deepEqual(after.slice(0, 2), before.slice(0, 2));
    assert.notDeepEqual(after[2], before[2]);
    model.layers[0].trainable = true;
    await model.fit(x, y, quiet);
    assert.notDeepEqual(bits(model)[0], before[0]);
  });

  it('runs in float64', async () => {
    const { x, y } = linearData(16);
    const model = sequential([
      layers.dense({ units: 3, activation: 'tanh', dtype: 'float64', inputShape: [4] }),
      layers.dense({ units: 1, dtype: 'float64' }),
    ]);
    model.setWeights(model.weights.map((v, i) => random32(v.shape, 50 + i)));
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: 'mse' });
    const before = model.getWeights();
    assert.equal(before[0].dtype, 'float64');
    await model.fit(x, y, { ...quiet, shuffle: false });
    const x64 = tensor(x, undefined, 'float64');
    const y64 = tensor(y, undefined, 'float64');
    const [, grads] = valueAndGrad((w0: TensorBase, b0: TensorBase, w1: TensorBase, b1: TensorBase) =>
      ops.mean(ops.square(x64.matmul(w0).add(b0).tanh().matmul(w1).add(b1).sub(y64))),
    )(...before);
    model
      .getWeights()
      .forEach((w, i) => w.data.forEach((v, k) => close(v, before[i].data[k] - 0.1 * grads[i].data[k], 1e-14)));
    assert.equal((await model.predict(x)).dtype, 'float64');
  });

  it('keeps to stepsPerEpoch and to losses with options', async () => {
    const { x, y } = linearData(64);
    const model = smallModel();
    model.compile({ loss: losses.huber({ delta: 0.5 }), optimizer: 'sgd' });
    await model.fit(x, y, { ...quiet, batchSize: 8, epochs: 2, stepsPerEpoch: 3 });
    assert.equal(model.optimizer.iterations.value().item(), 6);
  });
});
