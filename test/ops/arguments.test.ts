import assert from 'node:assert/strict';
import { activations, ops, tensor, type Tensor } from '../../lib/index.js';
import type { TensorBase } from '../../lib/program/tensor.js';
import { checkGradients, random64 } from '../support/gradcheck.js';

const list = (t: TensorBase) => (t as Tensor).toArray();
// As plain JavaScript sees them.
const loose = ops as any;

describe('take', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const index = tensor(new Int32Array([2, 0, 1, 1]), [2, 2]);

  it('by default from the flattened tensor', () => {
    assert.deepEqual(list(ops.take(x, [[0, 5]])), [[1, 6]]);
    assert.equal(list(ops.take(x, 4)), 5);
  });
  it('along an axis, where the indices take its place', () => {
    assert.deepEqual(list(ops.take(x, [1, 1, 0], 0)), [
      [4, 5, 6],
      [4, 5, 6],
      [1, 2, 3],
    ]);
    assert.deepEqual(list(ops.take(x, index, 1)), [
      [
        [3, 1],
        [2, 2],
      ],
      [
        [6, 4],
        [5, 5],
      ],
    ]);
    assert.deepEqual(list(ops.take(x, 0, -1)), [1, 4]);
    assert.deepEqual(ops.take(ops.zeros([2, 3, 4, 5]), index, 2).shape, [2, 3, 2, 2, 5]);
    const bools = ops.take(ops.greater(x, 3), [2, 0], 1);
    assert.deepEqual(list(bools), [
      [false, false],
      [true, true],
    ]);
  });
  it('has gradients', () => {
    checkGradients((a) => [ops.square(ops.take(a, index, 1)), ops.take(a, index)], [random64([2, 3, 4], 1)]);
  });
  it('refuses indices outside, other dtypes and axes', () => {
    assert.throws(() => ops.take(x, [3], 1), /index 3 at position 0 is outside \[0, 3\)/);
    assert.throws(() => ops.take(x, [6]), /outside \[0, 6\)/);
    assert.throws(() => ops.take(x, tensor([0.5]), 0), /take: the indices must be int32, got float32/);
    assert.throws(() => ops.take(x, [0], 2), /take: axis 2 of a tensor with 2 axes/);
  });
});

describe('no argument is dropped in silence', () => {
  const x = tensor([1, 2, 3, 4]);

  it('slice with start and size, as in tfjs', () => {
    assert.throws(() => loose.slice(x, [1], [2]), /slice: unexpected argument \[2\]; expected one list with a range/);
    assert.throws(() => (x as any).slice([1], [2]), /slice: unexpected argument/);
  });
  it('options in the place of numbers, and numbers in the place of options', () => {
    assert.throws(() => loose.random.normal([2], { stddev: 2 }), /random.normal: mean must be a number, got an object; options/); // prettier-ignore
    assert.throws(() => loose.random.uniform([2], 0, {}), /random.uniform: maxval must be a number/);
    assert.throws(() => loose.random.normal([2], 0, '1'), /random.normal: stddev must be a finite number .*got '1'/);
    assert.throws(() => ops.random.truncatedNormal([2], NaN), /random.truncatedNormal: mean must be a finite number, got NaN/); // prettier-ignore
    assert.throws(() => ops.random.normal([2], 0, -1), /stddev must be a finite number of at least 0, got -1/);
    assert.throws(() => loose.random.dropoutMask([2], {}), /random.dropoutMask: keep must be a number/);
    assert.throws(() => loose.random.normal([2], 0, 1, 42), /random.normal: expected an object of options, like { seed: … }, got 42/); // prettier-ignore
    assert.throws(() => loose.random.normal([2], 0, 1, 'float32'), /expected an object of options/);
    assert.throws(() => loose.random.normal([2], 0, 1, { dtype: 'int32' }), /random.normal: unknown dtype 'int32'/);
    assert.throws(() => (activations.elu as any)(x, 0.5), /activations.elu: expected an object of options, like { alpha: … }, got 0.5/); // prettier-ignore
  });
  it('options that an op does not have', () => {
    assert.throws(() => loose.layerNorm(x, null, null, { eps: 1 }), /layerNorm: unknown option 'eps'/);
    assert.throws(() => loose.dense([[1]], [[1]], null, { activaton: 'relu' }), /Did you mean 'activation'/);
    assert.throws(() => ops.dense([[1]], [[1]], null, { activation: 'rellu' }), /unknown activation 'rellu'. Did you mean 'relu'/); // prettier-ignore
    assert.throws(() => loose.scan(() => [[], []], [], [[1]], { reversed: true }), /scan: unknown option 'reversed'/);
  });
  it('flags that are none', () => {
    assert.throws(() => loose.sum(x, 0, { keepDims: false }), /sum: keepDims must be true or false, got Object/);
    assert.throws(() => loose.argmax(x, 0, 'int32'), /argmax: keepDims must be true or false, got 'int32'/);
    assert.throws(() => loose.cumsum(x, 0, 'float32'), /cumsum: reverse must be true or false, got 'float32'/);
  });
});
