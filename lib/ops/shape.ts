import { apply, applyAll, operand, type Operand } from '../program/apply.js';
import { checkInteger, ShapeError, show, ValueError } from '../program/errors.js';
import { leaderOf } from '../program/layout.js';
import type { LaidNode, LayoutContext, Op, ShardContext, Sharding } from '../program/op.js';
import { divided, reshapeOp, transposeOp } from '../program/structural.js';
import { Tensor, type TensorBase } from '../program/tensor.js';
import { sameShape, showShape, sizeOf, type Shape, type Spec } from '../program/types.js';
import { checkList, checkShape } from './checks.js';
import { zeros } from './create.js';
import { relabel } from './custom_gradient.js';
import { unbroadcast } from './pointwise.js';
import { normalizeAxes, normalizeAxis, type Axes } from './reduce.js';

// Ops that move elements without computing anything.

/** The same elements under another shape; one size may be -1 and is then found. */
export function reshape(x: Operand, shape: Shape): TensorBase {
  const t = operand(x, undefined, 'reshape');
  checkShape('reshape', shape, -1);
  const free = shape.indexOf(-1);
  let target: readonly number[] = shape;
  if (free >= 0) {
    const rest = sizeOf(shape.filter((_, i) => i !== free));
    const found = rest === 0 ? 0 : t.size / rest;
    if (!Number.isInteger(found) || shape.indexOf(-1, free + 1) >= 0)
      throw new ShapeError(`reshape: ${showShape(t.shape)} does not fit ${showShape(shape)}.`);
    target = shape.map((n, i) => (i === free ? found : n));
  }
  return sameShape(t.shape, target) ? t : apply(reshapeOp, [t], { shape: [...target] });
}

/** Axis i of the result is axis perm[i] of x; without perm the axes are reversed. */
export function transpose(x: Operand, perm?: readonly number[] | null): TensorBase {
  const t = operand(x, undefined, 'transpose');
  if (perm != null && !Array.isArray(perm))
    throw new ShapeError(`transpose: expected a list with the ${t.rank} axes in their new order, got ${show(perm)}.`);
  const axes = perm ? perm.map((p) => normalizeAxis('transpose', p, t.rank)) : t.shape.map((_, i) => t.rank - 1 - i);
  return axes.every((p, i) => p === i) && axes.length === t.rank ? t : apply(transposeOp, [t], { perm: axes });
}

/** A new axis of size 1 at position `axis`. */
export function expandDims(x: Operand, axis: number): TensorBase {
  const t = operand(x, undefined, 'expandDims');
  const at = normalizeAxis('expandDims', axis, t.rank + 1);
  return reshape(t, [...t.shape.slice(0, at), 1, ...t.shape.slice(at)]);
}

/** Without the axes of size 1, or without the given ones. @throws ShapeError when one of these has another size. */
export function squeeze(x: Operand, axis?: Axes): TensorBase {
  const t = operand(x, undefined, 'squeeze');
  const gone = axis == null ? null : normalizeAxes('squeeze', axis, t.rank);
  const long = gone?.find((a) => t.shape[a] !== 1);
  if (long !== undefined)
    throw new ShapeError(`squeeze: axis ${long} of ${showShape(t.shape)} has size ${t.shape[long]}, expected 1.`);
  return reshape(
    t,
    t.shape.filter((n, i) => (gone ? !gone.includes(i) : n !== 1)),
  );
}

const broadcastOp: Op<{ shape: readonly number[] }> = {
  name: 'broadcastTo',
  pointwise: 'identity',
  infer: ([x], { shape }) => [{ shape, dtype: (x as Spec).dtype }],
  grad: ({ inputs: [x], grads: [g] }) => [unbroadcast(g as TensorBase, (x as Spec).shape) as never],
  layout({ inputs: [x], attrs: { shape } }) {
    const { base, perm } = x as NonNullable<typeof x>;
    if (perm.length !== shape.length) return null;
    const target = new Array<number>(shape.length);
    perm.forEach((p, i) => (target[p] = shape[i]));
    return { inputs: [base], attrs: { shape: target }, perms: [perm] };
  },
};

/** x repeated along axes of size 1 (or missing ones) until it has the shape. */
export function broadcastTo(x: Operand, shape: Shape): TensorBase {
  const t = operand(x, undefined, 'broadcastTo');
  checkShape('broadcastTo', shape);
  const lead = shape.length - t.rank;
  if (lead < 0 || t.shape.some((n, i) => n !== 1 && n !== shape[lead + i]))
    throw new ShapeError(`broadcastTo: ${showShape(t.shape)} does not broadcast to ${showShape(shape)}.`);
  return sameShape(t.shape, shape) ? t : apply(broadcastOp, [t], { shape: [...shape] });
}

