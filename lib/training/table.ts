import { setImmediate } from 'node:timers/promises';
import { ValueError } from '../program/errors.js';
import type { Tensor } from '../program/tensor.js';
import {
  allocate,
  bytesPerElement,
  DTYPES,
  sameShape,
  sizeOf,
  type DType,
  type Shape,
  type Spec,
  type TypedArray,
} from '../program/types.js';
import { native, type NativeBuffer, type NativeSource } from '../runtime/addon.js';

// The user's data in native memory, from where the runtime gathers batches on its own thread. The copying is done in
// slices with a breath between, so that it never holds up the event loop.

const SLICE_BYTES = 1 << 20;

/** One array of rows in native memory. */
export class Column {
  readonly rows: number;
  /** Shape of one row. */
  readonly sample: Shape;
  private readonly buffer: NativeBuffer;

  constructor(
    shape: Shape,
    readonly dtype: DType,
  ) {
    this.rows = shape[0];
    this.sample = shape.slice(1);
    this.buffer = new (native().Buffer)(DTYPES.indexOf(dtype), sizeOf(shape));
  }

  /** Where native code finds the rows. */
  get source(): NativeSource {
    const strides: number[] = [];
    let stride = 1;
    for (let i = this.sample.length - 1; i >= 0; i--) {
      strides.unshift(stride);
      stride *= this.sample[i];
    }
    return [this.buffer, 0, stride, ...strides];
  }

  /** What a program that takes `batch` of these rows at a time declares. */
  batchSpec(batch: number): Spec {
    return { shape: [batch, ...this.sample], dtype: this.dtype };
  }

  fits(shape: Shape, dtype: DType): boolean {
    return dtype === this.dtype && sameShape(shape, [this.rows, ...this.sample]);
  }

  /** Copies the elements of a tensor of this shape. */
  async fill(who: string, t: Tensor): Promise<void> {
    const step = SLICE_BYTES / bytesPerElement(this.dtype);
    for (let from = 0; from < t.data.length; from += step) {
      if (from > 0) await setImmediate();
      const part = t.data.subarray(from, from + step);
      this.buffer.write(from, t.dtype === this.dtype ? part : converted(who, part, this.dtype));
    }
  }
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

/** A tensor as a column of the wanted dtype. */
export async function column(who: string, t: Tensor, dtype: DType): Promise<Column> {
  const result = new Column(t.shape, dtype);
  await result.fill(who, t);
  return result;
}

/** Inputs, targets and sample weights of the same rows. A null: no weights for that output. */
export interface Table {
  readonly rows: number;
  readonly x: readonly Column[];
  readonly y: readonly Column[];
  readonly weights: readonly (Column | null)[];
}

export function sourcesOf({ x, y, weights }: Table): NativeSource[] {
  return [...x, ...y, ...weights.filter((w) => w !== null)].map((c) => c.source);
}

/** What a program on `batch` rows of the table takes. */
export interface BatchSpecs {
  readonly x: readonly Spec[];
  readonly y: readonly Spec[];
  readonly weights: readonly (Spec | null)[];
}

export function specsOf({ x, y, weights }: Table, batch: number): BatchSpecs {
  const of = (c: Column) => c.batchSpec(batch);
  return { x: x.map(of), y: y.map(of), weights: weights.map((w) => w && of(w)) };
}
