import assert from 'node:assert/strict';
import { compile, grad, ops, tensor, valueAndGrad, Variable, type Tensor } from '../../lib/index.js';
import type { TensorBase } from '../../lib/program/tensor.js';

describe('compile, grad and valueAndGrad', () => {
  it('trains a line in ten lines', () => {
    const [w, b] = [new Variable(tensor([[0], [0]])), new Variable(tensor([0]))];
    const loss = (x: TensorBase, y: TensorBase) => ops.mean(ops.square(ops.subtract(ops.dense(x, w, b), y)));
    const step = compile((x: TensorBase, y: TensorBase) => {
      const value = loss(x, y);
      ops
        .gradients(value, [w, b])
        .forEach((g, i) => ops.assign([w, b][i], ops.subtract([w, b][i], ops.multiply(g, 0.5))));
      return value;
    });
    const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]); // prettier-ignore
    const y = tensor([[1], [-1], [4], [2]]);
    let last = Infinity;
    for (let i = 0; i < 400; i++) last = step(x, y).item();
    assert.ok(last < 1e-6);
    assert.ok(Math.abs(w.value().data[0] - 3) < 1e-2 && Math.abs(b.value().data[0] - 1) < 1e-2);
  });

  it('draws random numbers anew at every call', () => {
    const draw = compile((x: TensorBase) => ops.add(x, ops.random.uniform([3])));
    const [a, b] = [draw([0, 0, 0]), draw([0, 0, 0])] as Tensor[];
    assert.notDeepEqual(a.toArray(), b.toArray());
  });

  it('gives gradients by every floating argument', () => {
    const [value, [ga, gb]] = valueAndGrad((a: TensorBase, b: TensorBase) => ops.sum(ops.multiply(a, b)))(
      [1, 2],
      [3, 4],
    );
    assert.equal(value.item(), 11);
    assert.deepEqual(
      [ga.toArray(), gb.toArray()],
      [
        [3, 4],
        [1, 2],
      ],
    );
    assert.equal((grad((x: TensorBase) => ops.square(x))(3) as Tensor).item(), 6);
  });

  it('keeps an update in order with the reads around it', () => {
    const n = new Variable(tensor(1));
    const before = compile(() => {
      const old = ops.multiply(n, 10);
      const next = ops.assign(n, ops.add(n, 1));
      return [old, ops.multiply(next, 10)];
    });
    assert.deepEqual(
      before().map((t) => t.item()),
      [10, 20],
    );
    assert.equal(n.value().item(), 2);
  });

  it('keeps the sign of a zero among the constants of a fused chain', () => {
    const f = compile((x: TensorBase) =>
      ops.add(ops.multiply(ops.multiply(x, 0), 1), ops.divide(1, ops.multiply(x, -0))),
    );
    assert.deepEqual(f([1, 2]).toArray(), [-Infinity, -Infinity]);
  });

  it('names what is wrong', () => {
    assert.throws(() => valueAndGrad((x: TensorBase) => x)([1, 2]), /returned shape \[2\], expected a scalar/);
    assert.throws(() => ops.gradients(tensor(1), []), /only inside a traced function/);
    let leaked: TensorBase | undefined;
    compile((x: TensorBase) => (leaked = ops.add(x, 1)))(1);
    assert.throws(() => ops.add(leaked as TensorBase, 1), /outside the function it was traced in/);
  });
});
