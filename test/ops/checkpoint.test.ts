import assert from 'node:assert/strict';
import { compile, layers, ops, StateError, Variable, type Tensor, type TensorBase } from '../../lib/index.js';
import { gradients } from '../../lib/ops/grad.js';
import { Program } from '../../lib/program/program.js';
import { trace } from '../../lib/program/trace.js';
import { checkGradients, random64 } from '../support/gradcheck.js';

const x = random64([3, 4], 1);
const w = new Variable(random64([4, 4], 2), 'w');

/** Value and gradients by the argument and `w`. */
function gradientsOf(fn: (x: TensorBase) => TensorBase): Tensor[] {
  return compile((a: TensorBase) => {
    const y = fn(a);
    return [y, ...gradients(y, [a, w])];
  })(x);
}

function same(found: Tensor[], expected: Tensor[]): void {
  found.forEach((t, i) =>
    t.data.forEach((v, k) =>
      assert.ok(Math.abs(v - expected[i].data[k]) < 1e-12, `${i}: ${v}, ${expected[i].data[k]}`),
    ),
  );
}

const block = (a: TensorBase) => ops.tanh(ops.matmul(a, w).add(a));

describe('ops.checkpoint', () => {
  it('has the numbers of the function itself: arguments, captured variables, shared uses', () => {
    const plain = (a: TensorBase) => block(block(a).mul(a));
    const kept = (a: TensorBase) => ops.checkpoint(block)(ops.checkpoint(block)(a).mul(a));
    same(gradientsOf(kept), gradientsOf(plain));
    const nested = (a: TensorBase) =>
      ops.checkpoint((b: TensorBase) => ops.checkpoint(block)(ops.checkpoint(block)(b).mul(b)))(a);
    same(gradientsOf(nested), gradientsOf(plain));
  });

  it('does not count a captured value twice when an argument is made of it', () => {
    const plain = (a: TensorBase) => {
      const b = ops.square(a);
      return ops.sin(b).mul(a).add(b);
    };
    const kept = (a: TensorBase) => ops.checkpoint((b: TensorBase) => ops.sin(b).mul(a).add(b))(ops.square(a));
    same(gradientsOf(kept), gradientsOf(plain));
  });

  it('takes and gives several tensors, some of which nobody uses', () => {
    checkGradients(
      (a, b) => {
        const [sum, product] = ops.checkpoint((p: TensorBase, q: TensorBase) => [p.add(q), ops.sin(p).mul(q), p])(a, b);
        return [sum, product.mul(a)];
      },
      [x, random64([3, 4], 3)],
    );
  });

  it('works inside the steps of a scan, with values of the loop and from outside', () => {
    const run = (
      step: (f: (h: TensorBase, s: TensorBase) => TensorBase) => (h: TensorBase, s: TensorBase) => TensorBase,
    ) =>
      gradientsOf((a) => {
        const cell = step((h, s) => ops.tanh(ops.matmul(h, w).add(s).mul(a)));
        const { states } = ops.scan(([h], [s]) => [[cell(h, s)], []], [a], [ops.stack([a, ops.sin(a), a])]);
        return states[0];
      });
    same(
      run((f) => ops.checkpoint(f)),
      run((f) => f),
    );
  });

  it('draws the same random numbers again', () => {
    const dropped = (a: TensorBase) => a.mul(ops.random.dropoutMask(a.shape, 0.5, { dtype: 'float64' }));
    const [y, dx] = gradientsOf((a) => {
      const before = ops.random.uniform([1], 0, 1, { dtype: 'float64' });
      return ops
        .checkpoint((b: TensorBase) => ops.square(dropped(b)))(a)
        .add(before.mul(0));
    });
    // y = (x·m)², so that dy/dx = 2y/x.
    y.data.forEach((v, i) => assert.ok(Math.abs(dx.data[i] - (2 * v) / x.data[i]) < 1e-12));
    assert.ok(y.data.some((v) => v === 0) && y.data.some((v) => v !== 0));
  });

  it('runs layers again as they ran: in training, with the losses counted once', () => {
    const layer = layers.dropout({ rate: 0.5, dtype: 'float64', activityRegularizer: 'l2' });
    const results = compile((a: TensorBase) => {
      const y = ops.checkpoint((b: TensorBase) => layer.invoke(b, { training: true }) as TensorBase)(a);
      return [y, ...gradients(ops.sum(y), [a])];
    })(x);
    results[1].data.forEach((v, i) => assert.equal(v, results[0].data[i] === 0 ? 0 : 2));
  });

  it('keeps less: the arena of a deep chain', () => {
    const arena = (wrap: (f: (a: TensorBase) => TensorBase) => (a: TensorBase) => TensorBase) => {
      const part = wrap((a) => Array.from({ length: 8 }).reduce<TensorBase>((b) => ops.softmax(ops.exp(b)), a));
      const { graph, outputs } = trace([{ shape: [64, 64], dtype: 'float32' }], (a: TensorBase) => {
        const y = Array.from({ length: 8 }).reduce<TensorBase>((b) => part(b), a);
        return gradients(y, [a]);
      });
      return new Program(graph, outputs).arenaBytes;
    };
    assert.ok(arena((f) => f) > 2 * arena((f) => ops.checkpoint(f)));
  });

  it('refuses a function that writes a variable', () => {
    const count = new Variable(0, 'count', false);
    const bad = compile((a: TensorBase) =>
      ops.checkpoint((b: TensorBase) => {
        ops.assign(count, count.add(1));
        return b;
      })(a),
    );
    assert.throws(
      () => bad(x),
      (e) => e instanceof StateError && /checkpoint.*writes a variable/.test(e.message),
    );
  });

  it('is the function itself on concrete tensors', () => {
    assert.equal((ops.checkpoint((a: TensorBase) => ops.sum(a))(ops.ones([2, 3])) as Tensor).item(), 6);
  });
});
