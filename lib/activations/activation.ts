import type { Operand } from '../program/apply.js';
import type { TensorBase } from '../program/tensor.js';

/** A function of one tensor; `fused` is its name among the activations that a kernel applies as it stores a result. */
export interface Activation {
  (x: Operand): TensorBase;
  readonly fused?: string;
}

/** Marks a function as the fused activation of that name (lib/ops/fused_activation.ts). */
export function fusable<F extends (x: Operand) => TensorBase>(name: string, fn: F): F & { readonly fused: string } {
  return Object.assign(fn, { fused: name });
}
