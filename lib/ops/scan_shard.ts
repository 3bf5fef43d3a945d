import type { Graph, SymbolicTensor } from '../program/graph.js';
import type { ShardContext, Sharding } from '../program/op.js';
import { Block, isEven } from '../program/shard_block.js';
import { divide, largestOf, workOf, type Division } from '../program/shard_rules.js';
import { divided } from '../program/structural.js';
import { SeqnnError } from '../program/errors.js';
import type { ScanAttrs } from './scan.js';

// A loop for a part of the batch: its body again, at a shard's sizes.

/** The rule of `scan`: every value that its body carries from step to step must have the batch as an axis. */
export function shardScan({ axes, attrs, bodies: [body], shards, inputs }: ShardContext<ScanAttrs>): Sharding | null {
  const { steps, stacked, states, batched } = attrs;
  if (states !== batched) return null;
  // Inside the loop the batch is the last axis of the states.
  const inner = body.inputs.map((s, k) => {
    if (k >= stacked && k < stacked + states) return s.rank - 1;
    const axis = axes[k];
    return axis === null ? null : k < stacked ? axis - 1 : axis;
  });
  if (inner.some((axis) => axis !== null && axis < 0)) return null;
  const seeds = body.inputs.flatMap((s, k) => (inner[k] === null ? [] : [[s, inner[k]] as const]));
  const division = divide(body.nodes, seeds, shards);
  const outer = body.outputs.map((o) => division.axes.get(o));
  const whole = outer.every((axis, k) => (k < states ? axis === inner[stacked + k] : typeof axis === 'number'));
  if (!whole || division.joined.size > 0 || !closed(body, division)) return null;
  const works = [...division.nodes].map(([node, rule]) => workOf(node, rule));
  return {
    inputs: inputs.map((_, k) => (inner[k] === null ? null : k < stacked ? inner[k] + 1 : inner[k])),
    outputs: outer.map((axis, k) => (axis as number) + Number(k >= states)),
    bodies: [bodyOf(body, division, shards, inner)],
    work: steps * works.reduce((a, b) => a + b, 0),
    largest: Math.max(0, ...[...division.nodes].map(([node, rule]) => largestOf(node, rule))),
  };
}

/** Whether the divided nodes read nothing but each other, the body's inputs and constants. */
function closed(body: Graph, { nodes, axes }: Division): boolean {
  for (const [node, rule] of nodes) {
    const fine = node.inputs.every(
      (x, i) => !x || axes.has(x) || isEven(x) || (rule.inputs[i] === null && x.node.source !== undefined),
    );
    if (!fine) return false;
  }
  return body.outputs.every((o) => nodes.has(o.node) || o.node.source !== undefined);
}

function bodyOf(body: Graph, { nodes }: Division, shards: number, inner: readonly (number | null)[]): Graph {
  const own = new Map<SymbolicTensor, SymbolicTensor>();
  const block = new Block(shards, {
    whole: (s) => own.get(s) as SymbolicTensor,
    part: () => {
      throw new SeqnnError('scan: a value in the loop cannot be divided.');
    },
  });
  body.inputs.forEach((s, k) => {
    const axis = inner[k];
    const shape = axis === null ? s.shape : divided(s.shape, axis, shards);
    const input = block.graph.input({ shape, dtype: s.dtype }, false);
    own.set(s, input);
    if (axis !== null) block.set(s, input);
  });
  for (const [node, rule] of nodes) block.add(node, rule);
  block.graph.outputs = body.outputs.map((o) => block.of(o));
  return block.graph;
}
