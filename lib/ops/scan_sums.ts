import type { Graph, Node, SymbolicTensor } from '../program/graph.js';
import { reshapeOp } from '../program/structural.js';
import type { TensorBase } from '../program/tensor.js';
import { add } from './arithmetic.js';
import { reshape } from './shape.js';

// The gradient of what a scan's body reads at every step is a sum over the steps. Where a term of it is a product or a
// reduction, its operands are kept and the whole sum is computed once behind the loop: one large product instead of
// many small ones that each read and write the sum.

/** A term that is summed behind the loop: the operands to stack, and the sum from them. */
export interface LateSum {
  readonly operands: readonly SymbolicTensor[];
  total(stacked: readonly TensorBase[]): TensorBase;
}

/** Splits a gradient into terms to sum behind the loop and a rest (or null) that is summed step by step. */
export function splitSum(back: Graph, part: SymbolicTensor): { late: LateSum[]; rest: SymbolicTensor | null } {
  const late: LateSum[] = [];
  const rest: SymbolicTensor[] = [];
  for (const term of terms(part)) {
    const found = lateSum(back, term);
    if (found) late.push(found);
    else rest.push(term);
  }
  return { late, rest: rest.length > 0 ? rest.reduce((a, b) => add(a, b) as SymbolicTensor) : null };
}

function terms(symbol: SymbolicTensor): SymbolicTensor[] {
  const { op, inputs } = symbol.node;
  if (op.pointwise !== 'add' || !inputs.every((x) => x!.rank === symbol.rank && x!.size === symbol.size))
    return [symbol];
  return inputs.flatMap((x) => terms(x as SymbolicTensor));
}

function lateSum(back: Graph, term: SymbolicTensor): LateSum | null {
  const { op, inputs, attrs } = term.node;
  if (op === reshapeOp) {
    const inner = lateSum(back, inputs[0] as SymbolicTensor);
    return inner && { operands: inner.operands, total: (stacked) => reshape(inner.total(stacked), term.shape) };
  }
  const rule = op.sumOverSteps;
  if (!rule || (attrs.kind !== undefined && attrs.kind !== 'sum' && attrs.kind !== 'mean')) return null;
  const needed = op.sumOperands ? op.sumOperands(term.index) : inputs.keys();
  if (!needed) return null;
  // Anything but a weight changes from step to step: a constant operand has no stacked form.
  const operands = [...needed].map((i) => inputs[i] as SymbolicTensor);
  if (operands.some((x) => x.graph !== back || x.node.source?.kind === 'constant')) return null;
  const total = (stacked: readonly TensorBase[]) => {
    // Several results of one node are one instruction behind the loop, too.
    const results = totals.get(term.node) ?? rule.call(op, stacked, attrs);
    totals.set(term.node, results);
    return results[term.index];
  };
  return { operands, total };
}

const totals = new WeakMap<Node, readonly TensorBase[]>();
