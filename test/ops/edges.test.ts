import assert from 'node:assert/strict';
import { grad, ops, tensor, type Tensor, type TensorBase } from '../../lib/index.js';
import { checkGradients } from '../support/gradcheck.js';

const f64 = (value: any) => tensor(value, undefined, 'float64');

describe('ops at zeros and infinities', () => {
  it('prod: the gradient of each element is the product of the others', () => {
    const of = (x: number[]) => Array.from((grad((v: TensorBase) => ops.prod(v))(f64(x)) as Tensor).data);
    assert.deepEqual(of([2, 0, 3]), [0, 6, 0]);
    assert.deepEqual(of([0, 0, 3]), [0, 0, 0]);
    assert.deepEqual(of([2, -1, 3]), [-3, 6, -2]);
    checkGradients((v: TensorBase) => ops.prod(v, 1), [f64([[1, 2, 0.5], [-1, 3, 2]])]); // prettier-ignore
  });

  it('logsumexp of infinities', () => {
    const found = ops.logsumexp(f64([[-Infinity, -Infinity], [1, Infinity], [-Infinity, 2]]), 1); // prettier-ignore
    assert.deepEqual(found.toArray(), [-Infinity, Infinity, 2]);
  });

  it('power: x⁰ does not change with x, at 0 either', () => {
    const slope = grad((v: TensorBase) => ops.sum(ops.power(v, 0)))(f64([0, 2])) as Tensor;
    assert.deepEqual(slope.toArray(), [0, 0]);
  });
});
