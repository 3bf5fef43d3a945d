import { add, multiply } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { full } from '../ops/create.js';
import { sum } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { assign } from '../ops/update.js';
import { sameRank } from '../losses/loss.js';
import { overSamples } from '../losses/reduce.js';
import { ShapeError } from '../program/errors.js';
import { SymbolicTensor, within } from '../program/graph.js';
import type { TensorBase } from '../program/tensor.js';
import { sameShape, showShape, type Shape } from '../program/types.js';
import { Variable } from '../program/variable.js';

// What the metrics that count per column (class, output, threshold) share: a batch as rows, and sums that are made when
// the number of columns is seen first.

/** A batch in float64: N rows of C columns. */
export interface Rows {
  readonly truth: TensorBase; // [N, C]
  readonly guess: TensorBase; // [N, C]
  readonly weight: TensorBase; // [N, C]; NaN where the prediction is, so that sums show it
}

/** @param columns Default: the last axis of the predictions. @throws ShapeError for targets of another shape. */
export function rowsOf(
  who: string,
  yTrue: TensorBase,
  yPred: TensorBase,
  sampleWeight?: TensorBase | null,
  columns = yPred.shape.at(-1) ?? 1,
): Rows {
  const [t, p] = sameRank(yTrue, yPred);
  if (!sameShape(t.shape, p.shape))
    throw new ShapeError(
      `${who}: targets ${showShape(yTrue.shape)} do not have the shape of the predictions, ${showShape(yPred.shape)}.`,
    );
  const mask = yPred instanceof SymbolicTensor ? yPred.mask : null;
  let weight: TensorBase = full(p.shape, 1, 'float64');
  for (const given of [sampleWeight, mask]) {
    if (given && given.rank <= p.rank) weight = multiply(weight, overSamples(who, cast(given, 'float64'), p));
  }
  const rows = (x: TensorBase) => cast(reshape(x, [-1, columns]), 'float64');
  const guess = rows(p);
  return { truth: rows(t), guess, weight: add(rows(weight), multiply(guess, 0)) };
}

/** Inside a traced function: adds each value to its sum; missing sums are made, in a state that was empty. */
export function addTo(state: Variable[], who: string, sums: Readonly<Record<string, TensorBase>>): void {
  const names = Object.keys(sums);
  const make = (name: string, shape: Shape) => new Variable(full(shape, 0, 'float64'), `${who}/${name}`, false);
  if (state.length === 0) within(undefined, () => state.push(...names.map((name) => make(name, sums[name].shape))));
  names.forEach((name, i) => {
    const { shape } = state[i];
    if (!sameShape(shape, sums[name].shape))
      throw new ShapeError(
        `${who}: got figures of shape ${showShape(sums[name].shape)} after those of ${showShape(shape)}.`,
      );
    assign(state[i], add(state[i], sums[name]));
  });
}

/** Sums over the rows. */
export const overRows = (x: TensorBase): TensorBase => sum(x, 0);

/** The sums gathered so far as plain numbers, or null before the first batch. */
export function readSums(state: readonly Variable[]): Float64Array[] | null {
  return state.length === 0 ? null : state.map((v) => Float64Array.from(v.value().data));
}

/** 0 where there is nothing to divide by. */
export const ratioOf = (a: number, b: number): number => (b === 0 ? 0 : a / b);

export const mean = (values: ArrayLike<number>): number =>
  values.length === 0 ? 0 : Array.from(values).reduce((a, b) => a + b, 0) / values.length;
