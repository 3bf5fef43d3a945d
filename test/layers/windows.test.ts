import assert from 'node:assert/strict';
import { compile, layers, ops, tensor, type Tensor, type TensorBase } from '../../lib/index.js';
import { random64 } from '../support/gradcheck.js';
import { difference, runLayerTest } from './contract.js';

const column = (...values: number[]) => tensor([values.map((v) => [v])]);
const flat = (layer: { apply: (x: Tensor) => unknown }, x: Tensor) => Array.from((layer.apply(x) as Tensor).data);

describe('layers of windows and steps', () => {
  it('pooling', () => {
    for (const make of [layers.maxPooling1d, layers.averagePooling1d]) {
      runLayerTest({
        make: (o) => make({ poolSize: 3, strides: 2, padding: 'same', ...o }),
        input: [2, 7, 3],
        output: [2, 4, 3],
        partial: [
          [null, 7, 3],
          [null, 4, 3],
        ],
        masks: false,
      });
    }
    assert.deepEqual(flat(layers.maxPooling1d(), column(1, 5, 3, 2, 9)), [5, 3]);
    assert.deepEqual(flat(layers.maxPooling1d({ padding: 'same' }), column(-1, -5, -3)), [-1, -3]);
    assert.deepEqual(
      flat(layers.averagePooling1d({ poolSize: 3, strides: 1, padding: 'same' }), column(1, 2, 6)),
      [1.5, 3, 4],
    );
    assert.deepEqual(flat(layers.maxPooling1d(), column(NaN, 1, 1, NaN, 1, 2)), [NaN, NaN, 2]);
    assert.throws(() => layers.maxPooling1d({ poolSize: 4 }).apply(column(1, 2)), /a window of 4 steps does not fit/);
    assert.throws(() => layers.maxPooling1d({ padding: 'causal' as never }), /unknown padding 'causal'/);
  });

  it('max pooling: the first of several largest gets the gradient', () => {
    const layer = layers.maxPooling1d();
    const [g] = compile((x: TensorBase) => ops.gradients(layer.invoke(x), [x]))(column(2, 2, 1, 3));
    assert.deepEqual([...g.data], [1, 0, 0, 1]);
  });

  it('global pooling: over real steps, 0 where there are none', () => {
    for (const make of [layers.globalMaxPooling1d, layers.globalAveragePooling1d]) {
      runLayerTest({
        make: (o) => make({ keepdims: true, ...o }),
        input: [2, 5, 3],
        output: [2, 1, 3],
        partial: [
          [null, null, 3],
          [null, 1, 3],
        ],
        masks: false,
      });
    }
    const layer = layers.globalAveragePooling1d();
    const mean = compile((x: TensorBase, mask: TensorBase) => layer.invoke(x, { mask }));
    const x = tensor([
      [[1], [3], [NaN]],
      [[1], [3], [5]],
    ]);
    const mask = tensor([
      [true, true, false],
      [false, false, false],
    ]);
    assert.deepEqual((mean(x, mask) as Tensor).toArray(), [[2], [0]]);
  });

  it('padding, cropping, repeating, permuting', () => {
    assert.deepEqual(flat(layers.zeroPadding1d({ padding: [1, 2] }), column(7)), [0, 7, 0, 0]);
    assert.deepEqual(flat(layers.cropping1d({ cropping: [2, 1] }), column(1, 2, 3, 4, 5)), [3, 4]);
    assert.deepEqual(flat(layers.upSampling1d({ size: 3 }), column(1, 2)), [1, 1, 1, 2, 2, 2]);
    assert.deepEqual((layers.repeatVector({ n: 2 }).apply(tensor([[1, 2]])) as Tensor).toArray(), [
      [
        [1, 2],
        [1, 2],
      ],
    ]);
    runLayerTest({
      make: (o) => layers.permute({ dims: [2, 1], ...o }),
      input: [2, 3, 4],
      output: [2, 4, 3],
      partial: [
        [null, null, 4],
        [null, 4, null],
      ],
      masks: false,
    });
    assert.throws(() => layers.cropping1d({ cropping: 2 }).apply(column(1, 2, 3, 4)), /leaves nothing of 4 steps/);
    assert.throws(() => layers.zeroPadding1d({ padding: -1 }), /padding must be an integer of at least 0/);
    assert.throws(() => layers.permute({ dims: [1, 3] }), /dims must hold 1, 2/);
    assert.throws(() => layers.repeatVector({ n: 0 }), /n must be an integer of at least 1/);
  });

  it('channelsFirst: the same on [batch, features, steps]', () => {
    const x = random64([2, 3, 6], 1);
    const swapped = (t: TensorBase) => ops.transpose(t, [0, 2, 1]) as Tensor;
    for (const make of [layers.maxPooling1d, layers.averagePooling1d, layers.zeroPadding1d]) {
      const first = make({ dataFormat: 'channelsFirst', dtype: 'float64' }).apply(x) as Tensor;
      assert.equal(difference(first, swapped(make({ dtype: 'float64' }).apply(swapped(x)) as Tensor)), 0);
    }
    const options = { dataFormat: 'channelsFirst', dtype: 'float64' } as const;
    assert.deepEqual((layers.globalMaxPooling1d(options).apply(x) as Tensor).shape, [2, 3]);
    assert.deepEqual((layers.globalMaxPooling1d({ ...options, keepdims: true }).apply(x) as Tensor).shape, [2, 3, 1]);
    assert.throws(() => layers.maxPooling1d({ dataFormat: 'channels_first' as never }), /Did you mean 'channelsFirst'/);
  });

  it('conv1dTranspose: the transpose of conv1d', () => {
    for (const padding of ['valid', 'same'] as const) {
      runLayerTest({
        make: (o) => layers.conv1dTranspose({ filters: 3, kernelSize: 4, strides: 3, padding, ...o }),
        input: [2, 5, 2],
        output: [2, padding === 'same' ? 15 : 16, 3],
        partial: [
          [null, null, 2],
          [null, null, 3],
        ],
        weights: [[4, 3, 2], [3]],
        masks: false,
      });
      // <conv(a), b> = <a, convTranspose(b)>
      const kernel = random64([4, 3, 2], 1);
      const b = random64([2, 5, 2], 2);
      const transposed = ops.conv1dTranspose(b, kernel, { strides: 3, padding }) as Tensor;
      const a = random64(transposed.shape, 3);
      const left = ops.sum(ops.multiply(ops.conv1d(a, kernel, { strides: 3, padding }), b)) as Tensor;
      assert.ok(difference(left, ops.sum(ops.multiply(a, transposed))) < 1e-12);
    }
    assert.throws(
      () => layers.conv1dTranspose({ filters: 1, kernelSize: 2, outputPadding: 1 }),
      /outputPadding 1 must be below strides 1/,
    );
  });

  it('depthwise and separable convolution', () => {
    runLayerTest({
      make: (o) =>
        layers.depthwiseConv1d({ kernelSize: 3, depthMultiplier: 2, padding: 'causal', activation: 'tanh', ...o }),
      input: [2, 6, 3],
      output: [2, 6, 6],
      weights: [[3, 3, 2], [6]],
    });
    runLayerTest({
      make: (o) => layers.separableConv1d({ filters: 4, kernelSize: 2, strides: 2, activation: 'gelu', ...o }),
      input: [2, 6, 3],
      output: [2, 3, 4],
      partial: [
        [null, null, 3],
        [null, null, 4],
      ],
      weights: [[2, 3, 1], [1, 3, 4], [4]],
    });
    assert.throws(() => layers.separableConv1d({ kernelSize: 2 } as never), /filters must be an integer/);
  });
});
