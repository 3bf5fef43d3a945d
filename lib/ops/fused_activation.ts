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
import { reluGrad, sigmoidGrad, tanhGrad } from './slopes.js';

// Activations that a fused kernel applies as it stores a result (native/cpu/simd/activation.h). Their derivative is
// found from the output alone, so that the input need not be kept.

// Klambauer et al. 2017.
export const SELU_ALPHA = 1.6732632423543772;
export const SELU_SCALE = 1.0507009873554805;

const inside = (y: TensorBase, low: number, high: number) => logicalAnd(greater(y, low), less(y, high));

type Gradient = (g: TensorBase, y: TensorBase) => TensorBase;

const times =
  (slope: (y: TensorBase) => TensorBase): Gradient =>
  (g, y) =>
    multiply(g, slope(y));

/** By name: the gradient before the activation, from the one after it and the output. */
export const fusedActivations: Readonly<Record<string, Gradient>> = {
  linear: (g) => g,
  tanh: tanhGrad,
  sigmoid: sigmoidGrad,
  relu: reluGrad,
  // Slopes that no float32 holds are multiplied with the gradient, whose dtype they take.
  hardSigmoid: (g, y) => where(inside(y, 0, 1), multiply(g, 1 / 6), 0),
  hardSigmoid2: (g, y) => where(inside(y, 0, 1), multiply(g, 0.2), 0),
  elu: times((y) => where(greater(y, 0), 1, add(y, 1))),
  selu: times((y) => where(greater(y, 0), SELU_SCALE, add(y, SELU_SCALE * SELU_ALPHA))),
  softsign: times((y) => square(subtract(1, abs(y)))),
  exponential: multiply,
  softplus: times((y) => negative(expm1(negative(y)))),
  relu6: times((y) => where(inside(y, 0, 6), 1, 0)),
  leakyRelu: (g, y) => where(greater(y, 0), g, multiply(g, 0.2)),
  hardTanh: times((y) => where(inside(y, -1, 1), 1, 0)),
  logSigmoid: times((y) => negative(expm1(y))),
  sparseSigmoid: times((y) => where(inside(y, 0, 1), 0.5, 0)),
  // √y has no slope at 0.
  sparsePlus: times((y) => where(less(y, 1), where(greater(y, 0), sqrt(where(greater(y, 0), y, 1)), 0), 1)),
  squareplus: times((y) => divide(square(y), add(square(y), 1))),
  hardShrink: times((y) => where(equal(y, 0), 0, 1)),
  softShrink: times((y) => where(equal(y, 0), 0, 1)),
};

/** Those whose derivative needs their input: the recurrent kernels alone know them (native/cells/activation.h). */
export const inputActivations: readonly string[] = ['silu', 'hardSilu', 'mish', 'gelu', 'tanhShrink'];

/** The gradient before the activation of this name; none is linear. */
export function activationGrad(name: string | undefined, g: TensorBase, y: TensorBase): TensorBase {
  return fusedActivations[name ?? 'linear'](g, y);
}
