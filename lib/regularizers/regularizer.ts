import type { TensorBase } from '../program/tensor.js';

/** A penalty for a weight or for a layer's results: a tensor to a scalar that is added to the loss. */
export interface Regularizer {
  (x: TensorBase): TensorBase;
  /** Of a built-in one: its name in this room and its options, for saving. */
  readonly className?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Tells a regularizer where it comes from. */
export function described(
  className: string,
  config: Record<string, unknown>,
  fn: (x: TensorBase) => TensorBase,
): Regularizer {
  return Object.assign(fn, { className, config });
}
