import { native } from '../runtime/addon.js';
import { Graph, type Node, type SymbolicTensor } from './graph.js';
import { liveNodes } from './layout.js';
import type { Attrs, Op } from './op.js';
import { atOnce, type Parts } from './parts.js';
import { Block } from './shard_block.js';
import { divide, largestOf, workOf, type Division } from './shard_rules.js';
import { addNode, divided, inverse, reshapeOp, totalOp, transposeOp } from './structural.js';
import type { Spec } from './types.js';

// Divides the batch of a program among threads: each runs its shard from the first instruction to the last and keeps what
// it computes in its own core's cache.

// Samples that fill a vector of the widest instruction set, and those of a shard that need no further division.
const VECTOR = 16;
const GOOD_ROWS = 32;
const MOST_SHARDS = 8;
// How many more vectors a division may take.
const SPARE = 1.15;
// Multiply-adds below which threads cost more than they bring, and those of an instruction that can use several
// (kWorthThreads in native/cpu/gemm/blocks.h).
const LEAST_WORK = 1e6;
const WORTH_THREADS = 16e6;
// Elements that shards may hand out of those that they compute.
const HANDED_SHARE = 1 / 4;

interface Laid {
  readonly graph: Graph;
  readonly outputs: SymbolicTensor[];
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

/**
 * Into how many shards a batch may be divided, the best first: a matter of its size alone, so that bits do not depend on
 * the threads.
 */
function divisionsOf(rows: number): number[] {
  const vectors = (n: number) => Math.ceil(n / VECTOR);
  const possible: number[] = [];
  for (let shards = 2; shards <= MOST_SHARDS && rows % shards === 0; shards *= 2) {
    const own = rows / shards;
    if (shards > 2 && own < GOOD_ROWS) break;
    if (shards * vectors(own) <= SPARE * vectors(rows)) possible.unshift(shards);
  }
  return possible;
}

/** The same program with what can be computed for a part of the batch alone inside one `shards` node, where that pays. */
export function shard(laid: Laid): Laid {
  return atOnce(sharding(laid));
}

/** The same, a node at a time. */
export function* sharding(laid: Laid): Parts<Laid> {
  if (native().about().device !== 'cpu') return laid;
  const batched = batchedInputs(laid.graph);
  if (batched.length === 0) return laid;
  const [first] = batched[0].outputs;
  for (const shards of divisionsOf(first.shape[batchAxis(first.node)])) {
    const divided = yield* shardingInto(laid, shards, pays);
    if (divided) return divided;
  }
  return laid;
}

/** The program with its batch in so many shards; null where the division is not worth it or not possible. */
export function* shardingInto({ graph, outputs }: Laid, shards: number, worth: typeof pays): Parts<Laid | null> {
  const seeds = batchedInputs(graph).map((n) => [n.outputs[0], batchAxis(n)] as const);
  const needed = liveNodes(graph, outputs);
  const live = graph.nodes.filter((n) => needed.has(n));
  yield;
  const division = divide(live, seeds, shards);
  yield;
  const before = uniformBefore(division);
  const handed = readOutside(live, outputs, division);
  if (!worth(division, handed, shards) || readsWhatChanged(live, division, before)) return null;
  return yield* new Rewriting(graph, shards, division).run(live, outputs, before, handed);
}

function batchedInputs(graph: Graph): Node[] {
  return graph.nodes.filter((n) => n.source?.kind === 'input' && n.source.batched);
}

function batchAxis(node: Node): number {
  return (node.source as { perm: readonly number[] }).perm.indexOf(0);
}

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

function pays({ nodes, axes }: Division, handed: ReadonlySet<SymbolicTensor>, shards: number): boolean {
  let [total, made, given] = [0, 0, 0];
  for (const [node, rule] of nodes) {
    total += workOf(node, rule);
    made += node.outputs.reduce((n, o) => n + o.size, 0);
  }
  for (const s of handed) {
    const axis = axes.get(s);
    if (axis !== 0) given += typeof axis === 'number' ? s.size : s.size * shards;
  }
  return total >= LEAST_WORK && given <= made * HANDED_SHARE;
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

class Rewriting {
  private readonly block: Block;
  private readonly stacked: { outer: SymbolicTensor; inner: SymbolicTensor }[] = [];
  private readonly constants: { outer: SymbolicTensor; inner: SymbolicTensor }[] = [];

  constructor(
    private readonly graph: Graph,
    private readonly shards: number,
    private readonly division: Division,
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
    before: ReadonlySet<Node>,
    handed: ReadonlySet<SymbolicTensor>,
  ): Parts<Laid> {
    const { graph, block, division } = this;
    const known = graph.nodes.length;
    const read = new Set([...division.nodes.keys()].flatMap((n) => n.inputs));
    for (const [symbol, axis] of division.axes)
      if (symbol.node.source && read.has(symbol)) this.input(symbol, axis as number);
    for (const [node, rule] of division.nodes) {
      block.add(node, rule);
      yield;
    }
    const own = [...handed].map((s) => this.handedOut(s));
    block.graph.outputs = own;
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
    const instead = new Map([...handed].map((s, i) => [s, this.whole(s, results[i])]));
    const fresh = graph.nodes.splice(known);
    const rest = live.filter((n) => !division.nodes.has(n) && !before.has(n) && !n.source);
    const sources = graph.nodes.filter((n) => n.source);
    graph.nodes.splice(0, Infinity, ...sources, ...live.filter((n) => before.has(n)), ...fresh, ...rest);
    graph.replace(instead);
    return { graph, outputs: outputs.map((o) => instead.get(o) ?? o) };
  }

  private input(symbol: SymbolicTensor, axis: number): void {
    const block = divided(symbol.shape, axis, this.shards);
    const outer = this.graph.shardedInput(symbol, block, this.shards);
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

  /** A shard's part of a result as it leaves: with the divided axis in front, where the parts then lie one behind the other. */
  private handedOut(s: SymbolicTensor): SymbolicTensor {
    const axis = this.division.axes.get(s);
    const own = this.block.of(s);
    return typeof axis === 'number' ? inOrder(this.block.graph, own, toFront(own, axis)) : own;
  }

  /** The whole of the shards' parts. */
  private whole(s: SymbolicTensor, parts: SymbolicTensor): SymbolicTensor {
    const axis = this.division.axes.get(s) as number | 'sum' | 'mean';
    if (typeof axis === 'string') {
      const attrs = { kind: axis, axes: [0], keepDims: false };
      return this.graph.add(totalOp, [parts], attrs, totalOp.infer([parts], attrs)).outputs[0];
    }
    const perm = toFront(s, axis);
    const joined = addNode(this.graph, reshapeOp, parts, { shape: perm.map((p) => s.shape[p]) });
    return inOrder(this.graph, joined, inverse(perm));
  }
}

function inOrder(graph: Graph, x: SymbolicTensor, perm: readonly number[]): SymbolicTensor {
  return perm.every((p, i) => p === i) ? x : addNode(graph, transposeOp, x, { perm });
}

function toFront({ shape }: Spec, axis: number): number[] {
  return [axis, ...shape.map((_, i) => i).filter((i) => i !== axis)];
}
