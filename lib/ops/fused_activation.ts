import type { TensorBase } from '../program/tensor.js';
import { add, exp, greater, less, logicalAnd, multiply, negative, square, subtract, sigmoid, tanh, relu, softplus, where, abs, divide, clip, expm1 } from './arithmetic.js';

// Activations that a fused kernel applies as it stores a result (native/cpu/simd/activation.h). Their derivative is
// found from the output alone, so that the input need not be kept.

interface FusedActivation {
  value(x: TensorBase): TensorBase;
  /** dy/dx as a function of y. */
  slope(y: TensorBase): TensorBase;
}

// Klambauer et al. 2017.
export const SELU_ALPHA = 1.6732632423543772;
export const SELU_SCALE = 1.0507009873554805;

const inside = (y: TensorBase, low: number, high: number) => logicalAnd(greater(y, low), less(y, high));

export const fusedActivations: Readonly<Record<string, FusedActivation>> = {
  linear: { value: (x) => x, slope: (y) => add(multiply(y, 0), 1) },
  tanh: { value: tanh, slope: (y) => subtract(1, square(y)) },
  sigmoid: { value: sigmoid, slope: (y) => multiply(y, subtract(1, y)) },
  relu: { value: relu, slope: (y) => where(greater(y, 0), 1, 0) },
  hardSigmoid: { value: (x) => clip(add(multiply(x, 1 / 6), 0.5), 0, 1), slope: (y) => where(inside(y, 0, 1), 1 / 6, 0) },
  hardSigmoid2: { value: (x) => clip(add(multiply(x, 0.2), 0.5), 0, 1), slope: (y) => where(inside(y, 0, 1), 0.2, 0) },
  elu: { value: (x) => where(greater(x, 0), x, expm1(x)), slope: (y) => where(greater(y, 0), 1, add(y, 1)) },
  selu: {
    value: (x) => multiply(SELU_SCALE, where(greater(x, 0), x, multiply(SELU_ALPHA, expm1(x)))),
    slope: (y) => where(greater(y, 0), SELU_SCALE, add(y, SELU_SCALE * SELU_ALPHA)),
  },
  softsign: { value: (x) => divide(x, add(1, abs(x))), slope: (y) => square(subtract(1, abs(y))) },
  exponential: { value: exp, slope: (y) => y },
  softplus: { value: softplus, slope: (y) => negative(expm1(negative(y))) },
  relu6: { value: (x) => clip(x, 0, 6), slope: (y) => where(inside(y, 0, 6), 1, 0) },
  leakyRelu: { value: (x) => where(greater(x, 0), x, multiply(x, 0.2)), slope: (y) => where(greater(y, 0), 1, 0.2) },
};

/** The gradient before the activation, from the one after it and the output. */
export function activationGrad(name: string | undefined, g: TensorBase, y: TensorBase): TensorBase {
  return name === undefined || name === 'linear' ? g : multiply(g, fusedActivations[name].slope(y));
}
