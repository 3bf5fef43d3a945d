import type { TensorBase } from '../program/tensor.js';

/** What becomes of a weight after each update: a tensor to one of the same shape. */
export interface Constraint {
  (w: TensorBase): TensorBase;
  /** Of a built-in one: its name in this room and its options, for saving. */
  readonly className?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Tells a constraint where it comes from. */
export function described(
  className: string,
  config: Record<string, unknown>,
  fn: (w: TensorBase) => TensorBase,
): Constraint {
  return Object.assign(fn, { className, config });
}
