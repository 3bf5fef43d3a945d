import { operand, type Operand } from '../program/apply.js';
import { ShapeError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { sameShape, showShape } from '../program/types.js';
import { divide, multiply } from './arithmetic.js';
import { together } from './pointwise.js';
import { mean, normalizeAxes, sum, type Axes } from './reduce.js';
import { broadcastTo, reshape } from './shape.js';

/**
 * Σ x · weights / Σ weights over some or all axes; without weights the mean.
 *
 * @param weights Of x's shape, or a vector along the one axis.
 */
export function average(x: Operand, axis: Axes = null, weights: Operand | null = null): TensorBase {
  const t = operand(x, undefined, 'average');
  const axes = normalizeAxes('average', axis, t.rank);
  if (weights === null) return mean(t, axes);
  const [values, given] = together('average', [x, weights]);
  const vector = given.rank === 1 && axes.length === 1 && given.size === t.shape[axes[0]];
  if (!vector && !sameShape(given.shape, t.shape))
    throw new ShapeError(
      `average: weights ${showShape(given.shape)} for ${showShape(t.shape)}; expected the same shape, or a vector along one axis.`,
    );
  const along = vector
    ? reshape(
        given,
        t.shape.map((n, i) => (i === axes[0] ? n : 1)),
      )
    : given;
  const w = broadcastTo(along, t.shape);
  return divide(sum(multiply(values, w), axes), sum(w, axes));
}
