import { apply, applyAll, operand, type Operand } from '../program/apply.js';
import { checkInteger, ShapeError, ValueError } from '../program/errors.js';
import type { Attrs, Op } from '../program/op.js';
import { currentOwner } from '../program/owner.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape, sizeOf, type DType, type Spec } from '../program/types.js';
import { add, greaterEqual, less, logicalAnd, multiply, where } from './arithmetic.js';
import { moveaxis } from './axes.js';
import { checkDType } from './checks.js';
import { arange } from './create.js';
import { broadcastShapes } from './pointwise.js';
import { normalizeAxis } from './reduce.js';
import { broadcastTo, reshape, transpose } from './shape.js';

// Elements by index, one-hot rows, top-k hits.

const gatherOp: Op = {
  name: 'gatherRows',
  shard: ({ axes: [table, at] }) => (table === null ? { inputs: [null, at], outputs: [at as number] } : null),
  infer: ([table, index]) => [
    { shape: [...(index as Spec).shape, ...(table as Spec).shape.slice(1)], dtype: (table as Spec).dtype },
  ],
  grad: ({ inputs: [table, index], grads: [g] }) => [
    apply(scatterOp, [index, g], { size: (table as Spec).shape }) as never,
    null,
  ],
};
const scatterOp: Op<{ size: readonly number[] }> = {
  name: 'scatterAddRows',
  infer: ([, dy], { size }) => [{ shape: size, dtype: (dy as Spec).dtype }],
  grad: ({ inputs: [index], grads: [g] }) => [null, apply(gatherOp, [g, index], {}) as never],
};

/**
 * Elements of x by their indices along an axis: the indices' shape takes the place of that axis. `take(table, i, 0)`
 * gives rows of a table.
 *
 * @param indices int32 of any shape.
 * @param axis By default of the flattened x.
 * @throws when an index is not from 0 to the size of the axis − 1.
 */
export function take(x: Operand, indices: Operand, axis: number | null = null): TensorBase {
  const given = operand(x, undefined, 'take');
  const i = operand(indices, 'int32', 'take');
  if (i.dtype !== 'int32') throw new ValueError(`take: the indices must be int32, got ${i.dtype}.`);
  const t = axis === null ? reshape(given, [given.size]) : given;
  const at = normalizeAxis('take', axis ?? 0, t.rank);
  // For the message about an index that is none.
  const layer = currentOwner();
  const attrs: Attrs = layer === undefined ? {} : { layer };
  if (at === 0) return apply(gatherOp, [t, i], attrs);
  // The kernel knows rows: the axis moves to the front, and what stood before it back there.
  const order = t.shape.map((_, k) => k);
  const rows = apply(gatherOp, [transpose(t, [at, ...order.filter((k) => k !== at)]), i], attrs);
  const places = rows.shape.map((_, k) => k);
  const [front, back] = [places.slice(i.rank, i.rank + at), places.slice(i.rank + at)];
  return transpose(rows, [...front, ...places.slice(0, i.rank), ...back]);
}

/**
 * result[…, i, …] = x[…, indices[…, i, …], …]: for each place along the other axes, elements by indices of its own.
 *
 * @param indices int32 of x's rank; sizes of the other axes agree or are 1.
 * @param axis Null: both are flattened.
 * @throws when an index is not from 0 to the size of the axis − 1.
 */
export function takeAlongAxis(x: Operand, indices: Operand, axis: number | null = null): TensorBase {
  const who = 'takeAlongAxis';
  const t = operand(x, undefined, who);
  const i = operand(indices, 'int32', who);
  if (i.dtype !== 'int32') throw new ValueError(`${who}: the indices must be int32, got ${i.dtype}.`);
  if (axis === null) return take(t, reshape(i, [i.size]));
  const at = normalizeAxis(who, axis, t.rank);
  if (i.rank !== t.rank)
    throw new ShapeError(`${who}: indices ${showShape(i.shape)} for ${showShape(t.shape)}; expected as many axes.`);
  const [rows, places] = [moveaxis(t, at, -1), moveaxis(i, at, -1)];
  const n = t.shape[at];
  const lead = broadcastShapes(who, rows.shape.slice(0, -1), places.shape.slice(0, -1));
  // Places in the flattened rows; an index outside its own row must not find the next one.
  const begins = reshape(multiply(arange(sizeOf(lead)), n), [...lead, 1]);
  const inside = logicalAnd(greaterEqual(places, 0), less(places, n));
  const flat = reshape(broadcastTo(rows, [...lead, n]), [sizeOf(lead) * n]);
  return moveaxis(take(flat, where(inside, add(places, begins), -1)), -1, at);
}

const oneHotOp: Op<{ classes: number; dtype: string }> = {
  name: 'oneHot',
  shard: ({ axes }) => ({ inputs: axes, outputs: [axes[0] as number] }),
  infer: ([x], { classes, dtype }) => [{ shape: [...(x as Spec).shape, classes], dtype: dtype as DType }],
};

/** int32 classes as rows of zeros with a one: shape [..., classes]. */
export function oneHot(x: Operand, classes: number, dtype: DType = 'float32'): TensorBase {
  const t = operand(x, 'int32', 'oneHot');
  checkDType('oneHot', dtype);
  if (t.dtype !== 'int32') throw new ValueError(`oneHot: classes must be int32, got ${t.dtype}.`);
  return apply(oneHotOp, [t], { classes: checkInteger('oneHot', 'numClasses', classes, 1), dtype });
}

const topKOp: Op<{ k: number }> = {
  name: 'topKHit',
  shard: () => ({ inputs: [0, 0], outputs: [0] }),
  infer: ([, labels]) => [{ shape: (labels as Spec).shape, dtype: 'bool' }],
};

/** Whether each row's target class is among its k largest predictions: predictions [N, C], targets int32 [N] → bool [N]. */
export function inTopK(targets: Operand, predictions: Operand, k: number): TensorBase {
  const p = operand(predictions, undefined, 'inTopK');
  const t = operand(targets, 'int32', 'inTopK');
  if (p.rank !== 2 || t.rank !== 1 || p.shape[0] !== t.shape[0])
    throw new ShapeError(
      `inTopK: predictions ${showShape(p.shape)} and targets ${showShape(t.shape)}; expected [N, C] and [N].`,
    );
  return applyAll(topKOp, [p, t], { k: checkInteger('inTopK', 'k', k, 1) })[0];
}
