import type { TensorBase } from '../program/tensor.js';
import {
  abs,
  add,
  divide,
  equal,
  expm1,
  greater,
  less,
  logicalAnd,
  multiply,
  negative,
  sqrt,
  square,
  subtract,
  where,
} from './arithmetic.js';
import { slopes } from './slopes.js';

// Activations that a fused kernel applies as it stores a result (native/cpu/simd/activation.h). Their derivative is
// found from the output alone, so that the input need not be kept.

// Klambauer et al. 2017.
export const SELU_ALPHA = 1.6732632423543772;
export const SELU_SCALE = 1.0507009873554805;

const inside = (y: TensorBase, low: number, high: number) => logicalAnd(greater(y, low), less(y, high));

/** By name: dy/dx as a function of y. */
export const fusedActivations: Readonly<Record<string, (y: TensorBase) => TensorBase>> = {
  linear: (y) => add(multiply(y, 0), 1),
  tanh: (y) => subtract(1, square(y)),
  sigmoid: (y) => multiply(y, subtract(1, y)),
  relu: (y) => where(greater(y, 0), 1, 0),
  hardSigmoid: (y) => where(inside(y, 0, 1), 1 / 6, 0),
  hardSigmoid2: (y) => where(inside(y, 0, 1), 0.2, 0),
  elu: (y) => where(greater(y, 0), 1, add(y, 1)),
  selu: (y) => where(greater(y, 0), SELU_SCALE, add(y, SELU_SCALE * SELU_ALPHA)),
  softsign: (y) => square(subtract(1, abs(y))),
  exponential: (y) => y,
  softplus: (y) => negative(expm1(negative(y))),
  relu6: (y) => where(inside(y, 0, 6), 1, 0),
  leakyRelu: (y) => where(greater(y, 0), 1, 0.2),
  hardTanh: (y) => where(inside(y, -1, 1), 1, 0),
  logSigmoid: (y) => negative(expm1(y)),
  sparseSigmoid: (y) => where(inside(y, 0, 1), 0.5, 0),
  // √y has no slope at 0.
  sparsePlus: (y) => where(less(y, 1), where(greater(y, 0), sqrt(where(greater(y, 0), y, 1)), 0), 1),
  squareplus: (y) => divide(square(y), add(square(y), 1)),
  hardShrink: (y) => where(equal(y, 0), 0, 1),
  softShrink: (y) => where(equal(y, 0), 0, 1),
};

/** Those whose derivative needs their input: the recurrent kernels alone know them (native/cells/activation.h). */
export const inputActivations: readonly string[] = ['silu', 'hardSilu', 'mish', 'gelu', 'tanhShrink'];

/** The gradient before the activation, from the one after it and the output. */
export function activationGrad(name: string | undefined, g: TensorBase, y: TensorBase): TensorBase {
  if (name === undefined || name === 'linear') return g;
  return slopes[name]?.(g, y) ?? multiply(g, fusedActivations[name](y));
}
