import { add, clip, divide, maximum, multiply } from '../ops/arithmetic.js';
import { norm } from '../ops/norm.js';
import type { Axes } from '../ops/reduce.js';
import { checkOptions, show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { described, type Constraint } from './constraint.js';

// Constraints on the Euclidean norm along an axis; axis 0 of a kernel [F, U] is one unit's incoming weights.

// A norm of zero is divided by this.
const EPSILON = 1e-7;

function checkNumber(who: string, option: string, value: unknown, high = Infinity): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= high))
    throw new ValueError(`${who}: ${option} must be a number from 0 to ${high}, got ${show(value)}.`);
  return value;
}

/** w with its norms moved to where `wanted` says. */
function rescale(w: TensorBase, axis: Axes, wanted: (norms: TensorBase) => TensorBase): TensorBase {
  const norms = norm(w, null, axis, true);
  return multiply(w, divide(wanted(norms), add(norms, EPSILON)));
}

/** Norms of at most maxValue (default 2) along `axis` (default 0); Srivastava et al. 2014. */
export function maxNorm(options: { maxValue?: number; axis?: Axes } = {}): Constraint {
  const who = 'constraints.maxNorm';
  checkOptions(who, options, ['maxValue', 'axis']);
  const { axis = 0 } = options;
  const maxValue = checkNumber(who, 'maxValue', options.maxValue ?? 2);
  return described('maxNorm', { maxValue, axis }, (w) => rescale(w, axis, (n) => clip(n, 0, maxValue)));
}

/** Norms of 1 along `axis` (default 0). */
export function unitNorm(options: { axis?: Axes } = {}): Constraint {
  checkOptions('constraints.unitNorm', options, ['axis']);
  const { axis = 0 } = options;
  return described('unitNorm', { axis }, (w) => divide(w, add(norm(w, null, axis, true), EPSILON)));
}

/**
 * Norms between minValue (default 0) and maxValue (default 1) along `axis` (default 0).
 *
 * @param options `rate`: the part of the way that each update goes, 1 by default.
 */
export function minMaxNorm(
  options: { minValue?: number; maxValue?: number; rate?: number; axis?: Axes } = {},
): Constraint {
  const who = 'constraints.minMaxNorm';
  checkOptions(who, options, ['minValue', 'maxValue', 'rate', 'axis']);
  const { axis = 0 } = options;
  const maxValue = checkNumber(who, 'maxValue', options.maxValue ?? 1);
  const minValue = checkNumber(who, 'minValue', options.minValue ?? 0, maxValue);
  const rate = checkNumber(who, 'rate', options.rate ?? 1, 1);
  return described('minMaxNorm', { minValue, maxValue, rate, axis }, (w) =>
    rescale(w, axis, (n) => add(multiply(clip(n, minValue, maxValue), rate), multiply(n, 1 - rate))),
  );
}

/** No weight below 0. */
export function nonNeg(options: object = {}): Constraint {
  checkOptions('constraints.nonNeg', options, []);
  return described('nonNeg', {}, (w) => maximum(w, 0));
}
