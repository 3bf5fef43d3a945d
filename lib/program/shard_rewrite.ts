import { Graph, type Node, type SymbolicTensor } from './graph.js';
import type { Attrs, Op } from './op.js';
import type { Parts } from './parts.js';
import { Block } from './shard_block.js';
import { largestOf, type Division } from './shard_rules.js';
import { addNode, divided, reshapeOp, totalOp, transposeOp } from './structural.js';
import type { Spec } from './types.js';

// What becomes of a graph whose batch is divided.

// Multiply-adds of an instruction that can use several threads (kWorthThreads in native/cpu/gemm/blocks.h).
const WORTH_THREADS = 16e6;

export interface Laid {
  readonly graph: Graph;
  readonly outputs: SymbolicTensor[];
}

/** A value as shards made it: [shards, …block], divided along this axis of the whole. */
interface Part {
  readonly stacked: SymbolicTensor;
  readonly axis: number;
}

export interface Sharded extends Laid {
  /** Of the values that shards handed out, by the symbol of the whole. */
  readonly parts: ReadonlyMap<SymbolicTensor, Part>;
  /** Whether a node outside reads a divided value. */
  readonly goesOn: boolean;
}

interface ShardsAttrs extends Record<string, number> {
  shards: number;
  stacked: number;
  constants: number;
  states: number;
  /** Whether an instruction in a shard can use several threads by itself. */
  threaded: number;
}

const shardsOp: Op<ShardsAttrs> = {
  name: 'shards',
  infer: (_, { shards }, bodies) =>
    (bodies as readonly Graph[])[0].outputs.map(({ shape, dtype }) => ({ shape: [shards, ...shape], dtype })),
};

/** The nodes without the batch's data that the divided ones depend on. */
function uniformBefore({ nodes }: Division): Set<Node> {
  const before = new Set<Node>();
  const visit = (node: Node) => {
    if (nodes.has(node) || node.source || before.has(node)) return;
    before.add(node);
    for (const x of node.inputs) if (x) visit(x.node);
  };
  for (const node of nodes.keys()) for (const x of node.inputs) if (x) visit(x.node);
  return before;
}

/** Divided values that something outside reads. */
function readOutside(
  live: readonly Node[],
  outputs: readonly SymbolicTensor[],
  { nodes }: Division,
): Set<SymbolicTensor> {
  const read = new Set<SymbolicTensor>();
  for (const node of live) if (!nodes.has(node)) for (const x of node.inputs) if (x && nodes.has(x.node)) read.add(x);
  for (const o of outputs) if (nodes.has(o.node)) read.add(o);
  return read;
}

/** Whether a node that would move to the front reads a variable which is updated in front of it. */
function readsWhatChanged(live: readonly Node[], { nodes }: Division, before: ReadonlySet<Node>): boolean {
  const changed = new Set<SymbolicTensor>();
  for (const node of live) {
    if ((nodes.has(node) || before.has(node)) && node.inputs.some((x) => x && changed.has(x))) return true;
    node.op.updates?.forEach((k, i) => changed.add(node.inputs[k] as SymbolicTensor).add(node.outputs[i]));
  }
  return false;
}

/** Moves the divided nodes into one `shards` node. Null where one would read a variable that was written before. */
export function* rewriting(
  { graph, outputs, parts }: Sharded,
  live: readonly Node[],
  seeds: Iterable<readonly [SymbolicTensor, number]>,
  division: Division,
  shards: number,
): Parts<(Sharded & { readonly summed: number }) | null> {
  const before = uniformBefore(division);
  if (readsWhatChanged(live, division, before)) return null;
  const handed = readOutside(live, outputs, division);
  const result = yield* new Rewriting(graph, shards, division, parts).run(live, outputs, seeds, before, handed);
  let summed = 0;
  for (const s of handed) if (typeof division.axes.get(s) === 'string') summed += s.size;
  return { ...result, summed };
}

class Rewriting {
  private readonly block: Block;
  private readonly stacked: { outer: SymbolicTensor; inner: SymbolicTensor }[] = [];
  private readonly constants: { outer: SymbolicTensor; inner: SymbolicTensor }[] = [];

  constructor(
    private readonly graph: Graph,
    private readonly shards: number,
    private readonly division: Division,
    private readonly parts: Sharded['parts'],
  ) {
    this.block = new Block(shards, {
      whole: (s) => this.operand(this.constants, s, s),
      part: (s, axis) =>
        this.operand(this.stacked, this.stack(s, axis), { shape: divided(s.shape, axis, shards), dtype: s.dtype }),
    });
  }

