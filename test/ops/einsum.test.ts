import assert from 'node:assert/strict';
import { ops, tensor, type Tensor } from '../../lib/index.js';
import type { TensorBase } from '../../lib/program/tensor.js';
import { checkGradients, random64 } from '../support/gradcheck.js';

const flat = (t: TensorBase) => Array.from((t as Tensor).data);
const A = ops.subtract(ops.reshape(ops.arange(0, 12, 1, 'float32'), [2, 2, 3]), 4) as Tensor;
const B = tensor([
  [1, 0],
  [2, -1],
  [0, 3],
]);
const M = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe('tensordot, dot, outer', () => {
  it('give what Keras gives', () => {
    assert.deepEqual(flat(ops.tensordot(A, B, 1)), [-10, -3, -1, 3, 8, 9, 17, 15]);
    assert.deepEqual(ops.tensordot(A, B, 1).shape, [2, 2, 2]);
    assert.deepEqual(flat(ops.tensordot(A, M)), [-14, 112]);
    assert.deepEqual(ops.tensordot(A, M, 0).shape, [2, 2, 3, 2, 3]);
    assert.deepEqual(ops.tensordot(A, M, [[2, 1], [1, 0]]).shape, [2]); // prettier-ignore
    assert.equal(flat(ops.dot([1, 2, 3], [4, 5, 6]))[0], 32);
    assert.deepEqual(flat(ops.dot(M, [1, 0, -1])), [-2, -2]);
    assert.deepEqual(flat(ops.dot(M.slice([null, [0, 2]]), A)), [-6, -3, 0, 12, 15, 18, -21, -12, -3, 33, 42, 51]);
    assert.deepEqual(flat(ops.dot(M, 2)), [2, 4, 6, 8, 10, 12]);
    assert.deepEqual(flat(ops.outer([1, 2], M)), [1, 2, 3, 4, 5, 6, 2, 4, 6, 8, 10, 12]);
  });
  it('have gradients', () => {
    const args = [random64([2, 3, 4], 1), random64([4, 3], 2)];
    checkGradients((a, b) => [ops.tensordot(a, b, [[2, 1], [0, 1]]), ops.dot(a, b)], args); // prettier-ignore
    checkGradients((a, b) => ops.outer(a, b), args);
  });
  it('refuse what does not fit', () => {
    assert.throws(
      () => ops.dot(M, M),
      /dot: axes \[1\] of \[2, 3\] against \[0\] of \[2, 3\]; expected the same sizes/,
    );
    assert.throws(() => ops.tensordot(M, M, 3), /tensordot: 3 axes of \[2, 3\] and \[2, 3\]/);
    const whole = tensor(new Int32Array([1]), [1, 1]);
    assert.throws(() => ops.matmul(whole, whole), /matmul: int32 times int32; expected a float32 or float64 operand/);
  });
});

describe('einsum', () => {
  it('gives what Keras gives', () => {
    assert.deepEqual(flat(ops.einsum('bij,jk->bik', A, B)), [-10, -3, -1, 3, 8, 9, 17, 15]);
    assert.deepEqual(flat(ops.einsum('...j, kj -> k...', A, M)), [-16, 2, 20, 38, -43, 2, 47, 92]);
    assert.deepEqual(flat(ops.einsum('aij,aij,ij->a', A, A, M)), [56, 644]);
    assert.deepEqual(flat(ops.einsum('aaj->ja', A)), [-4, 5, -3, 6, -2, 7]);
    assert.deepEqual(flat(ops.einsum('ij,kl->jl', M, B)), [15, 10, 21, 14, 27, 18]);
    assert.deepEqual(flat(ops.einsum('bij->', A)), [18]);
    // Without a result: the letters that occur once, in the alphabet's order.
    assert.deepEqual(flat(ops.einsum('ba,ca', M, M)), [14, 32, 32, 77]);
    assert.deepEqual(ops.einsum('ba', M).shape, [3, 2]);
    // Axes of an ellipsis broadcast.
    assert.deepEqual(ops.einsum('...ij,...jk->...ik', ops.ones([5, 1, 2, 3]), ops.ones([4, 3, 2])).shape, [5, 4, 2, 2]);
    assert.deepEqual(flat(ops.einsum('...,...', M, [[10], [20]])), [10, 20, 30, 80, 100, 120]);
  });
  it('has gradients', () => {
    const [a, b, c] = [random64([2, 3, 4], 1), random64([2, 4, 5], 2), random64([5, 3], 3)];
    checkGradients((x, y) => ops.einsum('bij,bjk->kbi', x, y), [a, b]);
    checkGradients((x, y, z) => ops.einsum('bij,bjk,ki->ij', x, y, z), [a, b, c]);
    checkGradients((x) => ops.einsum('iji->j', x), [random64([3, 2, 3], 1)]);
  });
  it('refuses subscripts that do not describe the operands', () => {
    assert.throws(() => ops.einsum('ij,jk->ik', M), /einsum: 'ij,jk->ik' describes 2 operands, got 1/);
    assert.throws(() => ops.einsum('ijk', M), /einsum: 'ijk' of 'ijk' for an operand of shape \[2, 3\]/);
    assert.throws(() => ops.einsum('i...jk', M), /for an operand of shape \[2, 3\]/);
    assert.throws(() => ops.einsum('ij,ij', M, B), /einsum: axis 'i' has size 2 in one operand and 3 in another/);
    assert.throws(() => ops.einsum('ij->ik', M), /must name axes of the operands, each once/);
    assert.throws(() => ops.einsum('i1', M), /einsum: expected subscripts such as 'ij,jk->ik', got 'i1'/);
    assert.throws(() => ops.einsum(M as never, M), /einsum: expected subscripts/);
  });
});
