import { operand, type Operand } from '../program/apply.js';
import { checkInteger, ShapeError, show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { notEqual, subtract } from './arithmetic.js';
import { axesInOrder, normalizeAxis } from './reduce.js';
import { concatenate, reshape, slice, split, squeeze, transpose, type Range } from './shape.js';

// Axes moved and exchanged, elements moved along them, and what lies along them taken apart.

/** Only the range of one axis. */
const along = (axis: number, range: Range): Range[] => [...new Array<null>(axis).fill(null), range];

/** The axes `source` moved to the places `destination`; the others keep their order. */
export function moveaxis(
  x: Operand,
  source: number | readonly number[],
  destination: number | readonly number[],
): TensorBase {
  const t = operand(x, undefined, 'moveaxis');
  const [from, to] = [source, destination].map((axes) => axesInOrder('moveaxis', axes, t.rank));
  if (from.length !== to.length)
    throw new ValueError(`moveaxis: ${from.length} axes to ${to.length} places; expected as many.`);
  const rest = t.shape.map((_, i) => i).filter((i) => !from.includes(i));
  return transpose(
    t,
    t.shape.map((_, i) => (to.includes(i) ? from[to.indexOf(i)] : (rest.shift() as number))),
  );
}

/** Two axes in each other's place. */
export function swapaxes(x: Operand, axis1: number, axis2: number): TensorBase {
  const t = operand(x, undefined, 'swapaxes');
  const [a, b] = [axis1, axis2].map((axis) => normalizeAxis('swapaxes', axis, t.rank));
  return transpose(
    t,
    t.shape.map((_, i) => (i === a ? b : i === b ? a : i)),
  );
}

/**
 * Elements moved `shift` places on along an axis, by default of the flattened tensor; those moved beyond the end come in
 * at the front.
 *
 * @param shift,axis Numbers, or lists with a shift for each axis.
 */
export function roll(
  x: Operand,
  shift: number | readonly number[],
  axis: number | readonly number[] | null = null,
): TensorBase {
  const t = operand(x, undefined, 'roll');
  if (axis === null) return reshape(roll(reshape(t, [t.size]), shift, 0), t.shape);
  const axes = [axis].flat();
  const shifts = [shift].flat();
  if (axes.length !== shifts.length)
    throw new ValueError(`roll: ${shifts.length} shifts for ${axes.length} axes; expected one for each.`);
  return axes.reduce((moved, a, i) => {
    const at = normalizeAxis('roll', a, t.rank);
    const n = t.shape[at];
    const by = n === 0 ? 0 : ((checkInteger('roll', 'shift', shifts[i], -Infinity) % n) + n) % n;
    if (by === 0) return moved;
    return concatenate([slice(moved, along(at, [n - by, n])), slice(moved, along(at, [0, n - by]))], at);
  }, t);
}

/** Each element minus the one before it along an axis, `n` times over: the axis is n shorter. */
export function diff(x: Operand, n = 1, axis = -1): TensorBase {
  let t = operand(x, undefined, 'diff');
  const at = normalizeAxis('diff', axis, t.rank);
  for (let i = checkInteger('diff', 'n', n, 0); i > 0; i--) {
    const [later, earlier] = [slice(t, along(at, [1, null])), slice(t, along(at, [0, -1]))];
    t = t.dtype === 'bool' ? notEqual(later, earlier) : subtract(later, earlier);
  }
  return t;
}

/**
 * What lies along an axis, each part without it.
 *
 * @param num How many there are; checked where it is given.
 */
export function unstack(x: Operand, num: number | null = null, axis = 0): TensorBase[] {
  const t = operand(x, undefined, 'unstack');
  const at = normalizeAxis('unstack', axis, t.rank);
  const n = t.shape[at];
  if (num !== null && num !== n)
    throw new ShapeError(`unstack: axis ${at} of ${showShape(t.shape)} has ${n} parts, expected ${show(num)}.`);
  return n === 0 ? [] : split(t, n, at).map((part) => squeeze(part, at));
}
