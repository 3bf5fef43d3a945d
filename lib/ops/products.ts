import type { Operand } from '../program/apply.js';
import { checkInteger, ShapeError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape, sizeOf } from '../program/types.js';
import { multiply } from './arithmetic.js';
import { matmul } from './matmul.js';
import { together } from './pointwise.js';
import { axesInOrder } from './reduce.js';
import { reshape, transpose } from './shape.js';

// Products that a matrix product makes of operands in another order or shape.

/** Each element of a times each of b: [n, m], of the flattened operands. */
export function outer(a: Operand, b: Operand): TensorBase {
  const [x, y] = together('outer', [a, b]);
  return multiply(reshape(x, [x.size, 1]), reshape(y, [1, y.size]));
}

/** How many last axes of a and first of b, or the axes of each. */
export type ProductAxes = number | readonly [number | readonly number[], number | readonly number[]];

/** The sum of products over some axes of a and as many of b, by default two. The others follow each other, those of a first. */
export function tensordot(a: Operand, b: Operand, axes: ProductAxes = 2): TensorBase {
  return contract('tensordot', a, b, axes);
}

/**
 * Vectors: Σ a · b. Else the sum of products over the last axis of a and the one but last of b (the only one of a vector);
 * of a number, the product with it.
 */
export function dot(a: Operand, b: Operand): TensorBase {
  const [x, y] = together('dot', [a, b]);
  if (x.rank === 0 || y.rank === 0) return multiply(x, y);
  return contract('dot', x, y, [-1, y.rank === 1 ? 0 : -2]);
}

function contract(who: string, a: Operand, b: Operand, axes: ProductAxes): TensorBase {
  const [x, y] = together(who, [a, b]);
  const [inX, inY] = pairs(who, x, y, axes);
  if (inX.length !== inY.length || inX.some((axis, i) => x.shape[axis] !== y.shape[inY[i]]))
    throw new ShapeError(
      `${who}: axes [${inX.join(', ')}] of ${showShape(x.shape)} against [${inY.join(', ')}] of ${showShape(y.shape)}; expected the same sizes.`,
    );
  const others = (t: TensorBase, inner: number[]) => t.shape.map((_, i) => i).filter((i) => !inner.includes(i));
  const [outX, outY] = [others(x, inX), others(y, inY)];
  const [rows, columns] = [outX.map((i) => x.shape[i]), outY.map((i) => y.shape[i])];
  const count = sizeOf(inX.map((i) => x.shape[i]));
  const left = reshape(transpose(x, [...outX, ...inX]), [sizeOf(rows), count]);
  const right = reshape(transpose(y, [...inY, ...outY]), [count, sizeOf(columns)]);
  return reshape(matmul(left, right), [...rows, ...columns]);
}

function pairs(who: string, x: TensorBase, y: TensorBase, axes: ProductAxes): [number[], number[]] {
  if (Array.isArray(axes)) return [axesInOrder(who, axes[0], x.rank), axesInOrder(who, axes[1], y.rank)];
  const n = checkInteger(who, 'axes', axes, 0);
  if (n > Math.min(x.rank, y.rank))
    throw new ShapeError(`${who}: ${n} axes of ${showShape(x.shape)} and ${showShape(y.shape)}.`);
  const first = Array.from({ length: n }, (_, i) => i);
  return [first.map((i) => x.rank - n + i), first];
}