  *run(
    live: readonly Node[],
    outputs: readonly SymbolicTensor[],
    seeds: Iterable<readonly [SymbolicTensor, number]>,
    before: ReadonlySet<Node>,
    handed: ReadonlySet<SymbolicTensor>,
  ): Parts<Sharded> {
    const { graph, block, division } = this;
    const known = graph.nodes.length;
    const read = new Set([...division.nodes.keys()].flatMap((n) => n.inputs));
    for (const [symbol, axis] of seeds) if (read.has(symbol)) this.input(symbol, axis);
    for (const [node, rule] of division.nodes) {
      block.add(node, rule);
      yield;
    }
    block.graph.outputs = [...handed].map((s) => block.of(s));
    block.graph.inputs.splice(0, Infinity, ...[...this.stacked, ...this.constants].map((e) => e.inner));
    const attrs = {
      shards: this.shards,
      stacked: this.stacked.length,
      constants: this.constants.length,
      states: 0,
      threaded: Number(
        [...division.nodes].some(([node, rule]) => largestOf(node, rule) >= WORTH_THREADS * this.shards),
      ),
    };
    const operands = [...this.stacked, ...this.constants].map((e) => e.outer);
    const { outputs: results } = graph.add(shardsOp, operands, attrs, shardsOp.infer(operands, attrs, [block.graph]), [
      block.graph,
    ]);
    const parts = new Map(this.parts);
    const instead = new Map([...handed].map((s, i) => [s, this.whole(s, results[i], parts)]));
    const isPart = (x: SymbolicTensor) => typeof division.axes.get(x) === 'number';
    const goesOn = live.some((n) => !n.op.updates && !division.nodes.has(n) && n.inputs.some((x) => x && isPart(x)));
    const fresh = graph.nodes.splice(known);
    const rest = live.filter((n) => !division.nodes.has(n) && !before.has(n) && !n.source);
    const sources = graph.nodes.filter((n) => n.source);
    graph.nodes.splice(0, Infinity, ...sources, ...live.filter((n) => before.has(n)), ...fresh, ...rest);
    graph.replace(instead);
    return { graph, outputs: outputs.map((o) => instead.get(o) ?? o), parts, goesOn };
  }

  private input(symbol: SymbolicTensor, axis: number): void {
    const block = divided(symbol.shape, axis, this.shards);
    const outer = this.parts.get(symbol)?.stacked ?? this.graph.shardedInput(symbol, block, this.shards);
    this.block.set(symbol, this.operand(this.stacked, outer, { shape: block, dtype: symbol.dtype }));
  }

  private operand(list: { outer: SymbolicTensor; inner: SymbolicTensor }[], outer: SymbolicTensor, spec: Spec) {
    const inner = this.block.graph.input(spec, false);
    list.push({ outer, inner });
    return inner;
  }

  /** [shards, …block] of a whole value. */
  private stack(s: SymbolicTensor, axis: number): SymbolicTensor {
    const { op, attrs, inputs } = s.node as { op: Op; attrs: Attrs; inputs: Node['inputs'] };
    if (op.stacked) {
      const own = op.stacked(attrs, axis, this.shards);
      return this.graph.add(op, inputs, own, op.infer(inputs, own)).outputs[0];
    }
    const shape = [...s.shape.slice(0, axis), this.shards, s.shape[axis] / this.shards, ...s.shape.slice(axis + 1)];
    const perm = [axis, ...shape.map((_, i) => i).filter((i) => i !== axis)];
    return inOrder(this.graph, addNode(this.graph, reshapeOp, s, { shape }), perm);
  }

  /** The whole of the shards' parts, [shards, …block]. */
  private whole(s: SymbolicTensor, stacked: SymbolicTensor, known: Map<SymbolicTensor, Part>): SymbolicTensor {
    const axis = this.division.axes.get(s) as number | 'sum' | 'mean';
    if (typeof axis === 'string') {
      const attrs = { kind: axis, axes: [0], keepDims: false };
      return this.graph.add(totalOp, [stacked], attrs, totalOp.infer([stacked], attrs)).outputs[0];
    }
    const blockAxes = s.shape.map((_, i) => i + 1);
    const beside = inOrder(this.graph, stacked, [...blockAxes.slice(0, axis), 0, ...blockAxes.slice(axis)]);
    const joined = addNode(this.graph, reshapeOp, beside, { shape: s.shape });
    known.set(joined, { stacked, axis });
    return joined;
  }
}

function inOrder(graph: Graph, x: SymbolicTensor, perm: readonly number[]): SymbolicTensor {
  return perm.every((p, i) => p === i) ? x : addNode(graph, transposeOp, x, { perm });
}
