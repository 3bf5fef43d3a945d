import { operand, type Operand } from '../program/apply.js';
import { checkInteger, show, ValueError } from '../program/errors.js';
import { Tensor } from '../program/tensor.js';
import { allocate, sizeOf, type DType, type Shape } from '../program/types.js';
import { checkDType, checkNumber, checkShape } from './checks.js';

// Tensors made of nothing. They are concrete: in a traced function they become constants.

function filled(who: string, shape: Shape, value: number | boolean, dtype: DType): Tensor {
  const size = sizeOf(checkShape(who, shape));
  return new Tensor(allocate(checkDType(who, dtype), size).fill(Number(value)), shape, dtype);
}

/** A tensor of one value. */
export function full(shape: Shape, value: number | boolean, dtype: DType = 'float32'): Tensor {
  if (typeof value !== 'number' && typeof value !== 'boolean')
    throw new ValueError(`full: the value must be a number, got ${show(value)}.`);
  return filled('full', shape, value, dtype);
}
export const zeros = (shape: Shape, dtype: DType = 'float32'): Tensor => filled('zeros', shape, 0, dtype);
export const ones = (shape: Shape, dtype: DType = 'float32'): Tensor => filled('ones', shape, 1, dtype);

/** Zeros of x's shape and, unless told otherwise, dtype. */
export function zerosLike(x: Operand, dtype?: DType): Tensor {
  const t = operand(x, undefined, 'zerosLike');
  return filled('zerosLike', t.shape, 0, dtype ?? t.dtype);
}

/** Ones of x's shape and, unless told otherwise, dtype. */
export function onesLike(x: Operand, dtype?: DType): Tensor {
  const t = operand(x, undefined, 'onesLike');
  return filled('onesLike', t.shape, 1, dtype ?? t.dtype);
}

/**
 * start, start + step, … below stop, or above it where step is negative (one argument: 0 … stop − 1).
 *
 * @param dtype Default int32 where the numbers are integers, else float32.
 */
export function arange(start: number, stop?: number | null, step = 1, dtype?: DType): Tensor {
  const [from, to] = stop == null ? [0, checkNumber('arange', 'stop', start)] : [start, stop];
  checkNumber('arange', 'start', from);
  checkNumber('arange', 'stop', to);
  if (checkNumber('arange', 'step', step) === 0) throw new ValueError('arange: step must not be 0.');
  const type = checkDType('arange', dtype ?? ([from, to, step].every(Number.isInteger) ? 'int32' : 'float32'));
  const data = allocate(type, Math.max(0, Math.ceil((to - from) / step)));
  for (let i = 0; i < data.length; i++) data[i] = from + i * step;
  return new Tensor(data, [data.length], type);
}

/** `num` numbers, by default 50, from start to stop, both included. */
export function linspace(start: number, stop: number, num = 50, dtype: DType = 'float32'): Tensor {
  checkNumber('linspace', 'start', start);
  checkNumber('linspace', 'stop', stop);
  const data = allocate(checkDType('linspace', dtype), checkInteger('linspace', 'num', num, 0));
  for (let i = 0; i < num; i++) data[i] = num === 1 ? start : start + ((stop - start) * i) / (num - 1);
  return new Tensor(data, [num], dtype);
}

/** A matrix [n, m] of zeros with ones on the diagonal, or on the k-th above it (below it where k is negative). */
export function eye(n: number, m: number | null = n, k = 0, dtype: DType = 'float32'): Tensor {
  const rows = checkInteger('eye', 'n', n, 0);
  const columns = checkInteger('eye', 'm', m ?? n, 0);
  checkInteger('eye', 'k', k, -Infinity);
  const result = filled('eye', [rows, columns], 0, dtype);
  for (let i = Math.max(0, -k); i < Math.min(rows, columns - k); i++) result.data[i * columns + i + k] = 1;
  return result;
}
