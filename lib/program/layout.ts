import { Graph, type Node, type SymbolicTensor } from './graph.js';
import type { Attrs, Laid, LaidNode, LayoutContext, Op } from './op.js';
import { atOnce, type Parts } from './parts.js';
import { placed } from './placement.js';
import { addNode, inverse, reshapeOp, transposeOp } from './structural.js';
import { Tensor } from './tensor.js';

// Moves transposes through the graph until they cancel or reach an input, whose gather then writes the wanted
// order. Every value is carried as `transpose(base, perm)`; only a reader that needs the logical order pays for it.

/** Rewrites what the outputs and the updates need. `inputPerms` and `outputPerms` (scan bodies) fix the order at the border. */
export function layOut(
  graph: Graph,
  outputs: readonly SymbolicTensor[],
  inputPerms?: readonly (readonly number[])[],
  outputPerms?: readonly (readonly number[])[],
): { graph: Graph; outputs: SymbolicTensor[] } {
  return atOnce(layingOut(graph, outputs, inputPerms, outputPerms));
}

/** The same, a node at a time. */
export function layingOut(
  graph: Graph,
  outputs: readonly SymbolicTensor[],
  inputPerms?: readonly (readonly number[])[],
  outputPerms?: readonly (readonly number[])[],
): Parts<{ graph: Graph; outputs: SymbolicTensor[] }> {
  return new LayoutPass(graph, outputs).run(outputs, inputPerms, outputPerms);
}

/** Nodes that an output or an update depends on. */
export function liveNodes(graph: Graph, outputs: readonly SymbolicTensor[]): Set<Node> {
  const live = new Set<Node>();
  const needed = new Set<SymbolicTensor>(outputs);
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i];
    if (!node.op.updates && !node.outputs.some((o) => needed.has(o))) continue;
    live.add(node);
    for (const x of node.inputs) if (x) needed.add(x);
  }
  return live;
}

class LayoutPass {
  private readonly next: Graph;
  private readonly laid = new Map<SymbolicTensor, Laid>();
  private readonly ordered = new Map<SymbolicTensor, Map<string, SymbolicTensor>>();
  private readonly live: Set<Node>;

  constructor(
    private readonly graph: Graph,
    outputs: readonly SymbolicTensor[],
  ) {
    this.next = new Graph();
    this.live = liveNodes(graph, outputs);
  }

  *run(
    outputs: readonly SymbolicTensor[],
    inputPerms?: readonly (readonly number[])[],
    outputPerms?: readonly (readonly number[])[],
  ): Parts<{ graph: Graph; outputs: SymbolicTensor[] }> {
    this.next.fixedInputs = inputPerms !== undefined;
    // All inputs, dead ones too: their numbers are the caller's.
    this.graph.inputs.forEach((input, i) => {
      const perm = inputPerms?.[i] ?? input.shape.map((_, k) => k);
      const source = input.node.source as { batched: boolean };
      const base = this.next.input({ shape: perm.map((p) => input.shape[p]), dtype: input.dtype }, source.batched);
      this.laid.set(input, { base, perm: inverse(perm) });
    });
    for (const node of this.graph.nodes) {
      if (!this.live.has(node)) continue;
      placed(node.placement, () => this.visit(node));
      yield;
    }
    const results = outputs.map((o, i) => this.reorder(this.at(o), outputPerms?.[i] ?? o.shape.map((_, k) => k)));
    this.next.outputs = results;
    return { graph: this.next, outputs: results };
  }

  private visit(node: Node): void {
    const source = node.source;
    if (source) {
      if (source.kind === 'variable') this.set(node, [this.next.variable(source.variable)]);
      else if (source.kind === 'constant') this.set(node, [this.next.constant(source.value)]);
      return;
    }
    if (node.op === transposeOp) {
      const { base, perm } = this.at(node.inputs[0] as SymbolicTensor);
      this.laid.set(node.outputs[0], { base, perm: (node.attrs.perm as readonly number[]).map((p) => perm[p]) });
      return;
    }
    if (node.op.alias && !node.op.layout) {
      // The old values under new names, which mattered to the differentiation alone.
      node.outputs.forEach((o, i) => this.laid.set(o, this.at(node.inputs[i] as SymbolicTensor)));
      return;
    }
    const choice = this.choose(node) ?? {
      inputs: node.inputs.map((x) => x && this.plain(this.at(x))),
      attrs: node.attrs,
      perms: node.outputs.map((o) => o.shape.map((_, i) => i)),
      bodies: undefined,
    };
    this.build(node, choice);
  }

  private choose(node: Node): LaidNode | null {
    const rule = node.op.layout ?? (node.op.pointwise !== undefined ? pointwiseLayout : undefined);
    if (!rule) return null;
    const operands = node.op.pointwise !== undefined && !node.op.layout ? withoutBroadcasts(node) : node.inputs;
    const inputs = operands.map((x) => x && this.at(x));
    const context: LayoutContext<Attrs> = {
      inputs,
      attrs: node.attrs,
      outputs: node.outputs,
      bodies: node.bodies,
      plain: (i) => inputs[i] && this.plain(inputs[i]),
      laid: (i, perm) => inputs[i] && this.bring(inputs[i], perm),
    };
    return rule.call(node.op, context);
  }

