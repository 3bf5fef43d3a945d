import { checkInteger, ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, type TensorData } from '../program/tensor.js';
import { allocate, showShape, sizeOf, type DType, type Shape, type TypedArray } from '../program/types.js';

/** Where a view's elements lie in its series, counted in elements. */
export interface ViewPlaces {
  readonly base: number;
  /** Of every axis, the rows' first. */
  readonly strides: readonly number[];
}

/** All of an axis, [start, stop, step] of it, or one index, which drops the axis; negative numbers count from the end. */
export type ViewRange = null | number | readonly (number | null)[];

/**
 * Rows that overlap in one series: element [r, i, …] is `series.data[base + r·strides[0] + i·strides[1] + …]`. fit, evaluate
 * and predict gather batches from the one series; every other function that takes a tensor gets a copy of all rows.
 */
export class WindowView implements TensorData {
  readonly dtype: DType;
  readonly shape: Shape;

  /** @throws ShapeError when an element would lie outside the series. */
  constructor(
    readonly series: Tensor,
    shape: Shape,
    readonly places: ViewPlaces,
  ) {
    this.dtype = series.dtype;
    this.shape = Object.freeze([...shape]);
    const { base, strides } = places;
    const last = shape.reduce((at, n, axis) => at + (n - 1) * strides[axis], base);
    const whole = [base, ...strides, ...shape].every((n) => Number.isInteger(n) && n >= 0);
    if (!whole || strides.length !== shape.length || shape.length === 0 || (this.size > 0 && last >= series.size))
      throw new ShapeError(
        `windowView: shape ${showShape(shape)} with base ${base} and strides ${show(strides)} does not lie in ${series.size} elements.`,
      );
  }

  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements, each as often as it occurs in a row. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** A copy of all rows, made anew at every access. */
  get data(): TypedArray {
    const { series, shape, places } = this;
    const copy = allocate(this.dtype, this.size);
    if (copy.length === 0) return copy;
    let to = 0;
    const walk = (axis: number, from: number): void => {
      const stride = places.strides[axis];
      for (let i = 0; i < shape[axis]; i++) {
        if (axis === shape.length - 1) copy[to++] = series.data[from + i * stride];
        else walk(axis + 1, from + i * stride);
      }
    };
    walk(0, places.base);
    return copy;
  }

  /** The rows as a tensor of their own. */
  toTensor(): Tensor {
    return new Tensor(this.data, this.shape, this.dtype);
  }

  /**
   * Part of the view, which is a view again: `x.slice([[0, 100]])` is the first 100 rows, `y.slice([null, 0])` the first
   * step of every row.
   *
   * @param ranges One per axis from the first; steps must be positive. The axis of the rows stays.
   */
  slice(ranges: readonly ViewRange[]): WindowView {
    if (!Array.isArray(ranges) || ranges.length > this.rank)
      throw new ShapeError(
        `windowView: slice ${show(ranges)} of shape ${showShape(this.shape)}; expected at most ${this.rank} ranges.`,
      );
    if (typeof ranges[0] === 'number')
      throw new ValueError(
        `windowView: slice ${show(ranges)}: a view has rows; expected a range for them, or toTensor().`,
      );
    let { base } = this.places;
    const [shape, strides]: [number[], number[]] = [[], []];
    this.shape.forEach((n, axis) => {
      const range = ranges[axis] ?? [];
      const stride = this.places.strides[axis];
      if (typeof range === 'number') {
        base += indexOf(range, n) * stride;
        return;
      }
      const [start, count, step] = bounds(range, n);
      if (count > 0) base += start * stride;
      shape.push(count);
      strides.push(stride * step);
    });
    return new WindowView(this.series, shape, { base, strides });
  }

  /** The same elements with a last axis of size 1. */
  withLastAxis(): WindowView {
    return new WindowView(this.series, [...this.shape, 1], {
      base: this.places.base,
      strides: [...this.places.strides, 1],
    });
  }
}

function indexOf(index: number, n: number): number {
  const at = index < 0 ? index + n : index;
  if (!Number.isInteger(index) || at < 0 || at >= n)
    throw new ShapeError(`windowView: slice at ${index} of an axis of size ${n}.`);
  return at;
}

/** Start, count and step of a range, as Python cuts it to the axis. */
function bounds(range: readonly (number | null)[], n: number): [start: number, count: number, step: number] {
  if (!Array.isArray(range) || range.length > 3 || !range.every((r) => r === null || Number.isInteger(r)))
    throw new ValueError(`windowView: slice ${show(range)} is not [start, stop, step] of integers.`);
  const [from, to, by] = range as readonly (number | null)[];
  const step = checkInteger('windowView', 'the step of a slice', by ?? 1, 1);
  const place = (v: number) => Math.min(n, Math.max(0, v < 0 ? v + n : v));
  const start = place(from ?? 0);
  return [start, Math.max(0, Math.ceil((place(to ?? n) - start) / step)), step];
}
