import * as ops from '../ops/activations.js';
import { exp, less, minimum, multiply, relu as plainRelu, subtract, where } from '../ops/arithmetic.js';
import { operand, type Operand } from '../program/apply.js';
import { checkOptions } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { fusable } from './activation.js';

// Linear for positive x, something else below.

export const linear = fusable('linear', (x: Operand) => operand(x, undefined, 'linear'));

export interface ReluOptions {
  negativeSlope?: number;
  maxValue?: number | null;
  threshold?: number;
}
/** max(x, 0); with options: slope · (x − threshold) below the threshold, at most maxValue. */
export const relu = fusable('relu', (x: Operand, options: ReluOptions = {}): TensorBase => {
  checkOptions('activations.relu', options, ['negativeSlope', 'maxValue', 'threshold']);
  const { negativeSlope = 0, maxValue = null, threshold = 0 } = options;
  if (negativeSlope === 0 && maxValue === null && threshold === 0) return plainRelu(x);
  const t = operand(x, undefined, 'relu');
  const low = multiply(negativeSlope, subtract(t, threshold));
  const high = maxValue === null ? t : minimum(t, maxValue);
  return where(less(t, threshold), low, high);
});

/** min(max(x, 0), 6) */
export const relu6 = fusable('relu6', (x: Operand) => ops.relu6(x));

/** x, or slope · x below 0. */
export const leakyRelu = fusable('leakyRelu', (x: Operand, options: { negativeSlope?: number } = {}): TensorBase => {
  checkOptions('activations.leakyRelu', options, ['negativeSlope']);
  return ops.leakyRelu(x, options.negativeSlope);
});

/** x, or alpha · (eˣ − 1) below 0 (Clevert et al. 2016). */
export const elu = fusable('elu', (x: Operand, options: { alpha?: number } = {}): TensorBase => {
  checkOptions('activations.elu', options, ['alpha']);
  return ops.elu(x, options.alpha);
});

/** x, or alpha · (e^(x / alpha) − 1) below 0 (Barron 2017). */
export const celu = fusable('elu', (x: Operand, options: { alpha?: number } = {}): TensorBase => {
  checkOptions('activations.celu', options, ['alpha']);
  return ops.celu(x, options.alpha);
});

/** Self-normalizing (Klambauer et al. 2017). */
export const selu = fusable('selu', (x: Operand) => ops.selu(x));

/** x, or defaultValue at and below the threshold. */
export const threshold = fusable(
  'relu',
  (x: Operand, options: { threshold?: number; defaultValue?: number } = {}): TensorBase => {
    checkOptions('activations.threshold', options, ['threshold', 'defaultValue']);
    return ops.threshold(x, options.threshold ?? 0, options.defaultValue ?? 0);
  },
);

/** 0 below −1, ¼(x + 1)² to 1, x above. */
export const sparsePlus = fusable('sparsePlus', (x: Operand) => ops.sparsePlus(x));

/** eˣ */
export const exponential = fusable('exponential', (x: Operand) => exp(x));
