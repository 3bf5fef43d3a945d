import { SeqnnError, ShapeError, show, ValueError } from './errors.js';
import { allocate, isDType, showShape, sizeOf, type DType, type Shape, type TypedArray } from './types.js';

/** Nested arrays of numbers or booleans, as deep as the tensor has axes. */
export type NestedArray = number | boolean | readonly NestedArray[];

/** Anything with elements and a shape. */
export interface TensorData {
  readonly data:
    TypedArray | Uint8ClampedArray | Int8Array | Int16Array | Uint16Array | Uint32Array | readonly number[];
  readonly shape: Shape;
  readonly dtype?: DType;
}

/** Whatever a function of this library takes for a tensor. */
export type TensorLike = TensorBase | NestedArray | TensorData | TypedArray;

/**
 * What concrete and symbolic tensors share. The ops are its methods too (lib/ops/methods.ts). To read the elements of a
 * symbolic one is an error: it has none until the program runs.
 */
export abstract class TensorBase {
  abstract readonly shape: Shape;
  abstract readonly dtype: DType;
  /** The elements in row-major order. */
  abstract readonly data: TypedArray;

  /** The only element of a tensor of size 1. */
  abstract item(): number;

  /** Nested arrays; a scalar gives a number. */
  abstract toArray(): any;

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }
}

/** Values in plain, garbage-collected memory: `data` in row-major order, `shape`, `dtype`. */
export class Tensor extends TensorBase {
  readonly shape: Shape;
  readonly dtype: DType;

  constructor(
    readonly data: TypedArray,
    shape?: Shape,
    dtype?: DType,
  ) {
    super();
    this.dtype = dtype ?? dtypeOfArray(data);
    this.shape = Object.freeze([...(shape ?? [data.length])]);
    for (const n of this.shape) {
      if (!Number.isInteger(n) || n < 0)
        throw new ShapeError(`tensor: ${showShape(this.shape)} is not a shape; sizes are integers of at least 0.`);
    }
    if (sizeOf(this.shape) !== data.length) {
      throw new ShapeError(
        `tensor: shape ${showShape(this.shape)} needs ${sizeOf(this.shape)} elements, got ${data.length}.`,
      );
    }
  }

  item(): number {
    if (this.data.length !== 1)
      throw new ShapeError(
        `item: a tensor of shape ${showShape(this.shape)} has ${this.data.length} elements, expected 1.`,
      );
    return this.data[0];
  }

  toArray(): any {
    const build = (axis: number, offset: number, stride: number): unknown => {
      if (axis === this.shape.length) return this.dtype === 'bool' ? this.data[offset] !== 0 : this.data[offset];
      const inner = this.shape[axis] === 0 ? 0 : stride / this.shape[axis];
      return Array.from({ length: this.shape[axis] }, (_, i) => build(axis + 1, offset + i * inner, inner));
    };
    return build(0, 0, this.data.length);
  }

  override toString(): string {
    const head = Array.from(this.data.subarray(0, 6), (v) => Number(v.toPrecision(5))).join(', ');
    return `Tensor ${showShape(this.shape)} ${this.dtype} [${head}${this.data.length > 6 ? ', …' : ''}]`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function dtypeOfArray(data: TypedArray): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint8Array) return 'bool';
  throw new ValueError(`tensor: expected a Float32Array, Float64Array, Int32Array or Uint8Array, got ${show(data)}.`);
}

// Deeper than a tensor can be; an array that holds itself has no end.
const MAX_DEPTH = 64;

/** The elements. @throws ValueError when the buffer under them was transferred or shrunk since. */
export function elementsOf(who: string, { data, size }: Tensor): TypedArray {
  if (data.length === size) return data;
  throw new ValueError(
    `${who}: ${data.length} of ${size} elements are left; the ArrayBuffer was transferred or resized.`,
  );
}

/** Copies elements into an array of the dtype; integers and booleans must be exact. */
function convert(values: ArrayLike<number>, dtype: DType, who: string): TypedArray {
  const data = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) data[i] = values[i];
  if (dtype === 'int32' || dtype === 'bool') {
    for (let i = 0; i < values.length; i++) {
      if (data[i] !== values[i]) throw new ValueError(`${who}: ${values[i]} at position ${i} does not fit ${dtype}.`);
    }
  }
  return data;
}

