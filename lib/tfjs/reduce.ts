import { operand, type Operand } from '../program/apply.js';
import { checkInteger, ShapeError } from '../program/errors.js';
import { Tensor, type TensorBase } from '../program/tensor.js';
import { allocate, isFloating, showShape, sizeOf } from '../program/types.js';
import { cast } from '../ops/cast.js';
import { subtract } from '../ops/arithmetic.js';
import { checkFlag } from '../ops/checks.js';
import { cumsum as sums } from '../ops/cumulative.js';
import { argmax, argmin, mean, variance, type Axes } from '../ops/reduce.js';

// Reductions with tfjs-core's arguments.

export { all, any, logsumexp as logSumExp, max, mean, min, prod, sum } from '../ops/reduce.js';

/** Index of the largest element along an axis, by default the first one; int32. */
export const argMax = (x: Operand, axis = 0): TensorBase => argmax(x, axis);
/** Index of the smallest element along an axis, by default the first one; int32. */
export const argMin = (x: Operand, axis = 0): TensorBase => argmin(x, axis);

/** Mean and variance over axes, by default all. */
export function moments(x: Operand, axis: Axes = null, keepDims = false): { mean: TensorBase; variance: TensorBase } {
  const given = operand(x, undefined, 'moments');
  const t = isFloating(given.dtype) ? given : cast(given, 'float32');
  return { mean: mean(t, axis, keepDims), variance: variance(t, axis, keepDims) };
}

/**
 * Running sum along an axis, by default the first.
 *
 * @param exclusive Without the element itself.
 * @param reverse From the end.
 */
export function cumsum(x: Operand, axis = 0, exclusive = false, reverse = false): TensorBase {
  const t = operand(x, undefined, 'cumsum');
  const total = sums(t, axis, reverse);
  return checkFlag('cumsum', 'exclusive', exclusive) ? subtract(total, t) : total;
}

/**
 * The k largest elements along the last axis, largest first, and their int32 indices; of equal ones, the first. Reads the
 * elements: not for use in what is traced.
 *
 * @param sorted For tfjs' sake: they are sorted either way.
 */
export function topk(x: Operand, k = 1, sorted = true): { values: Tensor; indices: Tensor } {
  const t = operand(x, undefined, 'topk');
  const n = t.shape.at(-1);
  if (n === undefined || checkInteger('topk', 'k', k, 0) > n)
    throw new ShapeError(`topk: expected at least k = ${k} elements along the last axis, got ${showShape(t.shape)}.`);
  checkFlag('topk', 'sorted', sorted);
  const { data } = t;
  const shape = [...t.shape.slice(0, -1), k];
  const values = new Tensor(allocate(t.dtype, sizeOf(shape)), shape, t.dtype);
  const indices = new Tensor(new Int32Array(sizeOf(shape)), shape);
  for (let row = 0; row * k < values.size; row++) {
    const at = (i: number) => data[row * n + i];
    const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => at(b) - at(a) || a - b);
    for (let i = 0; i < k; i++) {
      values.data[row * k + i] = at(order[i]);
      indices.data[row * k + i] = order[i];
    }
  }
  return { values, indices };
}