interface SliceAttrs extends Record<string, readonly number[]> {
  begin: readonly number[];
  step: readonly number[];
  size: readonly number[];
}

function permuted(attrs: SliceAttrs, perm: readonly number[]): SliceAttrs {
  const reorder = (list: readonly number[]) => {
    const result = new Array<number>(list.length);
    perm.forEach((p, i) => (result[p] = list[i]));
    return result;
  };
  return { begin: reorder(attrs.begin), step: reorder(attrs.step), size: reorder(attrs.size) };
}
const followAxes = ({ inputs: [x], attrs }: LayoutContext<SliceAttrs>): LaidNode => {
  const { base, perm } = x as NonNullable<typeof x>;
  return { inputs: [base], attrs: permuted(attrs, perm), perms: [perm] };
};

/** What is taken of the divided axis must be all of it. */
function shardSlice({ inputs: [x], attrs, axes: [at], shards }: ShardContext<SliceAttrs>): Sharding | null {
  const k = at as number;
  const all = attrs.begin[k] === 0 && attrs.step[k] === 1 && attrs.size[k] === (x as Spec).shape[k];
  return all ? { inputs: [at], outputs: [k], attrs: { ...attrs, size: divided(attrs.size, k, shards) } } : null;
}

const sliceOp: Op<SliceAttrs> = {
  name: 'slice',
  shard: shardSlice,
  infer: ([x], { size }) => [{ shape: size, dtype: (x as Spec).dtype }],
  grad: ({ inputs: [x], attrs, grads: [g] }) => [apply(unsliceOp, [g], { ...attrs, size: (x as Spec).shape }) as never],
  layout: followAxes,
};
const unsliceOp: Op<SliceAttrs> = {
  name: 'unslice',
  shard: shardSlice,
  infer: ([x], { size }) => [{ shape: size, dtype: (x as Spec).dtype }],
  grad: ({ inputs: [x], attrs, grads: [g] }) => [apply(sliceOp, [g], { ...attrs, size: (x as Spec).shape }) as never],
  layout: followAxes,
};

/** One axis of a slice: null all of it, a number one index (the axis goes), [start, stop, step] a range as in Python. */
export type Range = null | number | readonly (number | null)[];

/** Part of a tensor: `x.slice([null, -1])` is Python's `x[:, -1]`, `x.slice([[0, 10], null])` is `x[0:10, :]`. */
export function slice(x: Operand, ranges: readonly Range[], ...more: never[]): TensorBase {
  if (more.length > 0)
    throw new ValueError(
      `slice: unexpected argument ${show(more[0])}; expected one list with a range for each axis, [start, stop], not starts and sizes.`,
    );
  const t = operand(x, undefined, 'slice');
  if (!Array.isArray(ranges) || ranges.length > t.rank)
    throw new ShapeError(
      `slice: ${show(ranges)} for a tensor of shape ${showShape(t.shape)}; expected a list of at most ${t.rank} ranges.`,
    );
  const begin: number[] = [];
  const step: number[] = [];
  const size: number[] = [];
  const kept: number[] = [];
  t.shape.forEach((n, axis) => {
    const range = ranges[axis] ?? null;
    if (typeof range === 'number') {
      if (!Number.isInteger(range) || range < -n || range >= n)
        throw new ShapeError(`slice: index ${range} of axis ${axis}, which has size ${n}.`);
      begin.push(range < 0 ? range + n : range);
      step.push(1);
      size.push(1);
      return;
    }
    const [start, count, stride] = bounds(range ?? [], n, axis);
    begin.push(start);
    step.push(stride);
    size.push(count);
    kept.push(count);
  });
  const whole = begin.every((b) => b === 0) && step.every((s) => s === 1) && sameShape(size, t.shape);
  return reshape(whole ? t : apply(sliceOp, [t], { begin, step, size }), kept);
}

function bounds(range: readonly (number | null)[], n: number, axis: number): [number, number, number] {
  const stride = range[2] ?? 1;
  const valid = Array.isArray(range) && range.every((r) => r === null || Number.isInteger(r)) && range.length <= 3;
  if (!valid || stride === 0)
    throw new ValueError(`slice: ${show(range)} on axis ${axis} is not [start, stop, step] of integers.`);
  const clamp = (v: number, low: number, high: number) => Math.min(high, Math.max(low, v < 0 ? v + n : v));
  if (stride > 0) {
    const start = clamp(range[0] ?? 0, 0, n);
    const stop = range[1] == null ? n : clamp(range[1], 0, n);
    return [start, Math.max(0, Math.ceil((stop - start) / stride)), stride];
  }
  const start = range[0] == null ? n - 1 : clamp(range[0], -1, n - 1);
  const stop = range[1] == null ? -1 : clamp(range[1], -1, n - 1);
  return [Math.max(start, 0), Math.max(0, Math.ceil((stop - start) / stride)), stride];
}

