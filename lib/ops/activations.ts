import { operand, type Operand } from '../program/apply.js';
import type { TensorBase } from '../program/tensor.js';
import {
  abs,
  add,
  clip,
  divide,
  erf,
  expm1,
  greater,
  lessEqual,
  maximum,
  minimum,
  multiply,
  negative,
  sigmoid,
  sign,
  softplus,
  sqrt,
  square,
  subtract,
  tanh,
  where,
} from './arithmetic.js';
import { checkFlag, checkNumber } from './checks.js';
import { SELU_ALPHA, SELU_SCALE } from './fused_activation.js';
import { split } from './shape.js';

// Activations, elementwise but for glu. lib/activations gives them options and the names of their kernels.

/** x where it is not positive, else 0: keeps the branch that is not taken finite. */
function below(who: string, x: Operand): [t: TensorBase, negative: TensorBase, positive: TensorBase] {
  const t = operand(x, undefined, who);
  const positive = greater(t, 0);
  return [t, where(positive, 0, t), positive];
}

/** min(max(x, 0), 6) */
export const relu6 = (x: Operand): TensorBase => clip(x, 0, 6);

/** x, or negativeSlope · x below 0. */
export function leakyRelu(x: Operand, negativeSlope = 0.2): TensorBase {
  const t = operand(x, undefined, 'leakyRelu');
  return where(greater(t, 0), t, multiply(t, checkNumber('leakyRelu', 'negativeSlope', negativeSlope)));
}

/** x, or alpha · (eˣ − 1) below 0 (Clevert et al. 2016). */
export function elu(x: Operand, alpha = 1): TensorBase {
  const [t, low, positive] = below('elu', x);
  return where(positive, t, multiply(checkNumber('elu', 'alpha', alpha), expm1(low)));
}

/** x, or alpha · (e^(x / alpha) − 1) below 0 (Barron 2017). */
export function celu(x: Operand, alpha = 1): TensorBase {
  const [t, low, positive] = below('celu', x);
  return where(positive, t, multiply(checkNumber('celu', 'alpha', alpha), expm1(multiply(low, 1 / alpha))));
}

/** Self-normalizing (Klambauer et al. 2017). */
export function selu(x: Operand): TensorBase {
  const [t, low, positive] = below('selu', x);
  return multiply(SELU_SCALE, where(positive, t, multiply(SELU_ALPHA, expm1(low))));
}

/** x, or defaultValue at and below the threshold. */
export function threshold(x: Operand, limit: number, defaultValue: number): TensorBase {
  const t = operand(x, undefined, 'threshold');
  checkNumber('threshold', 'threshold', limit);
  return where(lessEqual(t, limit), checkNumber('threshold', 'defaultValue', defaultValue), t);
}

/** 0 below −1, ¼(x + 1)² to 1, x above. */
export function sparsePlus(x: Operand): TensorBase {
  const t = operand(x, undefined, 'sparsePlus');
  const middle = add(maximum(minimum(t, 1), -1), 1);
  return where(greater(t, 1), t, multiply(0.25, multiply(middle, middle)));
}

/** x / (1 + |x|) */
export const softsign = (x: Operand): TensorBase => divide(x, add(1, abs(x)));
/** x / 6 + 1/2 between 0 and 1. */
export const hardSigmoid = (x: Operand): TensorBase => clip(add(multiply(x, 1 / 6), 0.5), 0, 1);
/** x between −1 and 1. */
export const hardTanh = (x: Operand): TensorBase => clip(x, -1, 1);
/** log sigmoid(x), without overflow. */
export const logSigmoid = (x: Operand): TensorBase => negative(softplus(negative(x)));
/** ½(x + 1) between 0 and 1. */
export const sparseSigmoid = (x: Operand): TensorBase => clip(multiply(0.5, add(x, 1)), 0, 1);
/** x · sigmoid(x) */
export const silu = (x: Operand): TensorBase => multiply(x, sigmoid(x));
/** x · hardSigmoid(x) */
export const hardSilu = (x: Operand): TensorBase => multiply(x, hardSigmoid(x));
/** x − tanh(x) */
export const tanhShrink = (x: Operand): TensorBase => subtract(x, tanh(x));

/**
 * x · Φ(x) (Hendrycks & Gimpel 2016).
 *
 * @param approximate By a tanh: Keras' default for the op, where its activation of the same name is exact.
 */
export function gelu(x: Operand, approximate = true): TensorBase {
  const t = operand(x, undefined, 'gelu');
  const inner = checkFlag('gelu', 'approximate', approximate)
    ? tanh(multiply(Math.sqrt(2 / Math.PI), add(t, multiply(0.044715, multiply(t, square(t))))))
    : erf(multiply(t, Math.SQRT1_2));
  return multiply(multiply(0.5, t), add(1, inner));
}

/** ½(x + √(x² + b)) */
export function squareplus(x: Operand, b = 4): TensorBase {
  return multiply(0.5, add(x, sqrt(add(square(x), checkNumber('squareplus', 'b', b)))));
}

/** x, or 0 where |x| is at most the threshold. */
export function hardShrink(x: Operand, limit = 0.5): TensorBase {
  return where(lessEqual(abs(x), checkNumber('hardShrink', 'threshold', limit)), 0, x);
}

/** x moved towards 0 by the threshold, and 0 where it would pass it. */
export function softShrink(x: Operand, limit = 0.5): TensorBase {
  checkNumber('softShrink', 'threshold', limit);
  return where(lessEqual(abs(x), limit), 0, subtract(x, multiply(limit, sign(x))));
}

/** The first half of an axis times the sigmoid of the second (Dauphin et al. 2017). */
export function glu(x: Operand, axis = -1): TensorBase {
  const [a, b] = split(x, 2, axis);
  return multiply(a, sigmoid(b));
}
