import assert from 'node:assert/strict';
import {
  compile,
  input,
  layers,
  losses,
  metrics,
  model,
  ops,
  sequential,
  tensor,
  type Layer,
} from '../../lib/index.js';
import type { Tensor, TensorBase } from '../../lib/index.js';

const f64 = (value: any) => tensor(value, undefined, 'float64');
const near = (actual: Tensor, expected: number[], bound = 1e-9) => {
  assert.equal(actual.size, expected.length);
  expected.forEach((v, i) => assert.ok(Math.abs(actual.data[i] - v) <= bound, `${actual.data[i]} is not ${v} at ${i}`));
};

describe("masks and moments, as Keras' layers take them", () => {
  const a = f64([[[1, 2], [3, 4], [5, 6]]]); // prettier-ignore
  const b = f64([[[10, 1], [20, 2], [30, 3]]]); // prettier-ignore
  const masks = [tensor([[true, true, false]]), tensor([[true, false, false]])];
  const merged = (layer: Layer, given: (Tensor | null)[]) =>
    compile((x: TensorBase, y: TensorBase) => layer.invoke([x, y], { mask: given }))(a, b) as Tensor;

  it('multiply counts masked entries as 1, and gives 0 where all are masked', () => {
    const layer = () => layers.multiply({ dtype: 'float64' });
    near(merged(layer(), masks), [10, 2, 3, 4, 0, 0]);
    near(merged(layer(), [masks[0], null]), [10, 2, 60, 8, 30, 3]);
    near(merged(layer(), [null, null]), [10, 2, 60, 8, 150, 18]);
  });

  it('maximum and minimum take the other value where one is masked', () => {
    near(merged(layers.maximum({ dtype: 'float64' }), masks), [10, 2, 3, 4, 5, 6]);
    near(merged(layers.minimum({ dtype: 'float64' }), masks), [1, 1, 3, 4, 5, 6]);
    near(merged(layers.minimum({ dtype: 'float64' }), [masks[0], null]), [1, 1, 3, 2, 30, 3]);
    near(merged(layers.maximum({ dtype: 'float64' }), [null, masks[1]]), [10, 2, 3, 4, 5, 6]);
  });

  it('timeDistributed hands each step its part of the mask, and the steps that are real on', () => {
    const tokens = [[[1, 2, 0], [3, 0, 0]], [[2, 2, 2], [0, 0, 0]]]; // prettier-ignore
    const embedding = layers.embedding({ inputDim: 4, outputDim: 3, maskZero: true });
    const inner = layers.simpleRNN({ units: 2 });
    const start = input({ shape: [2, 3] });
    const m = model({ inputs: start, outputs: layers.timeDistributed({ layer: inner }).apply(embedding.apply(start)) });
    const y = m.predictSync(tokens) as Tensor;
    const alone = (row: number[]) => inner.apply(embedding.apply([row]) as Tensor) as Tensor;
    const rows = [[1, 2], [3], [2, 2, 2]].map(alone);
    rows.forEach((row, i) => near(y.slice([i >> 1, i & 1]), Array.from(row.data), 1e-6));
    const mask = tensor([[[true, false]], [[false, false]]]);
    const seen = compile(() => layers.timeDistributed({ layer: inner }).computeMask([], mask) as TensorBase)();
    assert.deepEqual(seen.toArray(), [[true], [false]]);
  });

  it('timeDistributed batch normalization: every step is a batch of its own', () => {
    const norm = layers.batchNormalization({ momentum: 0.5, epsilon: 0, dtype: 'float64' });
    const layer = layers.timeDistributed({ layer: norm, dtype: 'float64' });
    const x = f64([[[1], [10]], [[3], [30]]]); // prettier-ignore
    const y = compile((v: TensorBase) => layer.invoke(v, { training: true }))(x) as Tensor;
    near(y, [-1, -1, 1, 1]);
    near(norm.weights[2].value(), [0.5 * 1 + 0.5 * 20]);
  });

  it('timeDistributed of a model with batch normalization in it', () => {
    const norm = layers.batchNormalization({ momentum: 0.5, epsilon: 0, dtype: 'float64', inputShape: [1] });
    const layer = layers.timeDistributed({ layer: sequential([norm]), dtype: 'float64' });
    const x = f64([[[1], [10]], [[3], [30]]]); // prettier-ignore
    const run = (mask: Tensor | null) =>
      compile((v: TensorBase) => layer.invoke(v, { training: true, mask }))(x) as Tensor;
    near(run(null), [-1, -1, 1, 1]);
    near(norm.weights[2].value(), [10.5]);
    norm.weights[2].assign([0]);
    norm.weights[3].assign([1]);
    run(
      tensor([
        [true, true],
        [true, false],
      ]),
    );
    near(norm.weights[2].value(), [0.5 * 1 + 0.5 * 10], 1e-5);
  });

  it('a model takes a mask like a layer', () => {
    const gru = layers.gru({ units: 2 });
    const x = ops.ones([1, 3, 1]);
    const mask = tensor([[true, false, false]]);
    const alone = gru.apply(x, { mask }) as Tensor;
    const chain = sequential([input({ shape: [3, 1] }), gru]);
    const start = input({ shape: [3, 1] });
    const graph = model({ inputs: start, outputs: gru.apply(start) });
    for (const m of [chain, graph]) assert.deepEqual((m.apply(x, { mask }) as Tensor).data, alone.data);
    assert.notDeepEqual((chain.apply(x) as Tensor).data, alone.data);
  });

  it('a frozen container freezes the batch normalization in it', () => {
    const norm = layers.batchNormalization();
    const outer = layers.timeDistributed({ layer: norm });
    outer.trainable = false;
    assert.equal(norm.trainable, false);
    outer.trainable = true;
    assert.equal(norm.trainable, true);
  });
});

describe('sample weights [batch, 1]', () => {
  const [t, p, w] = [f64([[1], [2]]), f64([[2], [5]]), f64([[3], [1]])];

  it('weigh losses [batch]', () => {
    const flat = f64([3, 1]);
    for (const reduction of ['sumOverBatchSize', 'sum', 'meanWithSampleWeight'] as const) {
      const of = (sampleWeight: Tensor) =>
        compile((a: TensorBase, b: TensorBase) => losses.reduceLoss(losses.mse(), a, b, { sampleWeight, reduction }));
      assert.equal(of(w)(t, p).item(), of(flat)(t, p).item());
    }
  });

  it('weigh mean metrics', () => {
    const metric = metrics.meanSquaredError();
    metric.updateState(t, p, w);
    assert.equal(metric.result(), (3 * 1 + 1 * 9) / 4);
  });

  it('all zero: the weighted mean is 0, and so is its gradient', () => {
    const zero = f64([0, 0]);
    const loss = compile((a: TensorBase, b: TensorBase) => {
      const value = losses.reduceLoss(losses.mse(), a, b, { sampleWeight: zero, reduction: 'meanWithSampleWeight' });
      return [value, ...ops.gradients(value, [b])];
    });
    const [value, gradient] = loss(t, p);
    assert.deepEqual([value.item(), ...gradient.data], [0, 0, 0]);
  });
});
