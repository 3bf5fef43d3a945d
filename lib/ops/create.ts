import { Tensor, type TensorBase } from '../program/tensor.js';
import { allocate, sizeOf, type DType, type Shape } from '../program/types.js';

// Tensors made of nothing. They are concrete: in a traced function they become constants.

/** A tensor of one value. */
export function full(shape: Shape, value: number, dtype: DType = 'float32'): Tensor {
  return new Tensor(allocate(dtype, sizeOf(shape)).fill(value), shape, dtype);
}
export const zeros = (shape: Shape, dtype: DType = 'float32'): Tensor => full(shape, 0, dtype);
export const ones = (shape: Shape, dtype: DType = 'float32'): Tensor => full(shape, 1, dtype);
export const zerosLike = (x: TensorBase): Tensor => zeros(x.shape, x.dtype);
export const onesLike = (x: TensorBase): Tensor => ones(x.shape, x.dtype);

/**
 * start, start + step, … below stop (one argument: 0 … stop − 1).
 *
 * @param dtype Default int32 where the numbers are integers, else float32.
 */
export function arange(start: number, stop?: number | null, step = 1, dtype?: DType): Tensor {
  const [from, to] = stop == null ? [0, start] : [start, stop];
  const type = dtype ?? ([from, to, step].every(Number.isInteger) ? 'int32' : 'float32');
  const data = allocate(type, Math.max(0, Math.ceil((to - from) / step)));
  for (let i = 0; i < data.length; i++) data[i] = from + i * step;
  return new Tensor(data, [data.length], type);
}

/** `num` numbers, by default 50, from start to stop, both included. */
export function linspace(start: number, stop: number, num = 50, dtype: DType = 'float32'): Tensor {
  const data = allocate(dtype, num);
  for (let i = 0; i < num; i++) data[i] = num === 1 ? start : start + ((stop - start) * i) / (num - 1);
  return new Tensor(data, [num], dtype);
}

/** A matrix [n, m] of zeros with ones on the diagonal, or on the k-th above it (below it where k is negative). */
export function eye(n: number, m: number | null = n, k = 0, dtype: DType = 'float32'): Tensor {
  const columns = m ?? n;
  const result = zeros([n, columns], dtype);
  for (let i = Math.max(0, -k); i < Math.min(n, columns - k); i++) result.data[i * columns + i + k] = 1;
  return result;
}
