import assert from 'node:assert/strict';
import { compile, layers, ops, tensor, type Layer, type Tensor, type TensorBase } from '../../lib/index.js';
import { runLayerTest } from './contract.js';

const shape = { input: [2, 3, 4], output: [2, 3, 4] };

describe('activation and noise layers', () => {
  it('rectifiers', () => {
    runLayerTest({ make: (o) => layers.reLU({ maxValue: 0.5, negativeSlope: 0.1, ...o }), ...shape, masks: true });
    runLayerTest({ make: (o) => layers.leakyReLU(o), ...shape, masks: true });
    runLayerTest({ make: (o) => layers.elu({ alpha: 0.5, ...o }), ...shape, masks: true });
    runLayerTest({
      make: (o) => layers.prelu({ sharedAxes: [1], alphaInitializer: 'ones', ...o }),
      ...shape,
      partial: [
        [null, null, 4],
        [null, null, 4],
      ],
      weights: [[1, 4]],
      masks: true,
    });
    assert.deepEqual((layers.leakyReLU().apply(tensor([-1, 2])) as Tensor).toArray(), [Math.fround(-0.3), 2]);
    assert.throws(() => layers.reLU({ threshold: -1 }), /threshold must be a number of at least 0/);
    assert.throws(() => layers.prelu({ sharedAxes: [0] }), /sharedAxes must be a list of axes from 1 on/);
  });

  it('softmax: along axes, with a mask', () => {
    runLayerTest({ make: (o) => layers.softmax(o), ...shape, masks: true });
    runLayerTest({ make: (o) => layers.softmax({ axis: [1, 2], ...o }), ...shape });
    const layer = layers.softmax();
    const run = compile((x: TensorBase, mask: TensorBase) => layer.invoke(x, { mask }));
    const mask = tensor([
      [true, true, false],
      [false, false, false],
    ]);
    assert.deepEqual((run(ops.zeros([2, 3]), mask) as Tensor).toArray(), [
      [0.5, 0.5, 0],
      [0, 0, 0],
    ]);
  });

  it('rescaling', () => {
    runLayerTest({ make: (o) => layers.rescaling({ scale: [1, 2, 3, 4], offset: -1, ...o }), ...shape, masks: true });
    assert.throws(() => layers.rescaling({ scale: 'x' as never }), /scale must be a number/);
  });

  it('noise: the identity but in training, where the moments are those asked for', () => {
    const run = (layer: Layer, x: Tensor) =>
      compile((t: TensorBase) => layer.invoke(t, { training: true }))(x) as Tensor;
    const moments = (t: Tensor) => [ops.mean(t), ops.std(t)].map((v) => (v as Tensor).item());
    const x = ops.ones([50, 20, 30]);
    for (const [layer, deviation] of [
      [layers.gaussianNoise({ stddev: 0.5, seed: 1 }), 0.5],
      [layers.gaussianDropout({ rate: 0.2, seed: 2 }), 0.5],
      [layers.spatialDropout1d({ rate: 0.2, seed: 3 }), 0.5],
    ] as const) {
      assert.deepEqual((layer.apply(x) as Tensor).data, x.data);
      const [mean, std] = moments(run(layer, x));
      assert.ok(Math.abs(mean - 1) < 0.03 && Math.abs(std - deviation) < 0.03, `${layer.name}: ${mean}, ${std}`);
    }
    const dropped = run(layers.spatialDropout1d({ rate: 0.5, seed: 4 }), ops.ones([3, 5, 4])).toArray();
    for (const sample of dropped) for (const step of sample) assert.deepEqual(step, sample[0]);
    assert.throws(() => layers.gaussianNoise({ stddev: -1 }), /stddev must be a number of at least 0/);
    assert.throws(() => layers.gaussianDropout({ rate: 1 }), /rate must be below 1/);
  });
});
