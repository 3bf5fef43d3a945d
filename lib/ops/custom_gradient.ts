import { applyAll } from '../program/apply.js';
import type { SymbolicTensor } from '../program/graph.js';
import type { Attrs, Op } from '../program/op.js';
import type { TensorBase } from '../program/tensor.js';
import type { Spec } from '../program/types.js';

/** From the gradients of the results (null where nothing depends on one) to those of the inputs. */
export type GradientRule = (grads: readonly (SymbolicTensor | null)[]) => readonly (TensorBase | null)[];

/**
 * An op whose results are its first inputs, as they are, with a gradient rule in the place of that of their making. No
 * instruction: the new symbols are the old values.
 */
export function relabel<A extends Attrs>(name: string, results: number, grad: NonNullable<Op<A>['grad']>): Op<A> {
  return {
    name,
    alias: true,
    infer: (all) => all.slice(0, results) as Spec[],
    grad,
  };
}

/**
 * Results that were computed from the inputs already, and that the differentiation does not look behind.
 *
 * @param rule Called while the gradient is traced; one entry per input.
 */
export function withGradient(
  results: readonly SymbolicTensor[],
  inputs: readonly SymbolicTensor[],
  rule: GradientRule,
): SymbolicTensor[] {
  const op = relabel('customGradient', results.length, ({ grads, needs }) => {
    const found = rule(grads) as readonly (SymbolicTensor | null)[];
    return [...results.map(() => null), ...found.map((g, i) => (needs[results.length + i] ? g : null))];
  });
  return applyAll(op, [...results, ...inputs], {}) as SymbolicTensor[];
}
