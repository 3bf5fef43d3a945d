import { greaterEqual, logicalAnd, logicalNot, logicalOr, where } from '../ops/arithmetic.js';
import { arange } from '../ops/create.js';
import { any } from '../ops/reduce.js';
import { expandDims } from '../ops/shape.js';
import type { TensorBase } from '../program/tensor.js';

// Far below every score, so that its exponential is 0.
export const HIDDEN = -1e9;

/**
 * Scores for a softmax along `axes` in which hidden entries get no weight. Where all are hidden the scores stay as they
 * are: there is nothing to prefer, and no NaN.
 *
 * @param seen bool, broadcasts to the scores.
 */
export function hideScores(scores: TensorBase, seen: TensorBase, axes: readonly number[]): TensorBase {
  const kept = axes.filter((axis) => seen.shape[axis] !== 1);
  const nothing = logicalNot(any(seen, kept, true));
  return where(logicalOr(seen, nothing), scores, HIDDEN);
}

/** bool [Tq, Tv]: step i sees the steps up to i. */
export function causalMask(queries: number, values: number): TensorBase {
  return greaterEqual(expandDims(arange(queries), 1), expandDims(arange(values), 0));
}

/** Those masks that there are, all of which must hold; null: there is none. */
export function allOf(masks: readonly (TensorBase | null | undefined)[]): TensorBase | null {
  const given = masks.filter((m): m is TensorBase => m != null);
  return given.length > 0 ? given.reduce((a, b) => logicalAnd(a, b)) : null;
}
