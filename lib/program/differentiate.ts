import type { Node } from './graph.js';
import { SymbolicTensor } from './graph.js';
import { atOnce, type Parts } from './parts.js';
import { placed } from './placement.js';
import { isFloating } from './types.js';

type Add = (a: SymbolicTensor, b: SymbolicTensor) => SymbolicTensor;

/**
 * Reverse-mode differentiation: adds the nodes that compute d(sum of output·seed)/d(wrt) to the current graph.
 * Gradients of one symbol are added in the order in which its users were made last to first.
 *
 * @param add Adds two symbols (an op, hence given by lib/ops).
 * @param among Nodes to look at, in the order of their making; default all of the graph.
 * @returns One entry per `wrt`, null where no output depends on it.
 */
export function differentiate(
  outputs: readonly SymbolicTensor[],
  seeds: readonly SymbolicTensor[],
  wrt: readonly SymbolicTensor[],
  add: Add,
  among?: readonly Node[],
): (SymbolicTensor | null)[] {
  return atOnce(differentiating(outputs, seeds, wrt, add, among));
}

/** The same, a node at a time. */
export function* differentiating(
  outputs: readonly SymbolicTensor[],
  seeds: readonly SymbolicTensor[],
  wrt: readonly SymbolicTensor[],
  add: Add,
  among?: readonly Node[],
): Parts<(SymbolicTensor | null)[]> {
  const graph = outputs[0]?.graph;
  if (!graph) return wrt.map(() => null);
  const nodes = among ?? graph.nodes.slice();
  const wanted = dependents(nodes, wrt);
  const grads = new Map<SymbolicTensor, SymbolicTensor>();
  const accumulate = (symbol: SymbolicTensor, grad: SymbolicTensor) => {
    const known = grads.get(symbol);
    grads.set(symbol, known ? add(known, grad) : grad);
  };
  outputs.forEach((output, i) => accumulate(output, seeds[i]));
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    if (node.source || !node.op.grad || !node.outputs.some((o) => wanted.has(o))) continue;
    const own = node.outputs.map((o) => grads.get(o) ?? null);
    if (own.every((g) => g === null)) continue;
    const needs = node.inputs.map((x) => x !== null && wanted.has(x) && isFloating(x.dtype));
    if (!needs.includes(true)) continue;
    const { op, inputs, outputs, attrs, bodies } = node;
    placed({ device: node.placement.device, backward: true }, () => {
      const parts = op.grad?.({ inputs, outputs, attrs, grads: own, needs, bodies });
      parts?.forEach((part, k) => {
        const input = inputs[k];
        if (part && input && needs[k]) accumulate(input, part);
      });
    });
    yield;
  }
  return wrt.map((symbol) => grads.get(symbol) ?? null);
}

/** Everything that is computed from one of the symbols, and the symbols themselves. */
function dependents(nodes: readonly Node[], symbols: readonly SymbolicTensor[]): Set<SymbolicTensor> {
  const found = new Set(symbols);
  for (const node of nodes) {
    if (node.inputs.some((x) => x !== null && found.has(x))) node.outputs.forEach((o) => found.add(o));
  }
  return found;
}
