import { operand, type Operand } from '../program/apply.js';
import { checkInteger, ShapeError, show } from '../program/errors.js';
import { Tensor, type TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { Variable } from '../program/variable.js';
import { unstack as apart } from '../ops/axes.js';
import { take } from '../ops/indexing.js';
import { checkList } from '../ops/checks.js';
import { normalizeAxis } from '../ops/reduce.js';
import { concatenate, expandDims as insert, slice as part, split as parts } from '../ops/shape.js';

// Shapes and parts of tensors with tfjs-core's arguments.

export { cast } from '../ops/cast.js';
export { broadcastTo, flip as reverse, pad, reshape, squeeze, stack, tile, transpose } from '../ops/shape.js';

/** Tensors one after the other along an axis, by default the first; a single one may stand alone. */
export const concat = (tensors: readonly Operand[], axis = 0): TensorBase => concatenate(tensors, axis);

/** A new axis of size 1, by default in front. */
export const expandDims = (x: Operand, axis = 0): TensorBase => insert(x, axis);

/** Elements by int32 indices along an axis, by default the first: the indices' shape takes its place. */
export const gather = (x: Operand, indices: Operand, axis = 0): TensorBase => take(x, indices, axis);

/** What lies along an axis, by default the first; each part is without it. */
export const unstack = (x: Operand, axis = 0): TensorBase[] => apart(x, null, axis);

/**
 * The block of `size` that starts at `begin`. A number is for the first axis; axes that are left out are taken whole.
 *
 * @param size −1 or left out: to the end.
 * @throws ShapeError where the block does not lie within x.
 */
export function slice(
  x: Operand,
  begin: number | readonly number[],
  size: number | readonly number[] = -1,
): TensorBase {
  const t = operand(x, undefined, 'slice');
  const [begins, sizes] = [[begin].flat(), [size].flat()];
  if (t.rank === 0 || begins.length > t.rank || sizes.length > t.rank)
    throw new ShapeError(
      `slice: begin ${show(begin)} and size ${show(size)} for ${showShape(t.shape)}; expected at most a number for each axis.`,
    );
  const ranges = t.shape.map((n, axis) => {
    const from = checkInteger('slice', 'begin', begins[axis] ?? 0, 0);
    const count = checkInteger('slice', 'size', sizes[axis] ?? -1, -1);
    if (from + Math.max(count, 0) > n)
      throw new ShapeError(`slice: ${count} from ${from} on, of axis ${axis}, which has size ${n}.`);
    return [from, count === -1 ? n : from + count];
  });
  return part(t, ranges);
}

/**
 * Parts of x along an axis, by default the first.
 *
 * @param numOrSizeSplits How many of one size, or the size of each; one of them may be −1 for the rest.
 */
export function split(x: Operand, numOrSizeSplits: number | readonly number[], axis = 0): TensorBase[] {
  const t = operand(x, undefined, 'split');
  if (typeof numOrSizeSplits === 'number') return parts(t, numOrSizeSplits, axis);
  const n = t.shape[normalizeAxis('split', axis, t.rank)];
  const sizes = checkList('split', 'sizes, or how many parts', numOrSizeSplits).map((size) =>
    checkInteger('split', 'size', size, -1),
  );
  const known = sizes.reduce((sum, size) => sum + Math.max(size, 0), 0);
  const open = sizes.filter((size) => size === -1).length;
  if (open > 1 || known > n || (open === 0 && known < n))
    throw new ShapeError(
      `split: axis ${axis} of ${showShape(t.shape)} into sizes ${show(sizes)}; expected a sum of ${n}, or one -1 for the rest.`,
    );
  let at = 0;
  const begins = sizes.map((size) => (at += size === -1 ? n - known : size));
  return parts(t, begins.slice(0, -1), axis);
}

/** A copy; a value that is being traced is itself. */
export function clone(x: Operand): TensorBase {
  const t = operand(x, undefined, 'clone');
  if (t instanceof Variable) return t.value();
  return t instanceof Tensor ? new Tensor(t.data.slice(), t.shape, t.dtype) : t;
}
