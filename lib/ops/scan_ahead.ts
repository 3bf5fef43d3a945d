import { applyAll } from '../program/apply.js';
import { within, type Graph, type Node, type SymbolicTensor } from '../program/graph.js';
import { liveNodes } from '../program/layout.js';

// What no state enters need not wait for its step. A product of the slice of an input becomes one large product in
// front of the loop, and what is the same at every step (a dropout mask, part of a weight) is computed once.

/** How a symbol of the body changes from step to step without the states: with its slice, or not at all. */
type Kind = 'stacked' | 'fixed';

/**
 * Moves such nodes out of a scan's body, which then reads their results.
 *
 * @param body Inputs: slices of `sequences`, `states` states, then what it captured. Changed in place.
 * @param sequences Symbols of the graph around, with the steps along axis 0.
 * @returns The sequences whose slices the body reads now.
 */
export function moveAhead(body: Graph, outer: Graph, sequences: SymbolicTensor[], states: number): SymbolicTensor[] {
  const live = liveNodes(body, body.outputs);
  // Gradient rules of a node's own, and loops within, refer to symbols of this body as it is.
  if ([...live].some((node) => node.bodies.length > 0 || node.op.name === 'customGradient')) return sequences;
  const kinds = kindsOf(body, live, sequences.length, states);
  const moved = nodesToMove(body, live, kinds);
  if (moved.size === 0) return sequences;

  const values = new Map<SymbolicTensor, SymbolicTensor>(
    sequences.map((sequence, i) => [body.inputs[i], sequence] as const),
  );
  for (const [symbol, inner] of body.captured) values.set(inner, outer.own(symbol));
  const valueOf = (s: SymbolicTensor) =>
    values.get(s) ?? outer.constant((s.node.source as { value: Parameters<Graph['constant']>[0] }).value);
  within(outer, () => {
    for (const node of moved) {
      const { op, attrs, inputs, outputs } = node;
      const operands = inputs.map((x) => x && valueOf(x));
      const ahead = kinds.get(outputs[0]) === 'stacked' ? op.allSteps : undefined;
      const results = ahead ? ahead.call(op, operands, attrs) : applyAll(op, operands, attrs);
      outputs.forEach((o, i) => values.set(o, results[i] as SymbolicTensor));
    }
  });

  const wanted = [...live].filter((node) => !moved.has(node)).flatMap((node) => node.inputs);
  const border = [...moved]
    .flatMap((node) => node.outputs)
    .filter((s) => wanted.includes(s) || body.outputs.includes(s));
  const further = border.filter((s) => kinds.get(s) === 'stacked');
  const slices = body.inputs.slice(0, sequences.length);
  const carried = body.inputs.slice(sequences.length, sequences.length + states);
  const newSlices = further.map((s) => body.input(s, false));
  const instead = new Map(border.map((s) => [s, newSlices[further.indexOf(s)] ?? body.own(valueOf(s))]));
  body.replace(instead);

  const read = new Set([...liveNodes(body, body.outputs)].flatMap((node) => node.inputs).concat(body.outputs));
  const stacked = [...slices, ...newSlices].filter((s) => read.has(s));
  const fixed = body.inputs.filter((s) => !slices.includes(s) && !newSlices.includes(s) && !carried.includes(s));
  body.inputs.splice(0, body.inputs.length, ...stacked, ...carried, ...fixed.filter((s) => read.has(s)));
  const all = [...sequences, ...further.map(valueOf)];
  return stacked.map((s) => all[[...slices, ...newSlices].indexOf(s)]);
}

function kindsOf(body: Graph, live: Set<Node>, stacked: number, states: number): Map<SymbolicTensor, Kind> {
  const kinds = new Map<SymbolicTensor, Kind>();
  body.inputs.forEach((s, i) => {
    if (i < stacked) kinds.set(s, 'stacked');
    else if (i >= stacked + states) kinds.set(s, 'fixed');
  });
  for (const node of body.nodes) {
    const { source, op, inputs, outputs } = node;
    if (source?.kind === 'constant') kinds.set(outputs[0], 'fixed');
    if (source || !live.has(node) || op.updates || inputs.length === 0) continue;
    const operands = inputs.map((x) => x && kinds.get(x));
    if (operands.some((kind) => kind === undefined)) continue;
    const steps = operands.map((kind) => kind === 'stacked');
    if (!steps.includes(true)) outputs.forEach((o) => kinds.set(o, 'fixed'));
    else if (op.allSteps ? steps.indexOf(true) === 0 && steps.lastIndexOf(true) === 0 : spreads(node, steps))
      outputs.forEach((o) => kinds.set(o, 'stacked'));
  }
  return kinds;
}

/** A pointwise op broadcasts from the right, so that operands of full rank may have one axis more in front. */
function spreads({ op, inputs, outputs }: Node, stacked: readonly boolean[]): boolean {
  const { rank } = outputs[0];
  return op.pointwise !== undefined && inputs.every((x, i) => !stacked[i] || x!.rank === rank);
}

/** Products of slices with what leads to them, and all that is fixed; in the order of their making. */
function nodesToMove(body: Graph, live: Set<Node>, kinds: Map<SymbolicTensor, Kind>): Set<Node> {
  const chosen = new Set<Node>();
  const choose = (node: Node) => {
    if (node.source || chosen.has(node)) return;
    chosen.add(node);
    for (const x of node.inputs) if (x) choose(x.node);
  };
  for (const node of live) {
    const kind = node.outputs[0] && kinds.get(node.outputs[0]);
    if (kind === 'fixed' || (kind === 'stacked' && node.op.allSteps)) choose(node);
  }
  return new Set(body.nodes.filter((node) => chosen.has(node)));
}
