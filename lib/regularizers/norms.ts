import { abs, add, multiply, square } from '../ops/arithmetic.js';
import { sum } from '../ops/reduce.js';
import { checkOptions, show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { described, type Regularizer } from './regularizer.js';

function checkFactor(who: string, option: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    throw new ValueError(`${who}: ${option} must be a number of at least 0, got ${show(value)}.`);
  return value;
}

const absolute = (x: TensorBase, factor: number) => multiply(sum(abs(x)), factor);
const squared = (x: TensorBase, factor: number) => multiply(sum(square(x)), factor);

/** l1 · Σ|x|; l1 is 0.01 by default. */
export function l1(options: { l1?: number } = {}): Regularizer {
  checkOptions('regularizers.l1', options, ['l1']);
  const factor = checkFactor('regularizers.l1', 'l1', options.l1 ?? 0.01);
  return described('l1', { l1: factor }, (x) => absolute(x, factor));
}

/** l2 · Σx²; l2 is 0.01 by default. */
export function l2(options: { l2?: number } = {}): Regularizer {
  checkOptions('regularizers.l2', options, ['l2']);
  const factor = checkFactor('regularizers.l2', 'l2', options.l2 ?? 0.01);
  return described('l2', { l2: factor }, (x) => squared(x, factor));
}

/** l1 · Σ|x| + l2 · Σx²; both 0.01 by default. */
export function l1l2(options: { l1?: number; l2?: number } = {}): Regularizer {
  checkOptions('regularizers.l1l2', options, ['l1', 'l2']);
  const first = checkFactor('regularizers.l1l2', 'l1', options.l1 ?? 0.01);
  const second = checkFactor('regularizers.l1l2', 'l2', options.l2 ?? 0.01);
  return described('l1l2', { l1: first, l2: second }, (x) => add(absolute(x, first), squared(x, second)));
}
