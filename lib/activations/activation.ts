import type { Operand } from '../program/apply.js';
import type { TensorBase } from '../program/tensor.js';

/**
 * A function of one tensor; `fused` is its name among the activations that a kernel applies as it stores a result,
 * `inCells` among those that the recurrent kernels know beside these.
 */
export interface Activation {
  (x: Operand): TensorBase;
  readonly fused?: string;
  readonly inCells?: string;
}

/** Marks a function as the fused activation of that name (lib/ops/fused_activation.ts). */
export function fusable<F extends (x: Operand) => TensorBase>(name: string, fn: F): F & { readonly fused: string } {
  return Object.assign(fn, { fused: name });
}

/** Marks a function whose slope needs its input as the recurrent kernels' activation of that name. */
export function fusableInCells<F extends (x: Operand) => TensorBase>(
  name: string,
  fn: F,
): F & { readonly inCells: string } {
  return Object.assign(fn, { inCells: name });
}
