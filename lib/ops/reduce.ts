import { apply, operand, type Operand } from '../program/apply.js';
import { ShapeError, show } from '../program/errors.js';
import type { GradContext, LaidNode, LayoutContext, Op } from '../program/op.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape, type Spec } from '../program/types.js';
import {
  add,
  divide,
  equal,
  exp,
  isfinite,
  log,
  multiply,
  notEqual,
  sqrt,
  square,
  subtract,
  where,
} from './arithmetic.js';
import { cast } from './cast.js';
import { checkFlag } from './checks.js';
import { broadcastTo, reshape, squeeze } from './shape.js';

// Reductions over some or all axes.

/** One axis, several, or null for all of them. */
export type Axes = number | readonly number[] | null | undefined;

interface ReduceAttrs extends Record<string, string | readonly number[] | boolean> {
  kind: string;
  axes: readonly number[];
  keepDims: boolean;
}

/** Axes counted from the end are made plain; @throws ShapeError for one that the tensor lacks. */
export function normalizeAxes(who: string, axes: Axes, rank: number): number[] {
  if (axes === null || axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  return axesInOrder(who, axes, rank).sort((a, b) => a - b);
}

/** Axes in the order given, counted from the front; @throws ShapeError for one that is named twice. */
export function axesInOrder(who: string, axes: number | readonly number[], rank: number): number[] {
  const list = (Array.isArray(axes) ? axes : [axes]).map((axis: number) => normalizeAxis(who, axis, rank));
  if (new Set(list).size < list.length) throw new ShapeError(`${who}: axes ${show(axes)} name one axis twice.`);
  return list;
}

export function normalizeAxis(who: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank)
    throw new ShapeError(
      `${who}: axis ${show(axis)} of a tensor with ${rank} axes${rank > 0 ? `; expected an integer from ${-rank} to ${rank - 1}` : ''}.`,
    );
  return axis < 0 ? axis + rank : axis;
}

const reduceOp: Op<ReduceAttrs> = {
  name: 'reduce',
  sumOverSteps([x], { kind, axes, keepDims }) {
    const total = apply(reduceOp, [x], { kind, axes: [0, ...axes.map((a) => a + 1)], keepDims });
    if (kind === 'mean') return [multiply(keepDims ? reshape(total, total.shape.slice(1)) : total, x.shape[0])];
    return kind === 'sum' ? [keepDims ? reshape(total, total.shape.slice(1)) : total] : [];
  },
  shard({ attrs: { kind, axes, keepDims }, axes: [at] }) {
    const over = axes.includes(at as number);
    if (over) return kind === 'sum' || kind === 'mean' ? { inputs: [at], outputs: [kind] } : null;
    const gone = keepDims ? 0 : axes.filter((a) => a < (at as number)).length;
    return { inputs: [at], outputs: [(at as number) - gone] };
  },
  infer([x], { kind, axes, keepDims }) {
    const { shape, dtype } = x as Spec;
    const result = keepDims
      ? shape.map((n, i) => (axes.includes(i) ? 1 : n))
      : shape.filter((_, i) => !axes.includes(i));
    return [{ shape: result, dtype: kind === 'any' || kind === 'all' ? 'bool' : dtype }];
  },
  grad(context) {
    return [gradient(context) as never];
  },
  layout({ inputs: [x], attrs, outputs: [out] }: LayoutContext<ReduceAttrs>): LaidNode {
    const { base, perm } = x as NonNullable<typeof x>;
    const axes = attrs.axes.map((a) => perm[a]).sort((a, b) => a - b);
    if (attrs.keepDims) return { inputs: [base], attrs: { ...attrs, axes }, perms: [perm] };
    const kept = perm.filter((_, i) => !attrs.axes.includes(i));
    const order = [...kept].sort((a, b) => a - b);
    return { inputs: [base], attrs: { ...attrs, axes }, perms: [out.shape.map((_, i) => order.indexOf(kept[i]))] };
  },
};

function gradient({ inputs, outputs, attrs: { kind, axes }, grads }: GradContext<ReduceAttrs>): TensorBase | null {
  const x = inputs[0] as TensorBase;
  const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
  const g = reshape(grads[0] as TensorBase, kept);
  const y = reshape(outputs[0], kept);
  const count = axes.reduce((n, a) => n * x.shape[a], 1);
  switch (kind) {
    case 'sum':
      return broadcastTo(g, x.shape);
    case 'mean':
      return broadcastTo(multiply(g, 1 / count), x.shape);
    case 'prod':
      return multiply(g, productOfOthers(x, y, axes));
    case 'max':
    case 'min': {
      const hit = cast(equal(x, y), x.dtype);
      return multiply(divide(g, reduce('sum', hit, axes, true)), hit);
    }
    default:
      return null;
  }
}