/** The elements along the axes in reverse order (all axes by default). */
export function flip(x: Operand, axis?: Axes): TensorBase {
  const t = operand(x, undefined, 'flip');
  const axes = normalizeAxes('flip', axis, t.rank);
  return slice(
    t,
    t.shape.map((_, i) => (axes.includes(i) ? [null, null, -1] : null)),
  );
}

const concatOp: Op<{ axis: number }> = {
  name: 'concat',
  shard({ inputs, attrs: { axis }, axes }) {
    const at = axes.find((a) => a !== null) as number;
    return at === axis ? null : { inputs: inputs.map(() => at), outputs: [at] };
  },
  infer(inputs, { axis }) {
    const specs = inputs as readonly Spec[];
    const total = specs.reduce((n, x) => n + x.shape[axis], 0);
    return [{ shape: specs[0].shape.map((n, i) => (i === axis ? total : n)), dtype: specs[0].dtype }];
  },
  grad({ inputs, attrs: { axis }, grads: [g], needs }) {
    let at = 0;
    return inputs.map((x, k) => {
      const n = (x as Spec).shape[axis];
      at += n;
      return needs[k] ? (slice(g as TensorBase, [...new Array<null>(axis).fill(null), [at - n, at]]) as never) : null;
    });
  },
  layout({ inputs, attrs: { axis }, laid, outputs }) {
    const leader = leaderOf(inputs);
    if (!leader) return null;
    return {
      inputs: inputs.map((_, i) => laid(i, leader.perm)),
      attrs: { axis: leader.perm[axis] },
      perms: outputs.map(() => leader.perm),
    };
  },
};

/** Tensors joined along an axis, by default the first; all other sizes agree. */
export function concatenate(values: readonly Operand[], axis = 0): TensorBase {
  return join('concatenate', values, axis, (t) => t);
}

/** Tensors of one shape joined along a new axis, by default the first. */
export function stack(values: readonly Operand[], axis = 0): TensorBase {
  return join('stack', values, axis, (t) => expandDims(t, normalizeAxis('stack', axis, t.rank + 1)));
}

function join(who: string, values: readonly Operand[], axis: number, each: (t: TensorBase) => TensorBase): TensorBase {
  const list = checkList(who, 'tensors', values).map((v) => each(operand(v, undefined, who)));
  const at = normalizeAxis(who, axis, list[0].rank);
  for (const t of list) {
    if (
      t.rank !== list[0].rank ||
      t.dtype !== list[0].dtype ||
      t.shape.some((n, i) => i !== at && n !== list[0].shape[i])
    ) {
      throw new ShapeError(
        `${who}: ${list.map((x) => `${x.dtype} ${showShape(x.shape)}`).join(' and ')} do not fit along axis ${at}.`,
      );
    }
  }
  return list.length === 1 ? list[0] : apply(concatOp, list, { axis: at });
}

interface PadAttrs extends Record<string, number | readonly number[]> {
  before: readonly number[];
  size: readonly number[];
  value: number;
}
const padOp: Op<PadAttrs> = {
  name: 'pad',
  shard({ inputs: [x], attrs, axes: [at], shards }) {
    const k = at as number;
    if (attrs.size[k] !== (x as Spec).shape[k]) return null;
    return { inputs: [k], outputs: [k], attrs: { ...attrs, size: divided(attrs.size, k, shards) } };
  },
  infer: ([x], { size }) => [{ shape: size, dtype: (x as Spec).dtype }],
  grad: ({ inputs: [x], attrs: { before }, grads: [g] }) => [
    slice(
      g as TensorBase,
      (x as Spec).shape.map((n, i) => [before[i], before[i] + n]),
    ) as never,
  ],
  layout({ inputs: [x], attrs }) {
    const { base, perm } = x as NonNullable<typeof x>;
    const before = new Array<number>(perm.length);
    const size = new Array<number>(perm.length);
    perm.forEach((p, i) => ([before[p], size[p]] = [attrs.before[i], attrs.size[i]]));
    return { inputs: [base], attrs: { before, size, value: attrs.value }, perms: [perm] };
  },
};

