import * as ops from '../ops/activations.js';
import { add, clip, multiply, sigmoid as plainSigmoid, softplus as plainSoftplus, tanh as plainTanh } from '../ops/arithmetic.js'; // prettier-ignore
import { logSoftmax as plainLogSoftmax, softmax as plainSoftmax } from '../ops/softmax.js';
import type { Operand } from '../program/apply.js';
import { checkOptions } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { fusable, fusableInCells } from './activation.js';

// Sigmoids, their products with x, shrinkage, and functions along an axis.

export const sigmoid = fusable('sigmoid', (x: Operand) => plainSigmoid(x));
export const tanh = fusable('tanh', (x: Operand) => plainTanh(x));
/** log(1 + eˣ) */
export const softplus = fusable('softplus', (x: Operand) => plainSoftplus(x));
/** x / (1 + |x|) */
export const softsign = fusable('softsign', (x: Operand) => ops.softsign(x));
/** x / 6 + 1/2 between 0 and 1, as in Keras 3. */
export const hardSigmoid = fusable('hardSigmoid', (x: Operand) => ops.hardSigmoid(x));
/** 0.2 x + 1/2 between 0 and 1: what Keras 2 and tfjs call hardSigmoid. */
export const hardSigmoid2 = fusable('hardSigmoid2', (x: Operand) => clip(add(multiply(x, 0.2), 0.5), 0, 1));
/** x between −1 and 1. */
export const hardTanh = fusable('hardTanh', (x: Operand) => ops.hardTanh(x));
export const logSigmoid = fusable('logSigmoid', (x: Operand) => ops.logSigmoid(x));
/** ½(x + 1) between 0 and 1. */
export const sparseSigmoid = fusable('sparseSigmoid', (x: Operand) => ops.sparseSigmoid(x));

/** x · sigmoid(x) */
export const silu = fusableInCells('silu', (x: Operand) => ops.silu(x));
export const swish = silu;
/** x · hardSigmoid(x) */
export const hardSilu = fusableInCells('hardSilu', (x: Operand) => ops.hardSilu(x));
export const hardSwish = hardSilu;
/** x · tanh(softplus(x)) */
export const mish = fusableInCells('mish', (x: Operand): TensorBase => multiply(x, plainTanh(plainSoftplus(x))));

/** x · Φ(x) (Hendrycks & Gimpel 2016); `approximate`: by a tanh. */
export const gelu = fusableInCells('gelu', (x: Operand, options: { approximate?: boolean } = {}): TensorBase => {
  checkOptions('activations.gelu', options, ['approximate']);
  return ops.gelu(x, options.approximate ?? false);
});

/** ½(x + √(x² + b)) */
export const squareplus = fusable('squareplus', (x: Operand, options: { b?: number } = {}): TensorBase => {
  checkOptions('activations.squareplus', options, ['b']);
  return ops.squareplus(x, options.b);
});

/** x − tanh(x) */
export const tanhShrink = fusableInCells('tanhShrink', (x: Operand) => ops.tanhShrink(x));

/** x, or 0 where |x| is at most the threshold. */
export const hardShrink = fusable('hardShrink', (x: Operand, options: { threshold?: number } = {}): TensorBase => {
  checkOptions('activations.hardShrink', options, ['threshold']);
  return ops.hardShrink(x, options.threshold);
});

/** x moved towards 0 by the threshold. */
export const softShrink = fusable('softShrink', (x: Operand, options: { threshold?: number } = {}): TensorBase => {
  checkOptions('activations.softShrink', options, ['threshold']);
  return ops.softShrink(x, options.threshold);
});

/** The first half of an axis times the sigmoid of the second (Dauphin et al. 2017). */
export function glu(x: Operand, options: { axis?: number } = {}): TensorBase {
  checkOptions('activations.glu', options, ['axis']);
  return ops.glu(x, options.axis);
}

export function softmax(x: Operand, options: { axis?: number } = {}): TensorBase {
  checkOptions('activations.softmax', options, ['axis']);
  return plainSoftmax(x, options.axis ?? -1);
}

export function logSoftmax(x: Operand, options: { axis?: number } = {}): TensorBase {
  checkOptions('activations.logSoftmax', options, ['axis']);
  return plainLogSoftmax(x, options.axis ?? -1);
}
