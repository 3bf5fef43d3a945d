import type { Node, SymbolicTensor } from './graph.js';
import type { ShardContext, Sharding } from './op.js';
import { divided } from './structural.js';
import { MAX_RANK, type Spec } from './types.js';

// Which values of a graph have the batch as one of their axes, and can be computed a part of it at a time.

/** What was found: the nodes that shards of the batch can run by themselves, with how. */
export interface Division {
  readonly nodes: ReadonlyMap<Node, Sharding>;
  /** The divided axis of a value, or how the shards' results make it up. */
  readonly axes: ReadonlyMap<SymbolicTensor, number | 'sum' | 'mean'>;
  /** Values that more than one shard's part goes into, by nodes outside. */
  readonly joined: ReadonlySet<SymbolicTensor>;
}

/**
 * Follows the batch from where it enters through the nodes.
 *
 * @param nodes In topological order.
 * @param seeds Values that are divided, and along which axis.
 */
export function divide(
  nodes: Iterable<Node>,
  seeds: Iterable<readonly [SymbolicTensor, number]>,
  shards: number,
): Division {
  const axes = new Map<SymbolicTensor, number | 'sum' | 'mean'>(seeds);
  const joined = new Set<SymbolicTensor>();
  const found = new Map<Node, Sharding>();
  for (const node of nodes) {
    if (node.source) continue;
    if (node.op.name === 'add' && node.inputs.every((x) => x && axes.get(x) === 'sum')) {
      found.set(node, SUM_OF_SUMS);
      axes.set(node.outputs[0], 'sum');
      continue;
    }
    const outside = node.inputs.some((x) => x && (joined.has(x) || typeof axes.get(x) === 'string'));
    const touched = outside || node.inputs.some((x) => x && axes.has(x));
    if (!touched) continue;
    const rule = outside || node.op.updates ? null : ruleOf(node, axes, shards);
    if (!rule) {
      for (const o of node.outputs) joined.add(o);
      continue;
    }
    found.set(node, rule);
    node.outputs.forEach((o, i) => axes.set(o, rule.outputs[i]));
  }
  return { nodes: found, axes, joined };
}

const SUM_OF_SUMS: Sharding = { inputs: [null, null], outputs: ['sum'] };

function ruleOf(
  node: Node,
  known: ReadonlyMap<SymbolicTensor, number | 'sum' | 'mean'>,
  shards: number,
): Sharding | null {
  const axes = node.inputs.map((x) => (x && (known.get(x) as number | undefined)) ?? null);
  const { inputs, outputs, attrs, bodies } = node;
  // Stacked by shards a value has an axis more.
  if ([...inputs, ...outputs].some((x) => x && x.rank >= MAX_RANK)) return null;
  const context: ShardContext<any> = { inputs, outputs, attrs, bodies, axes, shards };
  const rule = node.op.shard ? node.op.shard(context) : node.op.pointwise !== undefined ? pointwise(context) : null;
  const fits = rule?.inputs.every((wanted, i) => {
    const x = inputs[i];
    if (!x) return true;
    if (axes[i] !== null) return axes[i] === wanted;
    return wanted === null || x.shape[wanted] % shards === 0;
  });
  return fits ? rule : null;
}

/** Multiply-adds of a node, or elements where it multiplies nothing. */
export function workOf(node: Node, rule: Sharding): number {
  return rule.work ?? node.outputs.reduce((n, o) => n + o.size, 0);
}

/** The same of its largest instruction. */
export function largestOf(node: Node, rule: Sharding): number {
  return rule.largest ?? workOf(node, rule);
}

/** Operands broadcast from the right; those of size 1 along the divided axis are everybody's. */
function pointwise({ inputs, outputs: [out], attrs, axes, shards }: ShardContext<{ shape?: number[] }>): Sharding {
  const rank = out.shape.length;
  const first = axes.findIndex((a) => a !== null);
  const at = (axes[first] as number) + rank - (inputs[first] as Spec).shape.length;
  return {
    inputs: inputs.map((x) => axisUnder(x as Spec, at, rank)),
    outputs: [at],
    attrs: attrs.shape && { ...attrs, shape: divided(attrs.shape, at, shards) },
  };
}

/** The axis of a pointwise operand that lies under axis `at` of a result of this rank; null: it is broadcast there. */
export function axisUnder({ shape }: Spec, at: number, rank: number): number | null {
  const axis = at - rank + shape.length;
  return axis < 0 || shape[axis] === 1 ? null : axis;
}

/** A rule for sequence ops: the batch is the last axis of every operand, but of the weights. */
export function alongLastAxis<A>(
  weights: readonly number[],
  outputs: readonly (number | 'sum')[],
  work: (context: ShardContext<A>) => number,
): (context: ShardContext<A>) => Sharding {
  return (context) => ({
    inputs: context.inputs.map((x, i) => (x && !weights.includes(i) ? x.shape.length - 1 : null)),
    outputs,
    work: work(context),
  });
}
