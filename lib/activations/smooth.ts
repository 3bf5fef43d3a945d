import {
  abs,
  add,
  clip,
  divide,
  erf,
  lessEqual,
  multiply,
  negative,
  sigmoid as plainSigmoid,
  sign,
  softplus as plainSoftplus,
  sqrt,
  square,
  subtract,
  tanh as plainTanh,
  where,
} from '../ops/arithmetic.js';
import { split } from '../ops/shape.js';
import { logSoftmax as plainLogSoftmax, softmax as plainSoftmax } from '../ops/softmax.js';
import { operand, type Operand } from '../program/apply.js';
import { checkOptions } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { fusable, fusableInCells } from './activation.js';

// Sigmoids, their products with x, shrinkage, and functions along an axis.

export const sigmoid = fusable('sigmoid', (x: Operand) => plainSigmoid(x));
export const tanh = fusable('tanh', (x: Operand) => plainTanh(x));
/** log(1 + eˣ) */
export const softplus = fusable('softplus', (x: Operand) => plainSoftplus(x));
/** x / (1 + |x|) */
export const softsign = fusable('softsign', (x: Operand) => divide(x, add(1, abs(x))));
/** x / 6 + 1/2 between 0 and 1, as in Keras 3. */
export const hardSigmoid = fusable('hardSigmoid', (x: Operand) => clip(add(multiply(x, 1 / 6), 0.5), 0, 1));
/** 0.2 x + 1/2 between 0 and 1: what Keras 2 and tfjs call hardSigmoid. */
export const hardSigmoid2 = fusable('hardSigmoid2', (x: Operand) => clip(add(multiply(x, 0.2), 0.5), 0, 1));
/** x between −1 and 1. */
export const hardTanh = fusable('hardTanh', (x: Operand): TensorBase => clip(x, -1, 1));
export const logSigmoid = fusable('logSigmoid', (x: Operand): TensorBase => negative(plainSoftplus(negative(x))));
/** ½(x + 1) between 0 and 1. */
export const sparseSigmoid = fusable('sparseSigmoid', (x: Operand): TensorBase => clip(multiply(0.5, add(x, 1)), 0, 1));

/** x · sigmoid(x) */
export const silu = fusableInCells('silu', (x: Operand): TensorBase => multiply(x, plainSigmoid(x)));
export const swish = silu;
/** x · hardSigmoid(x) */
export const hardSilu = fusableInCells('hardSilu', (x: Operand): TensorBase => multiply(x, hardSigmoid(x)));
export const hardSwish = hardSilu;
/** x · tanh(softplus(x)) */
export const mish = fusableInCells('mish', (x: Operand): TensorBase => multiply(x, plainTanh(plainSoftplus(x))));

/** x · Φ(x) (Hendrycks & Gimpel 2016); `approximate`: by a tanh. */
export const gelu = fusableInCells('gelu', (x: Operand, options: { approximate?: boolean } = {}): TensorBase => {
  checkOptions('activations.gelu', options, ['approximate']);
  const t = operand(x, undefined, 'gelu');
  const inner = options.approximate
    ? plainTanh(multiply(Math.sqrt(2 / Math.PI), add(t, multiply(0.044715, multiply(t, square(t))))))
    : erf(multiply(t, Math.SQRT1_2));
  return multiply(multiply(0.5, t), add(1, inner));
});

/** ½(x + √(x² + b)) */
export const squareplus = fusable('squareplus', (x: Operand, options: { b?: number } = {}): TensorBase => {
  checkOptions('activations.squareplus', options, ['b']);
  return multiply(0.5, add(x, sqrt(add(square(x), options.b ?? 4))));
});

/** x − tanh(x) */
export const tanhShrink = fusableInCells('tanhShrink', (x: Operand): TensorBase => subtract(x, plainTanh(x)));

/** x, or 0 where |x| is at most the threshold. */
export const hardShrink = fusable('hardShrink', (x: Operand, options: { threshold?: number } = {}): TensorBase => {
  checkOptions('activations.hardShrink', options, ['threshold']);
  return where(lessEqual(abs(x), options.threshold ?? 0.5), 0, x);
});

/** x moved towards 0 by the threshold. */
export const softShrink = fusable('softShrink', (x: Operand, options: { threshold?: number } = {}): TensorBase => {
  checkOptions('activations.softShrink', options, ['threshold']);
  const { threshold = 0.5 } = options;
  return where(lessEqual(abs(x), threshold), 0, subtract(x, multiply(threshold, sign(x))));
});

/** The first half of an axis times the sigmoid of the second (Dauphin et al. 2017). */
export function glu(x: Operand, options: { axis?: number } = {}): TensorBase {
  checkOptions('activations.glu', options, ['axis']);
  const [a, b] = split(x, 2, options.axis ?? -1);
  return multiply(a, plainSigmoid(b));
}

export function softmax(x: Operand, options: { axis?: number } = {}): TensorBase {
  checkOptions('activations.softmax', options, ['axis']);
  return plainSoftmax(x, options.axis ?? -1);
}

export function logSoftmax(x: Operand, options: { axis?: number } = {}): TensorBase {
  checkOptions('activations.logSoftmax', options, ['axis']);
  return plainLogSoftmax(x, options.axis ?? -1);
}
