import assert from 'node:assert/strict';
import { activations, grad, ops, tensor, type Tensor, type TensorBase } from '../../lib/index.js';
import { fusedActivations } from '../../lib/ops/fused_activation.js';
import { checkGradients, random64 } from '../support/gradcheck.js';

const names = Object.keys(activations).filter((name) => name !== 'get') as activations.ActivationName[];

describe('activations', () => {
  for (const name of names) {
    it(`${name}: its gradient, far values and NaN`, () => {
      const activation = activations.get(name);
      checkGradients((x) => activation(x), [random64([3, 4], 2, -3, 3)]);
      const far = activation(tensor(Float64Array.of(NaN, 1, -200, 200), [1, 4])) as Tensor;
      assert.ok(Number.isNaN(far.data[0]), 'NaN stays NaN');
      if (!['softmax', 'logSoftmax', 'glu'].includes(name))
        assert.ok(
          [...far.data].slice(1).every((v) => Number.isFinite(v)),
          'finite far from 0',
        );
    });
  }

  it('those with a kernel’s name compute what the kernel computes', () => {
    const x = random64([5, 7], 3, -4, 4);
    for (const name of names) {
      const { fused } = activations.get(name);
      if (fused === undefined) continue;
      const kernel = (t: TensorBase) => ops.dense(t, ops.eye(7, 7, 0, 'float64'), null, { activation: fused });
      const distance = (a: TensorBase, b: TensorBase) => (ops.max(ops.abs(ops.subtract(a, b))) as Tensor).item();
      assert.ok(distance(activations.get(name)(x), kernel(x)) < 1e-14, name);
      const slopes = (f: (t: TensorBase) => TensorBase) => grad((t: TensorBase) => ops.sum(f(t)))(x) as Tensor;
      assert.ok(distance(slopes(activations.get(name)), slopes(kernel)) < 1e-13, `the slope of ${name}`);
    }
    assert.deepEqual(
      Object.keys(fusedActivations).sort(),
      [...new Set(names.map((n) => activations.get(n).fused).filter((f) => f !== undefined))].sort(),
    );
  });

  it('gradients stay finite where a branch that is not taken overflows', () => {
    for (const name of ['elu', 'selu', 'celu', 'softplus', 'mish', 'silu'] as const) {
      const x = tensor(Float64Array.of(-800, 800));
      checkGradients((t) => activations.get(name)(t), [x]);
    }
  });

  it('get: a name, a function, null; options', () => {
    const own = (x: any) => ops.square(x);
    assert.equal(activations.get(own), own);
    assert.equal(activations.get(null), activations.linear);
    assert.throws(() => activations.get('tanhh'), /Did you mean 'tanh'/);
    assert.deepEqual(
      (activations.relu(tensor([-1, 0.5, 3]), { negativeSlope: 0.5, maxValue: 2, threshold: 1 }) as Tensor).toArray(),
      [-1, -0.25, 2],
    );
  });
});
