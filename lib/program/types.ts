import { ValueError } from './errors.js';

/** Element types. `bool` is one byte, 0 or 1. */
export type DType = 'float32' | 'float64' | 'int32' | 'bool';

/** The typed array that holds elements of each dtype. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Sizes of every axis; `[]` is a scalar. */
export type Shape = readonly number[];

/** In the order of the native enum (native/runtime/kernel.h). */
export const DTYPES: readonly DType[] = ['float32', 'float64', 'int32', 'bool'];

/**
 * How matrix products take float32 operands: as they are, or rounded to tf32 (10 bits behind the point) or bf16 (7), which a GPU
 * multiplies faster. Sums stay float32.
 */
export type Precision = 'float32' | 'tf32' | 'bf16';
/** In the order of native/runtime/program.h. */
export const PRECISIONS: readonly Precision[] = ['float32', 'tf32', 'bf16'];

const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array } as const;

// Node's own limit of a typed array, and far beyond what a sequence model needs.
const MAX_ELEMENTS = 2 ** 32;

/** Most axes that a kernel works on (kMaxRank in native/runtime/kernel.h). */
export const MAX_RANK = 8;

export function isDType(value: unknown): value is DType {
  return DTYPES.includes(value as DType);
}

export function isFloating(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64';
}

/** Zeros. @throws ValueError for more than a typed array can hold. */
export function allocate(dtype: DType, size: number): TypedArray {
  if (size > MAX_ELEMENTS) throw new ValueError(`a tensor of ${size} elements is larger than this machine can hold.`);
  return new ARRAYS[dtype](size);
}

export function bytesPerElement(dtype: DType): number {
  return ARRAYS[dtype].BYTES_PER_ELEMENT;
}

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** `[2, null, 3]` as people write shapes. */
export function showShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((n) => n ?? 'null').join(', ')}]`;
}

/** What a node's output, a program's input or a variable looks like. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}
