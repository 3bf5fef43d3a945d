import { setImmediate } from 'node:timers/promises';
import { WindowView, type ViewPlaces } from '../data/window_view.js';
import { ValueError } from '../program/errors.js';
import { elementsOf, type Tensor } from '../program/tensor.js';
import {
  allocate,
  bytesPerElement,
  DTYPES,
  type DType,
  type Shape,
  type Spec,
  type TypedArray,
} from '../program/types.js';
import { native, type NativeBuffer, type NativeSource } from '../runtime/addon.js';
import type { Rows } from './slots.js';

// The user's data in native memory, from where the runtime gathers batches on its own thread. The copying is done in
// slices with a breath between, so that it never holds up the event loop.

const SLICE_BYTES = 1 << 20;

/** Rows in native memory: an array of their own, or windows that overlap in one series. */
export interface Column {
  readonly rows: number;
  /** Shape of one row. */
  readonly sample: Shape;
  readonly dtype: DType;
  /** Where native code finds the rows. */
  readonly source: NativeSource;
}

/** What a program that takes `batch` of these rows at a time declares. @param steps Of each row; default all. */
export function batchSpec({ sample, dtype }: Column, batch: number, steps?: number): Spec {
  const [all, ...step] = sample;
  return { shape: all === undefined ? [batch] : [batch, steps ?? all, ...step], dtype };
}

/** Native copies of the arrays of one table; views of one series share its copy. */
export class Store {
  private readonly copies = new Map<DType, Map<Tensor, Promise<NativeBuffer>>>();
  private readonly buffers: NativeBuffer[] = [];

  /** A tensor or view as a column of the wanted dtype. */
  async column(who: string, rows: Rows, dtype: DType): Promise<Column> {
    const { series, places } = rows instanceof WindowView ? rows : wholeOf(rows);
    const buffer = await this.copy(who, series, dtype);
    const source: NativeSource = [buffer, places.base, places.strides[0], ...places.strides.slice(1)];
    return { rows: rows.shape[0], sample: rows.shape.slice(1), dtype, source };
  }

  private copy(who: string, t: Tensor, dtype: DType): Promise<NativeBuffer> {
    const copies = this.copies.get(dtype) ?? new Map<Tensor, Promise<NativeBuffer>>();
    this.copies.set(dtype, copies);
    const known = copies.get(t) ?? this.filled(who, t, dtype);
    copies.set(t, known);
    return known;
  }

  private async filled(who: string, t: Tensor, dtype: DType): Promise<NativeBuffer> {
    const buffer = new (native().Buffer)(DTYPES.indexOf(dtype), t.size);
    const step = SLICE_BYTES / bytesPerElement(dtype);
    for (let from = 0; from < t.size; from += step) {
      if (from > 0) await setImmediate();
      const part = elementsOf(who, t).subarray(from, from + step);
      buffer.write(from, t.dtype === dtype ? part : converted(who, part, dtype));
    }
    this.buffers.push(buffer);
    return buffer;
  }

  /** Gives the memory of all columns back. What waited for the collector made it run between the steps of the next fit. */
  release(): void {
    for (const buffer of this.buffers) buffer.release();
  }
}

/** A tensor's rows one after the other, as a view would say it. */
function wholeOf(t: Tensor): { series: Tensor; places: ViewPlaces } {
  const strides: number[] = [];
  let stride = 1;
  for (let axis = t.rank - 1; axis >= 0; axis--) {
    strides.unshift(stride);
    stride *= t.shape[axis];
  }
  return { series: t, places: { base: 0, strides } };
}

function converted(who: string, part: TypedArray, dtype: DType): TypedArray {
  const result = allocate(dtype, part.length);
  result.set(part);
  if (dtype === 'int32' || dtype === 'bool') {
    const at = result.findIndex((v: number, i: number) => v !== part[i]);
    if (at >= 0) throw new ValueError(`${who}: ${part[at]} does not fit ${dtype}.`);
  }
  return result;
}

/** Inputs, targets and sample weights of the same rows. A null: no weights for that output. */
export interface Table {
  readonly rows: number;
  readonly x: readonly Column[];
  readonly y: readonly Column[];
  readonly weights: readonly (Column | null)[];
  /** To be called when no run needs the rows any more. */
  release(): void;
}

/** Where native code finds the columns, seen from a step on. A weight for the whole row has no steps. */
export function sourcesOf({ x, y, weights }: Table, step = 0): NativeSource[] {
  return [...x, ...y, ...weights.filter((w) => w !== null)].map(({ source }) => {
    const [buffer, base, rowStride, ...strides] = source;
    return [buffer, base + step * (strides[0] ?? 0), rowStride, ...strides];
  });
}

/** What a program on `batch` rows of the table takes. */
export interface BatchSpecs {
  readonly x: readonly Spec[];
  readonly y: readonly Spec[];
  readonly weights: readonly (Spec | null)[];
}

/** @param steps Of each row; default all. */
export function specsOf({ x, y, weights }: Table, batch: number, steps?: number): BatchSpecs {
  const of = (c: Column) => batchSpec(c, batch, steps);
  return { x: x.map(of), y: y.map(of), weights: weights.map((w) => w && of(w)) };
}
