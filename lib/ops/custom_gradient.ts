import { applyAll } from '../program/apply.js';
import type { SymbolicTensor } from '../program/graph.js';
import type { Op } from '../program/op.js';
import type { TensorBase } from '../program/tensor.js';
import type { Spec } from '../program/types.js';

/** From the gradients of the results (null where nothing depends on one) to those of the inputs. */
export type GradientRule = (grads: readonly (SymbolicTensor | null)[]) => readonly (TensorBase | null)[];

/**
 * Results that were computed from the inputs already, with a gradient rule in the place of that of their making. No
 * instruction: the new symbols are the old values, and the differentiation does not look behind them.
 *
 * @param rule Called while the gradient is traced; one entry per input.
 */
export function withGradient(
  results: readonly SymbolicTensor[],
  inputs: readonly SymbolicTensor[],
  rule: GradientRule,
): SymbolicTensor[] {
  const op: Op = {
    name: 'customGradient',
    alias: true,
    infer: (all) => all.slice(0, results.length) as Spec[],
    grad: ({ grads, needs }) => {
      const found = rule(grads) as readonly (SymbolicTensor | null)[];
      return [...results.map(() => null), ...found.map((g, i) => (needs[results.length + i] ? g : null))];
    },
    // Behind the differentiation only the results matter.
    layout: ({ inputs: laid, attrs }) => {
      const own = laid.slice(0, results.length).map((x) => x!);
      return { inputs: own.map((x) => x.base), attrs, perms: own.map((x) => x.perm) };
    },
  };
  return applyAll(op, [...results, ...inputs], {}) as SymbolicTensor[];
}
