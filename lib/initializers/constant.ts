import { eye, full } from '../ops/create.js';
import { checkOptions, ShapeError } from '../program/errors.js';
import { tensor, type TensorLike } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import type { Initializer } from './initializer.js';

export const zeros = (): Initializer => (shape, dtype) => full(shape, 0, dtype);
export const ones = (): Initializer => (shape, dtype) => full(shape, 1, dtype);

/** A number everywhere, or the values of a tensor of the weight's shape. */
export function constant(options: { value?: TensorLike } = {}): Initializer {
  checkOptions('initializers.constant', options, ['value']);
  const { value = 0 } = options;
  return (shape, dtype) =>
    typeof value === 'number' ? full(shape, value, dtype) : tensor(value, undefined, dtype, 'initializers.constant');
}

/** `gain` on the diagonal of a matrix. */
export function identity(options: { gain?: number } = {}): Initializer {
  checkOptions('initializers.identity', options, ['gain']);
  const { gain = 1 } = options;
  return (shape, dtype) => {
    if (shape.length !== 2)
      throw new ShapeError(`initializers.identity: only for matrices, got shape ${showShape(shape)}.`);
    const result = eye(shape[0], shape[1], 0, dtype);
    for (let i = 0; i < result.data.length; i++) result.data[i] *= gain;
    return result;
  };
}