function flatten(value: NestedArray, who: string): { flat: number[]; shape: number[]; bool: boolean } {
  const shape: number[] = [];
  for (let v: NestedArray = value; Array.isArray(v); v = v[0]) {
    if (shape.length === MAX_DEPTH) throw new ShapeError(`${who}: arrays nested more than ${MAX_DEPTH} deep.`);
    shape.push(v.length);
    if (v.length === 0) break;
  }
  const flat: number[] = [];
  let bool = true;
  const visit = (v: unknown, axis: number): void => {
    if (axis === shape.length) {
      if (typeof v === 'number') bool = false;
      else if (typeof v !== 'boolean') {
        if (Array.isArray(v))
          throw new ShapeError(
            `${who}: ragged array; expected a number at depth ${axis}, got an array of ${v.length}.`,
          );
        throw new ValueError(`${who}: expected numbers, got ${show(v)}.`);
      }
      flat.push(Number(v));
      return;
    }
    if (!Array.isArray(v))
      throw new ShapeError(
        `${who}: ragged array; expected an array of ${shape[axis]} at depth ${axis}, got ${show(v)}.`,
      );
    if (v.length !== shape[axis]) {
      throw new ShapeError(
        `${who}: ragged array; rows of ${shape[axis]} and of ${v.length} at depth ${axis}. Pad them to one length (data.padSequences).`,
      );
    }
    for (const inner of v) visit(inner, axis + 1);
  };
  visit(value, 0);
  return { flat, shape, bool: bool && flat.length > 0 };
}

/**
 * A tensor from nested arrays, a typed array with a shape, or `{data, shape}`.
 *
 * @param value The elements.
 * @param shape Defaults to the nesting, or to one axis for a typed array.
 * @param dtype Defaults to the typed array's own (float64 stays float64); float32 for arrays of numbers, bool for booleans.
 * @throws ShapeError for a ragged array or a count of elements that does not fit the shape.
 */
export function tensor(value: TensorLike, shape?: Shape | null, dtype?: DType, who = 'tensor'): Tensor {
  if (dtype !== undefined && !isDType(dtype))
    throw new ValueError(`${who}: unknown dtype ${show(dtype)}; expected float32, float64, int32 or bool.`);
  if (value instanceof Tensor) {
    elementsOf(who, value);
    if ((dtype === undefined || dtype === value.dtype) && !shape) return value;
    const data = dtype === undefined || dtype === value.dtype ? value.data : convert(value.data, dtype, who);
    return new Tensor(data, shape ?? value.shape, dtype ?? value.dtype);
  }
  if (value instanceof TensorBase)
    throw new SeqnnError(`${who}: this value is symbolic; it has no elements until the program runs.`);
  if (ArrayBuffer.isView(value)) {
    const view = value as unknown as ArrayLike<number> & { readonly buffer: ArrayBufferLike };
    if (value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array)
      throw new ValueError(`${who}: expected numbers, got a ${show(value)}.`);
    // Native code works on memory of this script alone.
    // (Buffer's own slice would be one more view.)
    if (view.buffer instanceof SharedArrayBuffer)
      return tensor(Uint8Array.prototype.slice.call(value), shape, dtype, who);
    const own = value instanceof Float32Array || value instanceof Float64Array || value instanceof Int32Array;
    if (own && (dtype === undefined || dtype === dtypeOfArray(value))) return new Tensor(value, shape ?? undefined);
    if (value instanceof Uint8Array && dtype === 'bool')
      return new Tensor(convert(view, 'bool', who), shape ?? undefined, 'bool');
    return new Tensor(convert(view, dtype ?? (own ? dtypeOfArray(value) : 'float32'), who), shape ?? undefined);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    if (value instanceof Promise)
      throw new ValueError(`${who}: got a promise; await it first (predictSync gives its result at once).`);
    const given = value as TensorData;
    // Read once: a view makes its elements when asked.
    const { data } = given;
    if (data === undefined || given.shape === undefined)
      throw new ValueError(`${who}: expected an array, a typed array or {data, shape}, got ${show(value)}.`);
    return tensor(data as TypedArray, shape ?? given.shape, dtype ?? given.dtype, who);
  }
  if (value === undefined || value === null)
    throw new ValueError(`${who}: expected an array, a typed array or {data, shape}, got ${String(value)}.`);
  const { flat, shape: found, bool } = flatten(value as NestedArray, who);
  const type = dtype ?? (bool ? 'bool' : 'float32');
  return new Tensor(convert(flat, type, who), shape ?? found, type);
}