/** Widths [before, after] of the border of each axis, filled with `value`. */
export function pad(x: Operand, widths: readonly (readonly [number, number])[], value = 0): TensorBase {
  const t = operand(x, undefined, 'pad');
  const fits = (w: unknown) => Array.isArray(w) && w.length === 2 && w.every((n) => Number.isInteger(n) && n >= 0);
  if (!Array.isArray(widths) || widths.length !== t.rank || !widths.every(fits))
    throw new ShapeError(
      `pad: ${show(widths)} for a tensor of shape ${showShape(t.shape)}; expected [before, after] for each axis.`,
    );
  if (typeof value !== 'number') throw new ValueError(`pad: the value must be a number, got ${show(value)}.`);
  if (widths.every(([a, b]) => a + b === 0)) return t;
  return apply(padOp, [t], {
    before: widths.map((w) => w[0]),
    size: t.shape.map((n, i) => n + widths[i][0] + widths[i][1]),
    value,
  });
}

/** x repeated `repeats[i]` times along axis i; a number is that of the last axis. */
export function tile(x: Operand, count: number | readonly number[]): TensorBase {
  const t = operand(x, undefined, 'tile');
  const repeats: readonly number[] = typeof count === 'number' ? [count] : count;
  if (!Array.isArray(repeats) || repeats.some((n) => !Number.isInteger(n) || n < 0))
    throw new ValueError(`tile: expected how often along each axis, integers of at least 0, got ${show(count)}.`);
  const shape = [...new Array<number>(Math.max(0, repeats.length - t.rank)).fill(1), ...t.shape];
  const times = [...new Array<number>(shape.length - repeats.length).fill(1), ...repeats];
  const spread = broadcastTo(
    reshape(
      t,
      shape.flatMap((n) => [1, n]),
    ),
    shape.flatMap((n, i) => [times[i], n]),
  );
  return reshape(
    spread,
    shape.map((n, i) => n * times[i]),
  );
}

/** Each element along the axis, by default of the flattened tensor, `repeats` times in a row. */
export function repeat(x: Operand, repeats: number, axis: number | null = null): TensorBase {
  const given = operand(x, undefined, 'repeat');
  const count = checkInteger('repeat', 'repeats', repeats, 0);
  const t = axis === null ? reshape(given, [given.size]) : given;
  const at = normalizeAxis('repeat', axis ?? 0, t.rank);
  const wide = expandDims(t, at + 1);
  return reshape(
    broadcastTo(
      wide,
      wide.shape.map((n, i) => (i === at + 1 ? count : n)),
    ),
    t.shape.map((n, i) => (i === at ? n * count : n)),
  );
}

/**
 * The parts as they are, with the gradient of all of them together: each by itself would be spread into an array of the
 * whole's size, and these be added.
 */
const partsOp = (count: number): Op<{ axis: number }> =>
  relabel('parts', count, ({ outputs, attrs: { axis }, grads }) => {
    const all = grads.map((g, i) => g ?? zeros(outputs[i].shape, outputs[i].dtype));
    return [...grads.map(() => null), concatenate(all, axis)] as never;
  });

/**
 * The parts of x along an axis, by default the first.
 *
 * @param parts How many of one size, or the indices at which the second part and those behind it begin.
 * @throws ShapeError when the axis does not divide into them.
 */
export function split(x: Operand, parts: number | readonly number[], axis = 0): TensorBase[] {
  const t = operand(x, undefined, 'split');
  const at = normalizeAxis('split', axis, t.rank);
  const begins = beginsOf(parts, t.shape, at);
  const before = new Array<null>(at).fill(null);
  const slices = begins.map((begin, k) => slice(t, [...before, [begin, begins[k + 1] ?? null]]));
  if (slices[0] instanceof Tensor) return slices;
  return applyAll(partsOp(begins.length), [...slices, t], { axis: at });
}

function beginsOf(parts: number | readonly number[], shape: Shape, axis: number): number[] {
  const n = shape[axis];
  if (Array.isArray(parts)) {
    const begins = [0, ...(parts as readonly number[])];
    if (begins.some((b, k) => !Number.isInteger(b) || b > n || (k > 0 && b < begins[k - 1])))
      throw new ShapeError(
        `split: axis ${axis} of ${showShape(shape)} at ${show(parts)}; expected ascending indices from 0 to ${n}.`,
      );
    return begins;
  }
  if (!Number.isInteger(parts) || (parts as number) < 1 || n % (parts as number) !== 0)
    throw new ShapeError(
      `split: axis ${axis} of ${showShape(shape)} into ${show(parts)} equal parts; expected a divisor of ${n} or a list of indices.`,
    );
  return Array.from({ length: parts as number }, (_, k) => (k * n) / (parts as number));
}
