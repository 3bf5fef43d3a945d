import assert from 'node:assert/strict';
import { layers, sequential, Tensor, type Model } from '../../lib/index.js';
import { compiled, linearData, random32, smallModel } from './models.js';

describe('predict and evaluate', () => {
  const { x, y } = linearData(50);

  it('give the same rows whatever the batches', async () => {
    const model = smallModel();
    const whole = (await model.predict(x)) as Tensor;
    assert.deepEqual(whole.shape, [50, 1]);
    for (const batchSize of [1, 7, 50, 1000]) {
      const parts = (await model.predict(x, { batchSize })) as Tensor;
      parts.data.forEach((v, i) => assert.ok(Math.abs(v - whole.data[i]) < 1e-6));
    }
    const sync = [model.predictSync(x), model.predictSync(x), model.predictSync(x, { batchSize: 8 })] as Tensor[];
    for (const s of sync) s.data.forEach((v, i) => assert.ok(Math.abs(v - whole.data[i]) < 1e-6));
    const few = model.predictSync(x.toArray().slice(0, 3)) as Tensor;
    assert.deepEqual(few.shape, [3, 1]);
  });

  it('see new weights at once', () => {
    const model = smallModel();
    const first = (model.predictSync(x) as Tensor).data.slice();
    model.setWeights(model.getWeights().map((w) => w.mul(0)));
    assert.deepEqual(
      Array.from((model.predictSync(x) as Tensor).data),
      Array.from(first, () => 0),
    );
  });

  it('see new weights at once where one sequence is predicted by packed ones', async () => {
    // Of so many units that a single step packs, and shares them among threads.
    const lstm = layers.lstm({ units: 400, returnSequences: true, inputShape: [null, 3] });
    const model = sequential([lstm, layers.dense({ units: 2 })]);
    const tail = sequential([lstm, layers.globalMaxPooling1D()]);
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const stream = model.stream();
    const [steps, y] = [random32([1, 12, 3], 5), random32([1, 12, 2], 6)];
    const step = new Tensor(steps.data.slice(0, 3), [1, 3]);
    const predictions = (of: Model) => of.predictSync(steps).data.slice();
    const rounds: [string, () => unknown][] = [
      ['as built', () => undefined],
      ['set', () => model.setWeights(model.weights.map((v, i) => random32(v.shape, 60 + i).mul(0.1)))],
      ['one assigned', () => lstm.weights[1].assign(random32([400, 1600], 70).mul(0.1))],
      ['trained', () => model.fit(steps, y, { verbose: 0 })],
      ['trained on a batch', () => model.trainOnBatch(steps, y)],
      ['trained by another model', () => trainTail()],
    ];
    const trainTail = () => {
      tail.compile({ optimizer: 'sgd', loss: 'mse' });
      return tail.fit(steps, random32([1, 400], 7), { verbose: 0 });
    };
    let last = new Float32Array(0) as Tensor['data'];
    for (const [what, change] of rounds) {
      await change();
      const fresh = sequential([
        layers.lstm({ units: 400, returnSequences: true, inputShape: [null, 3] }),
        layers.dense({ units: 2 }),
      ]);
      fresh.setWeights(model.getWeights());
      const now = predictions(model);
      assert.notDeepEqual(now, last, what);
      assert.deepEqual(now, predictions(fresh), what);
      assert.deepEqual(predictions(model), now, what);
      stream.reset();
      assert.deepEqual(stream.next(step).data, fresh.stream().next(step).data, what);
      last = now;
    }
  });

  it('keep dropout on when asked to, with other numbers every time', async () => {
    const model = smallModel({ dropout: 0.5 });
    const plain = (await model.predict(x)) as Tensor;
    assert.deepEqual(((await model.predict(x)) as Tensor).data, plain.data);
    const [a, b] = [
      (await model.predict(x, { training: true })) as Tensor,
      (await model.predict(x, { training: true })) as Tensor,
    ];
    assert.notDeepEqual(a.data, plain.data);
    assert.notDeepEqual(a.data, b.data);
    assert.notDeepEqual((model.predictSync(x, { training: true }) as Tensor).data, plain.data);
  });

  it('take sequences of any length', async () => {
    const model = sequential([
      layers.conv1d({ filters: 3, kernelSize: 2, padding: 'causal', inputShape: [null, 2] }),
      layers.dense({ units: 1 }),
    ]);
    for (const steps of [5, 9, 5])
      assert.deepEqual((await model.predict(random32([3, steps, 2], 1))).shape, [3, steps, 1]);
  });

  it('many results are read piece by piece', async () => {
    const model = sequential([layers.dense({ units: 3000, inputShape: [1] })]);
    const rows = random32([1500, 1], 4);
    const result = (await model.predict(rows, { batchSize: 100 })) as Tensor;
    const [kernel] = model.getWeights();
    for (const [r, u] of [
      [0, 0],
      [777, 1234],
      [1499, 2999],
    ])
      assert.ok(Math.abs(result.data[r * 3000 + u] - rows.data[r] * kernel.data[u]) < 1e-6);
  });

  it('no rows give no rows', async () => {
    assert.deepEqual((await smallModel().predict(new Tensor(new Float32Array(0), [0, 4]))).shape, [0, 1]);
  });

  it('evaluate gives a number, a list or a dictionary', async () => {
    const model = smallModel();
    const p = (await model.predict(x)) as Tensor;
    const mse = Array.from(p.data).reduce((s, v, i) => s + (v - y.data[i]) ** 2, 0) / 50;
    model.compile({ loss: 'mse' });
    assert.ok(Math.abs((await model.evaluate(x, y)) - mse) < 1e-6);
    const both = compiled();
    const [loss, mae] = await both.evaluate(x, y, { batchSize: 7 });
    assert.deepEqual(await both.evaluate(x, y, { batchSize: 7, returnDict: true }), { loss, mae });
    assert.ok(Math.abs(loss - mse) < 1e-6);
    assert.deepEqual(await both.testOnBatch(x, y, { returnDict: true }).then(Object.keys), ['loss', 'mae']);
    const weighted = smallModel();
    weighted.compile({
      loss: 'mse',
      weightedMetrics: ['mse'],
      metrics: [
        function plain(t: any, q: any) {
          return t.sub(q).square().mean(-1);
        },
      ],
    });
    const weights = Float32Array.from({ length: 50 }, (_, i) => i % 3);
    const logs = await weighted.evaluate(x, y, { sampleWeight: weights, returnDict: true });
    const sum = Array.from(p.data).reduce((s, v, i) => s + weights[i] * (v - y.data[i]) ** 2, 0);
    assert.ok(Math.abs(logs.mse - sum / weights.reduce((s, w) => s + w)) < 1e-6);
    assert.ok(Math.abs(logs.loss - sum / 50) < 1e-6);
    assert.ok(Math.abs(logs.plain - mse) < 1e-6);
  });
});
