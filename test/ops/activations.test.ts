import { activations, ops, tensor, type Tensor } from '../../lib/index.js';
import type { TensorBase } from '../../lib/program/tensor.js';
import { near } from '../support/near.js';

const X = tensor([-2, -0.3, 0, 0.4, 3]);

// What Keras 3 gives for X.
const EXPECTED: [string, (x: TensorBase) => TensorBase, number[]][] = [
  ['elu', (x) => ops.elu(x), [-0.8646647, -0.2591818, 0, 0.4, 3]],
  ['celu', (x) => ops.celu(x, 2), [-1.264241, -0.278584, 0, 0.4, 3]],
  ['gelu', (x) => ops.gelu(x), [-0.04540235, -0.1146291, 0, 0.2621612, 2.996363]],
  ['gelu, exact', (x) => ops.gelu(x, false), [-0.04550027, -0.1146266, 0, 0.2621687, 2.99595]],
  ['silu', (x) => ops.silu(x), [-0.2384058, -0.1276672, 0, 0.2394751, 2.857722]],
  ['leakyRelu', (x) => ops.leakyRelu(x), [-0.4, -0.06, 0, 0.4, 3]],
  ['leakyRelu, slope 0.5', (x) => ops.leakyRelu(x, 0.5), [-1, -0.15, 0, 0.4, 3]],
  ['selu', (x) => ops.selu(x), [-1.520167, -0.4556673, 0, 0.4202804, 3.152103]],
  ['softsign', (x) => ops.softsign(x), [-0.6666667, -0.2307692, 0, 0.2857143, 0.75]],
  ['relu6', (x) => ops.relu6(ops.multiply(x, 3)), [0, 0, 0, 1.2, 6]],
  ['hardSigmoid', (x) => ops.hardSigmoid(x), [0.1666667, 0.45, 0.5, 0.5666667, 1]],
  ['hardSilu', (x) => ops.hardSilu(x), [-0.3333333, -0.135, 0, 0.2266667, 3]],
  ['logSigmoid', (x) => ops.logSigmoid(x), [-2.126928, -0.8543553, -Math.LN2, -0.5130153, -0.04858735]],
  ['sparsePlus', (x) => ops.sparsePlus(x), [0, 0.1225, 0.25, 0.49, 3]],
  ['sparseSigmoid', (x) => ops.sparseSigmoid(x), [0, 0.35, 0.5, 0.7, 1]],
  ['squareplus', (x) => ops.squareplus(x), [0.4142135, 0.8611875, 1, 1.219804, 3.302776]],
  ['tanhShrink', (x) => ops.tanhShrink(x), [-1.035972, -0.008687407, 0, 0.020051, 2.004945]],
  ['hardShrink', (x) => ops.hardShrink(x), [-2, 0, 0, 0, 3]],
  ['softShrink', (x) => ops.softShrink(x), [-1.5, 0, 0, 0, 2.5]],
  ['threshold', (x) => ops.threshold(x, 0.3, -7), [-7, -7, -7, 0.4, 3]],
  ['glu', (x) => ops.glu(ops.slice(x, [[0, 4]])), [-1, -0.1796063]],
  ['activations.gelu stays exact', (x) => activations.gelu(x), [-0.04550027, -0.1146266, 0, 0.2621687, 2.99595]],
];

describe('activations as ops', () => {
  for (const [name, fn, expected] of EXPECTED) it(name, () => near((fn(X) as Tensor).data, expected, 1e-6));
});
