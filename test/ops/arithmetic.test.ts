import { ops } from '../../lib/index.js';
import { fusedActivations } from '../../lib/ops/fused_activation.js';
import type { TensorBase } from '../../lib/program/tensor.js';
import { checkGradients, random64 } from '../support/gradcheck.js';

const UNARY: [string, number, number][] = [
  ['negative', -2, 2],
  ['abs', 0.2, 2],
  ['square', -2, 2],
  ['sqrt', 0.3, 3],
  ['rsqrt', 0.3, 3],
  ['reciprocal', 0.3, 3],
  ['exp', -2, 2],
  ['expm1', -2, 2],
  ['log', 0.2, 3],
  ['log1p', -0.5, 3],
  ['sin', -3, 3],
  ['cos', -3, 3],
  ['tan', -1, 1],
  ['arcsin', -0.9, 0.9],
  ['arccos', -0.9, 0.9],
  ['arctan', -3, 3],
  ['sinh', -2, 2],
  ['cosh', -2, 2],
  ['arcsinh', -2, 2],
  ['arccosh', 1.2, 3],
  ['arctanh', -0.9, 0.9],
  ['tanh', -3, 3],
  ['sigmoid', -5, 5],
  ['erf', -2, 2],
  ['log2', 0.2, 3],
  ['log10', 0.2, 3],
  ['softplus', -5, 5],
  ['relu', 0.1, 2],
  ['logSoftmax', -2, 2],
  ['softmax', -2, 2],
];

const BINARY: [string, number, number][] = [
  ['add', -2, 2],
  ['subtract', -2, 2],
  ['multiply', -2, 2],
  ['divide', 0.5, 2],
  ['power', 0.5, 2],
  ['minimum', -2, 2],
  ['maximum', -2, 2],
  ['arctan2', 0.5, 2],
  ['logaddexp', -2, 2],
];

const table = ops as unknown as Record<string, (...x: TensorBase[]) => TensorBase>;

describe('pointwise gradients in double', () => {
  for (const [name, low, high] of UNARY) {
    for (const shape of [[1], [17], [3, 20]]) {
      it(`${name} [${shape}]`, () => checkGradients((x) => table[name](x), [random64(shape, 1, low, high)]));
    }
  }
  for (const [name, low, high] of BINARY) {
    for (const [a, b] of [
      [[5], [5]],
      [
        [3, 1, 7],
        [2, 7],
      ],
      [[4], []],
    ]) {
      it(`${name} [${a}] with [${b}]`, () =>
        checkGradients((x, y) => table[name](x, y), [random64(a, 1, low, high), random64(b, 2, low, high)]));
    }
  }
  // What the gradients of activations are made of has gradients itself.
  for (const [name, grad] of Object.entries(fusedActivations)) {
    it(`the gradient of ${name}`, () =>
      checkGradients((g, y) => grad(g, y), [random64([3, 7], 1, -2, 2), random64([3, 7], 2, 0.1, 0.9)]));
  }
  it('where', () =>
    checkGradients(
      (x, y) => ops.where(ops.greater(x, 0), ops.multiply(x, y), y),
      [random64([3, 5], 1), random64([5], 2)],
    ));
  it('a fused chain with a value used twice', () =>
    checkGradients(
      (x, y) => ops.multiply(ops.tanh(ops.add(x, y)), ops.sigmoid(ops.add(x, y))),
      [random64([4, 300], 1), random64([300], 2)],
    ));
});
