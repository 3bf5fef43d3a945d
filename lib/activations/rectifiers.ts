import {
  add,
  clip,
  exp,
  expm1,
  greater,
  less,
  lessEqual,
  maximum,
  minimum,
  multiply,
  relu as plainRelu,
  subtract,
  where,
} from '../ops/arithmetic.js';
import { SELU_ALPHA, SELU_SCALE } from '../ops/fused_activation.js';
import { operand, type Operand } from '../program/apply.js';
import { checkOptions } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { fusable } from './activation.js';

// Linear for positive x, something else below.

/** x where it is not positive, else 0: keeps the branch that is not taken finite. */
function below(x: Operand): [t: TensorBase, negative: TensorBase, positive: TensorBase] {
  const t = operand(x, undefined, 'activation');
  const positive = greater(t, 0);
  return [t, where(positive, 0, t), positive];
}

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
export const relu6 = fusable('relu6', (x: Operand) => clip(x, 0, 6));

/** x, or slope · x below 0. */
export const leakyRelu = fusable('leakyRelu', (x: Operand, options: { negativeSlope?: number } = {}): TensorBase => {
  checkOptions('activations.leakyRelu', options, ['negativeSlope']);
  const t = operand(x, undefined, 'leakyRelu');
  return where(greater(t, 0), t, multiply(t, options.negativeSlope ?? 0.2));
});

/** x, or alpha · (eˣ − 1) below 0 (Clevert et al. 2016). */
export const elu = fusable('elu', (x: Operand, options: { alpha?: number } = {}): TensorBase => {
  checkOptions('activations.elu', options, ['alpha']);
  const [t, negative, positive] = below(x);
  return where(positive, t, multiply(options.alpha ?? 1, expm1(negative)));
});

/** x, or alpha · (e^(x / alpha) − 1) below 0 (Barron 2017). */
export const celu = fusable('elu', (x: Operand, options: { alpha?: number } = {}): TensorBase => {
  checkOptions('activations.celu', options, ['alpha']);
  const { alpha = 1 } = options;
  const [t, negative, positive] = below(x);
  return where(positive, t, multiply(alpha, expm1(multiply(negative, 1 / alpha))));
});

/** Self-normalizing (Klambauer et al. 2017). */
export const selu = fusable('selu', (x: Operand): TensorBase => {
  const [t, negative, positive] = below(x);
  return multiply(SELU_SCALE, where(positive, t, multiply(SELU_ALPHA, expm1(negative))));
});

/** x, or defaultValue at and below the threshold. */
export const threshold = fusable(
  'relu',
  (x: Operand, options: { threshold?: number; defaultValue?: number } = {}): TensorBase => {
    checkOptions('activations.threshold', options, ['threshold', 'defaultValue']);
    const t = operand(x, undefined, 'threshold');
    return where(lessEqual(t, options.threshold ?? 0), options.defaultValue ?? 0, t);
  },
);

/** 0 below −1, ¼(x + 1)² to 1, x above. */
export const sparsePlus = fusable('sparsePlus', (x: Operand): TensorBase => {
  const t = operand(x, undefined, 'sparsePlus');
  const middle = add(maximum(minimum(t, 1), -1), 1);
  return where(greater(t, 1), t, multiply(0.25, multiply(middle, middle)));
});

/** eˣ */
export const exponential = fusable('exponential', (x: Operand) => exp(x));
