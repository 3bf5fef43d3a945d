import assert from 'node:assert/strict';
import { compile, layers, ops, sequential, tensor, type Tensor, type TensorBase } from '../../lib/index.js';
import { random64 } from '../support/gradcheck.js';
import { difference, runLayerTest } from './contract.js';

const train = (layer: layers.BatchNormalization, x: Tensor, mask?: Tensor) =>
  compile((t: TensorBase, m?: TensorBase) => layer.invoke(t, { training: true, mask: m ?? null }))(
    x,
    ...(mask ? [mask] : []),
  ) as Tensor;

describe('normalization layers', () => {
  it('batchNormalization: contract', () => {
    runLayerTest({
      make: (o) => layers.batchNormalization(o),
      input: [3, 4, 5],
      output: [3, 4, 5],
      partial: [
        [null, null, 5],
        [null, null, 5],
      ],
      weights: [[5], [5], [5], [5]],
      masks: true,
    });
    runLayerTest({
      make: (o) => layers.batchNormalization({ center: false, axis: 1, ...o }),
      input: [3, 4, 5],
      output: [3, 4, 5],
      weights: [[4], [4], [4]],
      kwargs: { training: true },
    });
    assert.throws(() => layers.batchNormalization({ momentum: 2 }), /momentum must be a number from 0 to 1/);
  });

  it('batchNormalization: moments of the batch in training, of the past otherwise', () => {
    const layer = layers.batchNormalization({ momentum: 0.5, epsilon: 0 });
    const x = tensor([
      [1, 10],
      [3, 30],
    ]);
    layer.apply(x);
    assert.deepEqual(train(layer, x).toArray(), [
      [-1, -1],
      [1, 1],
    ]);
    assert.deepEqual(layer.movingMean.value().toArray(), [1, 10]);
    assert.deepEqual(layer.movingVariance.value().toArray(), [1, 50.5]);
    assert.deepEqual((layer.apply(tensor([[2, 10]])) as Tensor).toArray(), [[1, 0]]);
    layer.trainable = false;
    train(layer, x);
    assert.deepEqual(layer.movingMean.value().toArray(), [1, 10], 'frozen: the moments stay');
  });

  it('batchNormalization: masked steps do not count, and a batch of masked steps gives no NaN', () => {
    const layer = layers.batchNormalization({ momentum: 0 });
    const x = tensor([[[1], [3], [Infinity]]]);
    layer.apply(ops.zeros([1, 3, 1]));
    const steps = (...m: number[]) => ops.cast(tensor([m]), 'bool') as Tensor;
    train(layer, x, steps(1, 1, 0));
    assert.ok(Math.abs(layer.movingMean.value().item() - 2) < 1e-5);
    assert.ok(Math.abs(layer.movingVariance.value().item() - 1) < 1e-5);
    assert.ok(train(layer, ops.ones([1, 3, 1]), steps(0, 0, 0)).data.every(Number.isFinite));
  });

  it('batchNormalization in fit: its moments follow, and the gradient is that of the moments, too', async () => {
    const model = sequential([
      layers.batchNormalization({ inputShape: [3], momentum: 0.9 }),
      layers.dense({ units: 1 }),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const x = ops.add(ops.cast(random64([64, 3], 3), 'float32'), 5) as Tensor;
    await model.fit(x, ops.zeros([64, 1]), { epochs: 20, verbose: 0 });
    const [, , mean] = model.getWeights();
    assert.ok(difference(mean, ops.mean(x, 0)) < 0.2);
  });

  it('groupNormalization, rmsNormalization, unitNormalization', () => {
    runLayerTest({
      make: (o) => layers.groupNormalization({ groups: 2, ...o }),
      input: [2, 3, 6],
      output: [2, 3, 6],
      weights: [[6], [6]],
      masks: true,
    });
    assert.throws(() => layers.groupNormalization({ groups: 4 }).build([null, 6]), /6 channels do not fall into 4/);
    for (const axis of [-1, [1, 2]]) {
      runLayerTest({
        make: (o) => layers.rmsNormalization({ axis, ...o }),
        input: [2, 3, 5],
        output: [2, 3, 5],
        weights: [axis === -1 ? [5] : [3, 5]],
      });
    }
    runLayerTest({ make: (o) => layers.unitNormalization(o), input: [2, 3, 5], output: [2, 3, 5], masks: true });
    const zeros = layers.unitNormalization().apply(ops.zeros([2, 3])) as Tensor;
    assert.ok(zeros.data.every((v) => v === 0));
  });
});
