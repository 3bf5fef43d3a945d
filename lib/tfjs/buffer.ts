import { ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor } from '../program/tensor.js';
import { allocate, showShape, sizeOf, type DType, type Shape, type TypedArray } from '../program/types.js';
import { checkDType, checkShape } from '../ops/checks.js';

// A tensor to be: elements are set one by one.

export class TensorBuffer {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The elements in row-major order. */
  readonly values: TypedArray;

  /** @param values Default: zeros. */
  constructor(shape: Shape, dtype: DType = 'float32', values?: TypedArray) {
    this.shape = [...checkShape('buffer', shape)];
    this.dtype = checkDType('buffer', dtype);
    this.values = values ?? allocate(dtype, sizeOf(shape));
    if (this.values.length !== this.size)
      throw new ShapeError(`buffer: ${showShape(shape)} needs ${this.size} values, got ${this.values.length}.`);
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** Sets the element at these indices, one for each axis. */
  set(value: number | boolean, ...indices: number[]): void {
    this.values[this.locToIndex(indices)] = Number(value);
  }

  /** The element at these indices, one for each axis. */
  get(...indices: number[]): number {
    return this.values[this.locToIndex(indices)];
  }

  /** The place in `values` of an element. @throws ValueError for indices outside the shape. */
  locToIndex(indices: readonly number[]): number {
    const { shape } = this;
    const inside = (i: number, axis: number) => Number.isInteger(i) && i >= 0 && i < shape[axis];
    if (indices.length !== shape.length || !indices.every(inside))
      throw new ValueError(`buffer: expected an element of ${showShape(shape)}, got indices ${show(indices)}.`);
    return indices.reduce((at, i, axis) => at * shape[axis] + i, 0);
  }

  /** A tensor of the elements as they are now. */
  toTensor(): Tensor {
    return new Tensor(this.values.slice(), this.shape, this.dtype);
  }
}

/** Zeros, or `values`, to be set element by element; float32 unless told otherwise. */
export const buffer = (shape: Shape, dtype: DType = 'float32', values?: TypedArray): TensorBuffer =>
  new TensorBuffer(shape, dtype, values);
