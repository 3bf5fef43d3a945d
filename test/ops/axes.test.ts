import assert from 'node:assert/strict';
import { compile, grad, ops, tensor, type Tensor } from '../../lib/index.js';
import type { TensorBase } from '../../lib/program/tensor.js';
import { checkGradients, random64 } from '../support/gradcheck.js';
import { near } from '../support/near.js';

const list = (t: TensorBase) => (t as Tensor).toArray();
const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe('axes', () => {
  const wide = ops.zeros([2, 3, 4]);

  it('moveaxis, swapaxes', () => {
    assert.deepEqual(ops.moveaxis(wide, 0, -1).shape, [3, 4, 2]);
    assert.deepEqual(ops.moveaxis(wide, [0, 2], [1, 0]).shape, [4, 2, 3]);
    assert.deepEqual(list(ops.swapaxes(x, 0, -1)), list(ops.transpose(x)));
    assert.throws(() => ops.moveaxis(wide, [0, 0], [1, 2]), /moveaxis: axes \[0, 0\] name one axis twice/);
    assert.throws(() => ops.moveaxis(wide, 0, [1, 2]), /moveaxis: 1 axes to 2 places/);
    assert.throws(() => ops.swapaxes(wide, 0, 3), /swapaxes: axis 3 of a tensor with 3 axes/);
  });
  it('roll', () => {
    assert.deepEqual(list(ops.roll(x, 1)), [
      [6, 1, 2],
      [3, 4, 5],
    ]);
    assert.deepEqual(list(ops.roll(x, -4, 1)), [
      [2, 3, 1],
      [5, 6, 4],
    ]);
    assert.deepEqual(list(ops.roll(x, [1, 2], [0, 1])), [
      [5, 6, 4],
      [2, 3, 1],
    ]);
    assert.throws(() => ops.roll(x, 0.5), /roll: shift must be an integer, got 0.5/);
    assert.throws(() => ops.roll(x, [1, 2], 0), /roll: 2 shifts for 1 axes/);
  });
  it('diff', () => {
    assert.deepEqual(list(ops.diff([1, 4, 9, 16])), [3, 5, 7]);
    assert.deepEqual(list(ops.diff([1, 4, 9, 16], 2)), [2, 2]);
    assert.deepEqual(list(ops.diff(x, 1, 0)), [[3, 3, 3]]);
    assert.deepEqual(list(ops.diff([true, false, false])), [true, false]);
    assert.deepEqual(ops.diff([1], 2).shape, [0]);
    assert.throws(() => ops.diff(x, -1), /diff: n must be an integer of at least 0/);
  });
  it('unstack', () => {
    assert.deepEqual(ops.unstack(x, null, 1).map(list), [
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    assert.deepEqual(ops.unstack(ops.zeros([0, 2])), []);
    assert.throws(() => ops.unstack(x, 3), /unstack: axis 0 of \[2, 3\] has 2 parts, expected 3/);
  });
  it('takeAlongAxis', () => {
    assert.deepEqual(list(ops.takeAlongAxis(x, [[2, 0], [1, 1]], 1)), [[3, 1], [5, 5]]); // prettier-ignore
    assert.deepEqual(list(ops.takeAlongAxis(x, [[1, 0, 1]], 0)), [[4, 2, 6]]);
    assert.deepEqual(list(ops.takeAlongAxis(x, [[5], [0]])), [6, 1]);
    // An index beyond its row must not find the next one.
    assert.throws(() => ops.takeAlongAxis(x, [[3], [0]], 1), /outside/);
    assert.throws(
      () => ops.takeAlongAxis(x, [0], 1),
      /takeAlongAxis: indices \[1\] for \[2, 3\]; expected as many axes/,
    );
    assert.throws(() => ops.takeAlongAxis(x, tensor([[0.5]]), 1), /indices must be int32, got float32/);
  });
  it('have gradients', () => {
    const index = tensor(new Int32Array([2, 0, 1, 1, 2, 2]), [2, 3, 1]);
    checkGradients((a) => ops.square(ops.moveaxis(a, [0, 2], [1, 0])), [random64([2, 3, 4], 1)]);
    checkGradients((a) => [ops.square(ops.roll(a, 3)), ops.square(ops.roll(a, 1, 2))], [random64([2, 3, 4], 1)]);
    checkGradients((a) => ops.square(ops.diff(a, 2)), [random64([2, 3, 4], 1)]);
    checkGradients((a) => ops.unstack(a, null, 1).map((p) => ops.square(p)), [random64([2, 3, 4], 1)]);
    checkGradients((a) => ops.square(ops.takeAlongAxis(a, index, 2)), [random64([2, 3, 4], 1)]);
  });
  it('are methods, too, also of symbols', () => {
    const run = compile((t: TensorBase) => [
      t.swapaxes(0, 1).roll(1).diff(1, 0),
      t.take([1, 0], 1).var(0),
      t.unstack()[1].isinf(),
    ]);
    assert.deepEqual(run(x).map(list), [
      [
        [-2, 1],
        [1, 1],
      ],
      [2.25, 2.25],
      [false, false, false],
    ]);
  });
});

describe('cumprod', () => {
  it('is a running product', () => {
    assert.deepEqual(list(ops.cumprod(x)), [1, 2, 6, 24, 120, 720]);
    assert.deepEqual(list(ops.cumprod(x, 1, true)), [
      [6, 6, 3],
      [120, 30, 6],
    ]);
    assert.equal(ops.cumprod(tensor(new Int32Array([2, 3])), 0).dtype, 'int32');
  });
  it('has gradients, also where an element is 0', () => {
    for (const axis of [null, 0, 1, -1]) {
      checkGradients((a) => ops.cumprod(a, axis), [random64([3, 4, 5], 1, 0.3, 1.5)]);
      checkGradients((a) => ops.cumprod(a, axis, true), [random64([3, 4, 5], 1, -1, 1)]);
    }
    const zeros = tensor([2, 0, 3, 0, 5]);
    const slope = grad((a: TensorBase) => ops.sum(ops.cumprod(a)));
    assert.deepEqual(Array.from((slope(zeros) as Tensor).data), [1, 8, 0, 0, 0]);
    checkGradients((a) => ops.cumprod(ops.multiply(a, ops.greater(a, 0)), 1), [random64([3, 6], 1)]);
  });
});

describe('average', () => {
  const w = tensor([
    [1, 2, 1],
    [3, 2, 0],
  ]);
  it('weighs elements', () => {
    near((ops.average(x) as Tensor).data, [3.5], 1e-6);
    near((ops.average(x, 1, [1, 0, 3]) as Tensor).data, [2.5, 5.5], 1e-6);
    near((ops.average(x, 0, w) as Tensor).data, [3.25, 3.5, 3], 1e-6);
    assert.throws(() => ops.average(x, 1, [1, 2]), /average: weights \[2\] for \[2, 3\]; expected the same shape/);
    checkGradients((a, b) => ops.average(a, 1, b), [random64([2, 3], 1), random64([3], 2, 0.5, 1)]);
  });
});

describe('logarithms and infinities', () => {
  it('log2, log10, isinf', () => {
    near((ops.log2([8, 0.25]) as Tensor).data, [3, -2], 1e-6);
    near((ops.log10([1000, 0.1]) as Tensor).data, [3, -1], 1e-6);
    assert.deepEqual(list(ops.isinf([1, Infinity, -Infinity, NaN])), [false, true, true, false]);
    assert.deepEqual(list(ops.isinf(tensor(new Int32Array([1])))), [false]);
    checkGradients((a) => [ops.log2(a), ops.log10(a)], [random64([5], 1, 0.5, 2)]);
  });
  it('Keras’ second names are the same functions', () => {
    assert.equal(ops.absolute, ops.abs);
    assert.equal(ops.amax, ops.max);
    assert.equal(ops.amin, ops.min);
    assert.equal(ops.swish, ops.silu);
    assert.equal(ops.var, ops.variance);
  });
});
