import { native } from '../runtime/addon.js';
import type { Graph, Node } from './graph.js';
import { liveNodes } from './layout.js';
import type { Sharding } from './op.js';
import { atOnce, type Parts } from './parts.js';
import { rewriting, type Laid, type Sharded } from './shard_rewrite.js';
import { divide, workOf } from './shard_rules.js';
import { divisionsOf, type Terms } from './shard_terms.js';

// Divides the batch of a program among threads: each runs its shard from the first instruction to the last and keeps what
// it computes in its own core's cache.

/** What the shards of a program do and hand out, in multiply-adds and elements. */
interface Tally {
  work: number;
  made: number;
  given: number;
}

/** The same program with what can be computed for a part of the batch alone inside `shards` nodes, where that pays. */
export function shard(laid: Laid): Laid {
  return atOnce(sharding(laid));
}

/** The same, a node at a time. */
export function* sharding(laid: Laid): Parts<Laid> {
  // Neither for a GPU nor where layers lie on several devices or swap.
  if (native().about().device !== 'cpu' || laid.graph.nodes.some(({ placement: { device, swaps } }) => device || swaps))
    return laid;
  const batched = batchedInputs(laid.graph);
  if (batched.length === 0) return laid;
  const [first] = batched[0].outputs;
  const updates = laid.graph.nodes.some((n) => n.op.updates);
  for (const { shards, terms } of divisionsOf(first.shape[batchAxis(first.node)], updates)) {
    const divided = yield* shardingInto(laid, shards, terms);
    if (divided) return divided;
  }
  return laid;
}

/**
 * The program with its batch in so many shards; null where that is not worth it or not possible, and `laid` is as it was.
 * What needs a sum over the batch (batch normalization) goes on in a further `shards` node behind that sum.
 */
export function* shardingInto(laid: Laid, shards: number, terms: Terms): Parts<Laid | null> {
  const restore = remember(laid.graph);
  const tally: Tally = { work: 0, made: 0, given: 0 };
  let found: Sharded = { ...laid, parts: new Map(), goesOn: true };
  while (found.goesOn) {
    const next: Sharded | null = yield* pass(found, shards, tally, terms);
    if (!next) break;
    found = next;
  }
  if (tally.made > 0 && tally.work >= terms.least && tally.given + joined(found) <= tally.made * terms.share)
    return found;
  restore();
  return null;
}

/** One more `shards` node; null where nothing is left for one. */
function* pass(laid: Sharded, shards: number, tally: Tally, terms: Terms): Parts<Sharded | null> {
  const { graph, outputs, parts } = laid;
  const seeds = [
    ...batchedInputs(graph).map((n) => [n.outputs[0], batchAxis(n)] as const),
    ...[...parts].map(([whole, { axis }]) => [whole, axis] as const),
  ];
  const needed = liveNodes(graph, outputs);
  const live = graph.nodes.filter((n) => needed.has(n));
  yield;
  const division = divide(live, seeds, shards);
  yield;
  const works = [...division.nodes].map(([node, rule]) => workOf(node, rule));
  const work = works.reduce((a, b) => a + b, 0);
  if (works.length === 0 || work < terms.leastPass) return null;
  if (![...division.nodes].every(([node, rule]) => suits(node, rule, terms))) return null;
  if (terms.pairs && ![...division.nodes.values()].some((rule) => rule.pairs)) return null;
  const result = yield* rewriting(laid, live, seeds, division, shards);
  if (!result) return null;
  tally.work += work;
  for (const node of division.nodes.keys()) tally.made += node.outputs.reduce((n, o) => n + o.size, 0);
  tally.given += result.summed * shards;
  return result;
}

/** Whether a node may go into shards on these terms. */
function suits(node: Node, rule: Sharding, { weights, loops, sparse, pairs }: Terms): boolean {
  if ((!loops && node.bodies.length > 0) || (!sparse && rule.sparse) || (pairs && rule.pairs === false)) return false;
  return rule.work === undefined || node.inputs.every((x, i) => !x || rule.inputs[i] !== null || x.size <= weights);
}

/** Elements of divided values that are put together for a node outside. (In front, the batch is together as it is.) */
function joined({ graph, outputs, parts }: Sharded): number {
  const needed = liveNodes(graph, outputs);
  const read = new Set(outputs);
  for (const node of graph.nodes) if (needed.has(node)) for (const x of node.inputs) if (x) read.add(x);
  let elements = 0;
  for (const [whole, { axis }] of parts) if (axis !== 0 && read.has(whole)) elements += whole.size;
  return elements;
}

/** Takes back what is done to a graph. */
function remember(graph: Graph): () => void {
  const nodes = graph.nodes.map((node) => ({ node, inputs: node.inputs }));
  const { outputs } = graph;
  return () => {
    graph.nodes.splice(0, Infinity, ...nodes.map(({ node }) => node));
    for (const { node, inputs } of nodes) node.inputs = inputs;
    graph.outputs = outputs;
  };
}

/** Inputs that are fed row by row, as a whole. */
function batchedInputs(graph: Graph): Node[] {
  return graph.nodes.filter((n) => n.source?.kind === 'input' && n.source.batched && !n.source.shards);
}

function batchAxis(node: Node): number {
  return (node.source as { perm: readonly number[] }).perm.indexOf(0);
}