/** What y, the product of all, is without each: with one zero the product of the rest there, with two or more none. */
function productOfOthers(x: TensorBase, y: TensorBase, axes: Axes): TensorBase {
  const zero = equal(x, 0);
  const count = sum(zero, axes, true);
  const nonzero = where(zero, 1, x);
  const atZero = where(equal(count, 1), prod(nonzero, axes, true), 0);
  return where(zero, atZero, divide(y, nonzero));
}

function reduce(kind: string, x: Operand, axes: Axes, keepDims: boolean): TensorBase {
  checkFlag(kind, 'keepDims', keepDims);
  const t = operand(x, undefined, kind);
  const list = normalizeAxes(kind, axes, t.rank);
  if ((kind === 'max' || kind === 'min') && list.some((a) => t.shape[a] === 0))
    throw new ShapeError(`${kind}: no elements along an axis of ${showShape(t.shape)}.`);
  // Numbers are true but for 0.
  if ((kind === 'any' || kind === 'all') && t.dtype !== 'bool') return reduce(kind, notEqual(t, 0), axes, keepDims);
  if (kind === 'mean' && t.dtype !== 'float64')
    return apply(reduceOp, [cast(t, 'float32')], { kind, axes: list, keepDims });
  return apply(reduceOp, [t.dtype === 'bool' && kind !== 'any' && kind !== 'all' ? cast(t, 'int32') : t], {
    kind,
    axes: list,
    keepDims,
  });
}

export const sum = (x: Operand, axis?: Axes, keepDims = false): TensorBase => reduce('sum', x, axis, keepDims);
export const mean = (x: Operand, axis?: Axes, keepDims = false): TensorBase => reduce('mean', x, axis, keepDims);
export const prod = (x: Operand, axis?: Axes, keepDims = false): TensorBase => reduce('prod', x, axis, keepDims);
export const max = (x: Operand, axis?: Axes, keepDims = false): TensorBase => reduce('max', x, axis, keepDims);
export const min = (x: Operand, axis?: Axes, keepDims = false): TensorBase => reduce('min', x, axis, keepDims);
export const any = (x: Operand, axis?: Axes, keepDims = false): TensorBase => reduce('any', x, axis, keepDims);
export const all = (x: Operand, axis?: Axes, keepDims = false): TensorBase => reduce('all', x, axis, keepDims);

/** Mean of squared distances from the mean (biased, as Keras). */
export function variance(x: Operand, axis?: Axes, keepDims = false): TensorBase {
  const t = operand(x, undefined, 'variance');
  const axes = normalizeAxes('variance', axis, t.rank);
  return mean(square(subtract(t, mean(t, axes, true))), axes, keepDims);
}

export function std(x: Operand, axis?: Axes, keepDims = false): TensorBase {
  return sqrt(variance(x, axis, keepDims));
}

/** log Σ eˣ without overflow. */
export function logsumexp(x: Operand, axis?: Axes, keepDims = false): TensorBase {
  const t = operand(x, undefined, 'logsumexp');
  const axes = normalizeAxes('logsumexp', axis, t.rank);
  const largest = max(t, axes, true);
  // Infinities are left in the sum: ∞ − ∞ would be NaN.
  const top = where(isfinite(largest), largest, 0);
  const kept = log(sum(exp(subtract(t, top)), axes, true));
  const result = add(kept, top);
  return checkFlag('logsumexp', 'keepDims', keepDims) ? result : squeeze(result, axes);
}

interface ArgAttrs extends Record<string, string | number> {
  kind: string;
  axis: number;
}
const argReduceOp: Op<ArgAttrs> = {
  name: 'argReduce',
  shard: ({ attrs: { axis }, axes: [at] }) =>
    at === axis ? null : { inputs: [at], outputs: [(at as number) - Number((at as number) > axis)] },
  infer([x], { axis }) {
    return [{ shape: (x as Spec).shape.filter((_, i) => i !== axis), dtype: 'int32' }];
  },
};

function argReduce(kind: string, x: Operand, axis: number | null, keepDims: boolean): TensorBase {
  const who = `arg${kind}`;
  checkFlag(who, 'keepDims', keepDims);
  const t = operand(x, undefined, who);
  const flat = axis === null;
  const at = flat ? 0 : normalizeAxis(who, axis, t.rank);
  if ((flat ? t.size : t.shape[at]) === 0)
    throw new ShapeError(`${who}: no elements along an axis of ${showShape(t.shape)}.`);
  const index = apply(argReduceOp, [flat ? reshape(t, [t.size]) : t], { kind, axis: at });
  return keepDims
    ? reshape(
        index,
        t.shape.map((n, i) => (flat || i === at ? 1 : n)),
      )
    : index;
}

/** Index of the largest element along an axis, by default of the flattened tensor; the first of several. int32. */
export const argmax = (x: Operand, axis: number | null = null, keepDims = false): TensorBase =>
  argReduce('max', x, axis, keepDims);
/** Index of the smallest element along an axis, by default of the flattened tensor; the first of several. int32. */
export const argmin = (x: Operand, axis: number | null = null, keepDims = false): TensorBase =>
  argReduce('min', x, axis, keepDims);
