import { operand, type Operand } from '../program/apply.js';
import { checkChoice, show, ShapeError, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { abs, notEqual, power, sqrt, square } from './arithmetic.js';
import { cast } from './cast.js';
import { checkFlag, checkNumber } from './checks.js';
import { axesInOrder, max, min, normalizeAxes, sum, type Axes } from './reduce.js';

/** Which norm: a number, 'fro' for matrices, null for the Euclidean (of matrices the Frobenius) one. */
export type NormOrder = number | 'fro' | null;

/**
 * The norm of the vectors along one axis, or of the matrices along two; with neither axis nor ord, of all elements.
 *
 * Vectors: (Σ |x|^ord)^(1 / ord), ±Infinity the largest and smallest |x|, 0 the count of what is not 0. Matrices: 'fro',
 * ±1 the largest and smallest sum of a column's |x|, ±Infinity that of a row's.
 *
 * @param axis One, a list, or null for all: then x has one or two axes, unless ord is null.
 * @throws ValueError for the norms that need singular values (2, -2 and 'nuc' of matrices).
 */
export function norm(x: Operand, ord: NormOrder = null, axis: Axes = null, keepDims = false): TensorBase {
  checkFlag('norm', 'keepDims', keepDims);
  const t = operand(x, undefined, 'norm');
  const axes = normalizeAxes('norm', axis, t.rank);
  if (typeof ord === 'string') checkChoice('norm', 'ord', ord, ['fro']);
  else if (ord !== null && Math.abs(ord) !== Infinity) checkNumber('norm', 'ord', ord);
  const euclidean = () => sqrt(sum(square(t), axes, keepDims));
  if (ord === null) return euclidean();
  if (axes.length > 2 || axes.length === 0)
    throw new ShapeError(`norm: ord ${show(ord)} along ${axes.length} axes; expected one (vectors) or two (matrices).`);
  if (axes.length === 2) {
    if (ord === 'fro') return euclidean();
    // The order of the given axes says what is a row.
    return matrixNorm(abs(t), ord, axis == null ? axes : axesInOrder('norm', axis, t.rank), keepDims);
  }
  if (ord === 'fro') throw new ValueError(`norm: ord 'fro' is a norm of matrices; got one axis, expected two.`);
  return vectorNorm(t, ord, axes, keepDims);
}

function vectorNorm(x: TensorBase, ord: number, axes: readonly number[], keepDims: boolean): TensorBase {
  if (ord === 2) return sqrt(sum(square(x), axes, keepDims));
  const size = abs(x);
  if (ord === Infinity) return max(size, axes, keepDims);
  if (ord === -Infinity) return min(size, axes, keepDims);
  if (ord === 0) return sum(cast(notEqual(x, 0), x.dtype), axes, keepDims);
  if (ord === 1) return sum(size, axes, keepDims);
  return power(sum(power(size, ord), axes, keepDims), 1 / ord);
}

function matrixNorm(size: TensorBase, ord: number, axes: readonly number[], keepDims: boolean): TensorBase {
  if (Math.abs(ord) !== 1 && Math.abs(ord) !== Infinity)
    throw new ValueError(`norm: ord ${ord} of a matrix; expected null, 'fro', 1, -1, Infinity or -Infinity.`);
  const [row, column] = axes;
  const [added, compared] = Math.abs(ord) === 1 ? [row, column] : [column, row];
  const sums = sum(size, added, true);
  const largest = (ord > 0 ? max : min)(sums, compared, true);
  return keepDims ? largest : sum(largest, axes);
}
