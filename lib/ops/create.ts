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

/** start, start + step, … below stop (one argument: 0 … stop − 1). */
export function arange(start: number, stop?: number, step = 1, dtype: DType = 'int32'): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const data = allocate(dtype, Math.max(0, Math.ceil((to - from) / step)));
  for (let i = 0; i < data.length; i++) data[i] = from + i * step;
  return new Tensor(data, [data.length], dtype);
}

/** `count` numbers from start to stop, both included. */
export function linspace(start: number, stop: number, count: number, dtype: DType = 'float32'): Tensor {
  const data = allocate(dtype, count);
  for (let i = 0; i < count; i++) data[i] = count === 1 ? start : start + ((stop - start) * i) / (count - 1);
  return new Tensor(data, [count], dtype);
}

/** The identity matrix. */
export function eye(n: number, m = n, dtype: DType = 'float32'): Tensor {
  const result = zeros([n, m], dtype);
  for (let i = 0; i < Math.min(n, m); i++) result.data[i * m + i] = 1;
  return result;
}