  private build(node: Node, choice: LaidNode): void {
    const op = node.op as Op;
    const bodies = choice.bodies ?? node.bodies;
    const specs = node.op.infer(choice.inputs, choice.attrs, bodies);
    const { outputs } = this.next.add(op, choice.inputs, choice.attrs, specs, bodies);
    node.outputs.forEach((o, i) => this.laid.set(o, { base: outputs[i], perm: choice.perms[i] }));
  }

  private set(node: Node, symbols: readonly SymbolicTensor[]): void {
    node.outputs.forEach((o, i) => this.laid.set(o, { base: symbols[i], perm: o.shape.map((_, k) => k) }));
  }

  private at(symbol: SymbolicTensor): Laid {
    return this.laid.get(symbol) as Laid;
  }

  private plain(value: Laid): SymbolicTensor {
    return this.reorder(
      value,
      value.perm.map((_, i) => i),
    );
  }

  /** A base of full rank whose transpose by `perm` is the value; lower ranks are broadcast from the right. */
  private bring(value: Laid, perm: readonly number[]): SymbolicTensor {
    const rank = value.perm.length;
    if (rank === 0) return value.base;
    if (rank < perm.length) {
      const x = this.plain(value);
      const padded = addNode(this.next, reshapeOp, x, {
        shape: [...new Array<number>(perm.length - rank).fill(1), ...x.shape],
      });
      return this.reorder({ base: padded, perm: perm.map((_, i) => i) }, inverse(perm));
    }
    return this.reorder(value, inverse(perm));
  }

  /** The value with its axes in the given order: axis i of the result is axis order[i] of the value. */
  private reorder({ base, perm }: Laid, order: readonly number[]): SymbolicTensor {
    const axes = order.map((i) => perm[i]);
    if (axes.every((p, i) => p === i)) return base;
    const key = axes.join();
    let known = this.ordered.get(base);
    if (!known) this.ordered.set(base, (known = new Map()));
    let result = known.get(key);
    if (!result) {
      const long = axes.filter((p) => base.shape[p] !== 1);
      const constant = base.node.source?.kind === 'constant' ? base.node.source.value : undefined;
      if (constant?.data.every((v) => v === constant.data[0])) {
        result = this.next.constant(
          new Tensor(
            constant.data,
            axes.map((p) => base.shape[p]),
            base.dtype,
          ),
        );
      } else if (long.every((p, i) => i === 0 || p > long[i - 1])) {
        result = addNode(this.next, reshapeOp, base, { shape: axes.map((p) => base.shape[p]) });
      } else if (base.node.source?.kind === 'input' && !this.next.fixedInputs) {
        result = this.next.permutedInput(base, axes);
      } else {
        result = addNode(this.next, transposeOp, base, { perm: axes });
      }
      known.set(key, result);
    }
    return result;
  }
}

/** A program's input, which is written in any order at no cost. */
export function isFreeInput({ base }: Laid): boolean {
  return base.node.source?.kind === 'input' && !base.graph.fixedInputs;
}

/**
 * The operand whose order of axes the others should take, or undefined when that is the logical one. A program's input
 * is written in any order at no cost, so it leads only where there is nothing else.
 */
export function leaderOf(inputs: readonly (Laid | null)[]): Laid | undefined {
  const laid = inputs.filter((x): x is Laid => x !== null);
  const computed = laid.filter((x) => !isFreeInput(x) && x.base.node.source?.kind !== 'constant');
  return (computed.length > 0 ? computed : laid).find((x) => !x.perm.every((p, i) => p === i));
}

/** A pointwise op broadcasts by itself: an operand that was broadcast for it is read as it was before. */
function withoutBroadcasts(node: Node): readonly (SymbolicTensor | null)[] {
  const { shape } = node.outputs[0];
  const operands = [...(node.inputs as SymbolicTensor[])];
  operands.forEach((x, i) => {
    if (x.node.op.name !== 'broadcastTo') return;
    const covered = shape.every(
      (n, axis) => n === 1 || operands.some((o, k) => k !== i && o.shape[axis - shape.length + o.rank] === n),
    );
    if (covered) operands[i] = x.node.inputs[0] as SymbolicTensor;
  });
  return operands;
}

/** All operands follow the first one of full rank that is out of order. */
function pointwiseLayout({ inputs, attrs, outputs, laid, plain }: LayoutContext<Attrs>): LaidNode {
  const rank = outputs[0].shape.length;
  const leader = leaderOf(inputs.filter((x) => x?.perm.length === rank));
  if (!leader)
    return { inputs: inputs.map((_, i) => plain(i)), attrs, perms: outputs.map((o) => o.shape.map((_, i) => i)) };
  return { inputs: inputs.map((_, i) => laid(i, leader.perm)), attrs, perms: outputs.map(() => leader.perm) };
}
