import assert from 'node:assert/strict';
import { ops, tensor, type Tensor } from '../../lib/index.js';
import type { TensorBase } from '../../lib/program/tensor.js';
import { near } from '../support/near.js';
import { checkGradients, random64 } from '../support/gradcheck.js';

const list = (t: TensorBase) => (t as Tensor).toArray();
const close = (t: TensorBase, expected: number[]) => near((t as Tensor).data, expected, 1e-6);

describe('ops without an axis do what Keras does', () => {
  const x = tensor([
    [3, -1, 2],
    [-4, 5, 0.5],
  ]);

  it('concatenate, stack and split: along the first axis', () => {
    assert.deepEqual(ops.concatenate([x, x]).shape, [4, 3]);
    assert.deepEqual(ops.stack([x, x, x]).shape, [3, 2, 3]);
    assert.deepEqual(ops.split(x, 2).map(list), [[[3, -1, 2]], [[-4, 5, 0.5]]]);
  });
  it('argmax, argmin, cumsum, cummax and repeat: the flattened tensor', () => {
    assert.equal(list(ops.argmax(x)), 4);
    assert.equal(list(ops.argmin(x)), 3);
    assert.deepEqual(list(ops.argmin(x, null, true)), [[3]]);
    assert.deepEqual(list(ops.argmax(x, 1, true)), [[0], [1]]);
    assert.deepEqual(list(ops.cumsum(x)), [3, 2, 4, 0, 5, 5.5]);
    assert.deepEqual(list(ops.cumsum(x, null, true)), [5.5, 2.5, 3.5, 1.5, 5.5, 0.5]);
    assert.deepEqual(list(ops.cummax(x)), [3, 3, 3, 3, 5, 5]);
    assert.deepEqual(list(ops.repeat(x, 2)), [3, 3, -1, -1, 2, 2, -4, -4, 5, 5, 0.5, 0.5]);
  });
  it('flip, squeeze and norm: all axes', () => {
    assert.deepEqual(list(ops.flip(x, null)), [
      [0.5, 5, -4],
      [2, -1, 3],
    ]);
    assert.deepEqual(ops.squeeze([[[1], [2]]], null).shape, [2]);
    assert.deepEqual(ops.squeeze([[[1], [2]]], [0, -1]).shape, [2]);
    assert.throws(() => ops.squeeze([[[1], [2]]], [0, 1]), /squeeze: axis 1 of \[1, 2, 1\] has size 2/);
    close(ops.norm(x), [7.433034]);
  });
  it('splits at indices, too', () => {
    assert.deepEqual(ops.split([0, 1, 2, 3, 4], [1, 1, 4]).map(list), [[0], [], [1, 2, 3], [4]]);
    assert.deepEqual(ops.split(x, [1], 1).map(list), [
      [[3], [-4]],
      [
        [-1, 2],
        [5, 0.5],
      ],
    ]);
    assert.throws(() => ops.split(x, [2, 1], 1), /split: axis 1 of \[2, 3\] at \[2, 1\]; expected ascending/);
    assert.throws(() => ops.split(x, 2, 1), /split: axis 1 of \[2, 3\] into 2 equal parts/);
    checkGradients((a) => ops.split(a, [1, 3], 1).map((p) => ops.square(p)), [random64([2, 4, 3], 1)]);
    checkGradients((a) => ops.square(ops.split(a, [1, 3], 1)[1]), [random64([2, 4, 3], 1)]);
  });
  it('numbers in a row: int32 where they are integers, 50 of them on a line', () => {
    assert.deepEqual(list(ops.arange(0, 1, 0.25)), [0, 0.25, 0.5, 0.75]);
    assert.equal(ops.arange(3).dtype, 'int32');
    assert.equal(ops.arange(3, null, 1, 'float64').dtype, 'float64');
    assert.deepEqual(list(ops.arange(3, 0, -1)), [3, 2, 1]);
    assert.deepEqual(ops.linspace(0, 1).shape, [50]);
    assert.deepEqual(list(ops.eye(2, 3, 1)), [
      [0, 1, 0],
      [0, 0, 1],
    ]);
    assert.deepEqual(list(ops.eye(3, null, -1)), [
      [0, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
    ]);
  });
});

describe('norm', () => {
  const x = tensor([
    [3, -1, 2],
    [-4, 5, 0.5],
  ]);

  it('of vectors', () => {
    const along = (ord: number | null, axis: number) => ops.norm(x, ord, axis);
    close(along(null, 1), [3.7416575, 6.4226165]);
    close(along(2, 1), [3.7416575, 6.4226165]);
    close(along(1, 0), [7, 6, 2.5]);
    close(along(3, 1), [3.3019273, 5.7400589]);
    close(along(0, 1), [3, 3]);
    close(along(Infinity, 0), [4, 5, 2]);
    close(along(-Infinity, 0), [3, 1, 0.5]);
    assert.deepEqual(ops.norm(x, 1, 1, true).shape, [2, 1]);
  });
  it('of matrices', () => {
    const of = (ord: number | 'fro', axis?: number[]) => list(ops.norm(x, ord, axis));
    close(ops.norm(x, 'fro'), [7.433034]);
    assert.deepEqual([of(1), of(-1), of(Infinity), of(-Infinity), of(1, [1, 0])], [7, 2.5, 9.5, 6, 9.5]);
    assert.deepEqual(ops.norm([x, x].map(list), Infinity, [1, 2]).shape, [2]);
    assert.deepEqual(ops.norm(x, 1, null, true).shape, [1, 1]);
  });
  it('has gradients', () => {
    checkGradients((a) => [ops.norm(a), ops.norm(a, 3, 1), ops.norm(a, 1, 0), ops.norm(a, 1)], [random64([3, 4], 1)]);
  });
  it('refuses what it is not', () => {
    assert.throws(() => ops.norm(x, 'nuc' as never), /norm: unknown ord 'nuc'.*fro/);
    assert.throws(() => ops.norm(x, 2), /norm: ord 2 of a matrix; expected/);
    assert.throws(() => ops.norm(x, 'fro', 0), /'fro' is a norm of matrices/);
    assert.throws(() => ops.norm(ops.zeros([2, 2, 2]), 1), /ord 1 along 3 axes/);
  });
});
