import assert from 'node:assert/strict';
import { compile, layers, ops, tensor, type Tensor, type TensorBase } from '../../lib/index.js';
import { runLayerTest } from './contract.js';

describe('layers', () => {
  it('dense', () => {
    runLayerTest({
      make: (o) => layers.dense({ units: 5, activation: 'tanh', ...o }),
      input: [3, 4],
      output: [3, 5],
      partial: [
        [null, 4],
        [null, 5],
      ],
      weights: [[4, 5], [5]],
    });
    runLayerTest({
      make: (o) => layers.dense({ units: 2, activation: 'mish', useBias: false, ...o }),
      input: [3, 6, 4],
      output: [3, 6, 2],
      partial: [
        [null, null, 4],
        [null, null, 2],
      ],
      weights: [[4, 2]],
      masks: true,
    });
    assert.throws(() => layers.dense({ units: 0 }), /units must be an integer of at least 1, got 0/);
    assert.throws(
      () => layers.dense({ units: 2, activation: 'rely' }),
      /unknown activation 'rely'. Did you mean 'relu'/,
    );
    assert.throws(
      () => layers.dense({ units: 2, kernelInitializer: 'glorot_uniform' }).build([null, 3]),
      /Did you mean 'glorotUniform'/,
    );
    assert.throws(() => layers.dense({ units: 2 }).build([null, null]), /must be known/);
  });

  it('a layer that was built for other features names itself and both shapes', () => {
    const layer = layers.dense({ units: 2, name: 'head' });
    layer.apply(ops.zeros([1, 3]));
    assert.throws(() => layer.apply(ops.zeros([1, 4])), /head.*4|head.*3/);
  });

  it('flatten, reshape, activation', () => {
    runLayerTest({
      make: (o) => layers.flatten(o),
      input: [2, 3, 4],
      output: [2, 12],
      partial: [
        [null, 3, 4],
        [null, 12],
      ],
    });
    assert.deepEqual(
      layers
        .flatten({ dataFormat: 'channelsFirst' })
        .apply(
          tensor([
            [
              [1, 2],
              [3, 4],
            ],
          ]),
        )
        .toArray(),
      [[1, 3, 2, 4]],
    );
    runLayerTest({
      make: (o) => layers.reshape({ targetShape: [-1, 2], ...o }),
      input: [2, 3, 4],
      output: [2, 6, 2],
      partial: [
        [null, 3, 4],
        [null, 6, 2],
      ],
    });
    assert.throws(
      () => layers.reshape({ targetShape: [5, 2] }).apply(ops.zeros([2, 3, 4])),
      /sample of shape \[3, 4\] does not fit/,
    );
    runLayerTest({
      make: (o) => layers.activation({ activation: 'selu', ...o }),
      input: [2, 3, 4],
      output: [2, 3, 4],
      partial: [
        [null, null, 4],
        [null, null, 4],
      ],
      masks: true,
    });
  });

  it('layerNormalization', () => {
    runLayerTest({
      make: (o) => layers.layerNormalization(o),
      input: [2, 3, 5],
      output: [2, 3, 5],
      partial: [
        [null, null, 5],
        [null, null, 5],
      ],
      weights: [[5], [5]],
      masks: true,
    });
    runLayerTest({
      make: (o) => layers.layerNormalization({ axis: [1, 2], center: false, ...o }),
      input: [2, 3, 5],
      output: [2, 3, 5],
      weights: [[3, 5]],
    });
  });

  it('conv1d', () => {
    runLayerTest({
      make: (o) => layers.conv1d({ filters: 6, kernelSize: 3, strides: 2, activation: 'relu', ...o }),
      input: [2, 9, 4],
      output: [2, 4, 6],
      partial: [
        [null, null, 4],
        [null, null, 6],
      ],
      weights: [[3, 4, 6], [6]],
      masks: false,
    });
    runLayerTest({
      make: (o) =>
        layers.conv1d({
          filters: 4,
          kernelSize: 2,
          padding: 'causal',
          dilationRate: 4,
          groups: 2,
          activation: 'gelu',
          ...o,
        }),
      input: [2, 9, 4],
      output: [2, 9, 4],
      partial: [
        [null, 9, 4],
        [null, 9, 4],
      ],
      weights: [[2, 2, 4], [4]],
    });
    assert.throws(
      () => layers.conv1d({ filters: 4, kernelSize: 2, padding: 'casual' as never }),
      /Did you mean 'causal'/,
    );
    assert.throws(() => layers.conv1d({ filters: 3, kernelSize: 2, groups: 2 }), /3 filters do not fall into 2 groups/);
  });

  it('embedding and masking', () => {
    runLayerTest({
      make: (o) => layers.embedding({ inputDim: 7, outputDim: 3, ...o }),
      input: [2, 5],
      output: [2, 5, 3],
      partial: [
        [null, null],
        [null, null, 3],
      ],
      weights: [[7, 3]],
      indices: 7,
      masks: false,
    });
    runLayerTest({
      make: (o) => layers.embedding({ inputDim: 7, outputDim: 3, maskZero: true, ...o }),
      input: [2, 5],
      output: [2, 5, 3],
      weights: [[7, 3]],
      indices: 7,
      masks: true,
    });
    runLayerTest({ make: (o) => layers.masking(o), input: [2, 5, 3], output: [2, 5, 3], masks: true });
    const masked = layers.masking({ maskValue: -1 }).apply(
      tensor([
        [
          [-1, -1],
          [-1, 2],
        ],
      ]),
    ) as Tensor;
    assert.deepEqual(masked.toArray(), [
      [
        [0, 0],
        [-1, 2],
      ],
    ]);
  });

  it('dropout: the identity but in training, where it keeps the mean', () => {
    runLayerTest({ make: (o) => layers.dropout({ rate: 0.5, ...o }), input: [2, 3, 4], output: [2, 3, 4] });
    const run = (layer: layers.Dropout, x: Tensor) =>
      compile((t: TensorBase) => layer.invoke(t, { training: true }))(x) as Tensor;
    const y = run(layers.dropout({ rate: 0.25, seed: 3 }), ops.ones([100, 100]));
    const values = new Set(y.data);
    assert.deepEqual(
      [...values].sort((a, b) => a - b),
      [0, Math.fround(4 / 3)],
    );
    assert.ok(Math.abs((ops.mean(y) as Tensor).item() - 1) < 0.03);
    const rows = run(
      layers.dropout({ rate: 0.5, noiseShape: [null, 1, null], seed: 4 }),
      ops.ones([3, 5, 4]),
    ).toArray();
    for (const sample of rows) for (const step of sample) assert.deepEqual(step, sample[0]);
    assert.ok(run(layers.dropout({ rate: 1 }), ops.ones([2, 2])).data.every((v) => v === 0));
    assert.throws(() => layers.dropout({ rate: 1.5 }), /rate must be a number from 0 to 1/);
  });

  it('timeDistributed: at once for layers that see vectors, else step by step', () => {
    runLayerTest({
      make: (o) => layers.timeDistributed({ layer: layers.dense({ units: 2 }), ...o }),
      input: [2, 3, 4],
      output: [2, 3, 2],
      partial: [
        [null, null, 4],
        [null, null, 2],
      ],
      weights: [[4, 2], [2]],
      masks: true,
    });
    runLayerTest({
      make: (o) => layers.timeDistributed({ layer: layers.lstm({ units: 2 }), ...o }),
      input: [2, 3, 4, 5],
      output: [2, 3, 2],
      weights: [[5, 8], [2, 8], [8]],
    });
    assert.throws(
      () => layers.timeDistributed({ layer: layers.dense({ units: 2 }) }).apply(ops.zeros([2, 3])),
      /expected \[batch, steps/,
    );
  });

  it('lambda and identity', () => {
    const last = (x: TensorBase) => x.slice([null, -1]);
    runLayerTest({ make: (o) => layers.lambda({ function: last, ...o }), input: [2, 3, 4], output: [2, 4] });
    runLayerTest({ make: (o) => layers.identity(o), input: [2, 3], output: [2, 3], masks: true });
    const sum = layers.lambda({ function: ([a, b]: TensorBase[], { training }) => a.add(b).mul(training ? 1 : 2) });
    assert.deepEqual((sum.apply([ops.ones([1]), ops.ones([1])]) as Tensor).toArray(), [4]);
    assert.throws(() => layers.lambda({ function: 'tanh' as never }), /expected a function of tensors, got 'tanh'/);
  });
});
