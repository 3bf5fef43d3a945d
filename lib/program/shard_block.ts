import { Graph, type Node, type SymbolicTensor } from './graph.js';
import type { Sharding } from './op.js';
import { axisUnder } from './shard_rules.js';
import { axisAfter, divided, reshapeOp, transposeOp } from './structural.js';
import { Tensor } from './tensor.js';
import { sizeOf } from './types.js';

/** Where a block's values come from that do not depend on the batch's data and that no node in it makes. */
export interface Outside {
  /** A value that every shard needs whole. */
  whole(symbol: SymbolicTensor): SymbolicTensor;
  /** A shard's part of a value. */
  part(symbol: SymbolicTensor, axis: number): SymbolicTensor;
}

/** Whether a symbol is a constant with all elements equal. */
export function isEven({ node: { source } }: SymbolicTensor): boolean {
  return source?.kind === 'constant' && source.value.data.every((v) => Object.is(v, source.value.data[0]));
}

/** The nodes of one shard: those of the whole again, at a shard's sizes. */
export class Block {
  readonly graph = new Graph();
  private readonly made = new Map<SymbolicTensor, SymbolicTensor>();
  private readonly wholes = new Map<SymbolicTensor, SymbolicTensor>();
  private readonly parts = new Map<SymbolicTensor, Map<number, SymbolicTensor>>();

  constructor(
    private readonly shards: number,
    private readonly outside: Outside,
  ) {}

  /** The shard's value for a divided one. */
  of(symbol: SymbolicTensor): SymbolicTensor {
    return this.made.get(symbol) as SymbolicTensor;
  }

  set(symbol: SymbolicTensor, own: SymbolicTensor): void {
    this.made.set(symbol, own);
  }

  add(node: Node, rule: Sharding): void {
    const inputs = node.inputs.map((x, i) => x && this.operand(x, rule.inputs[i]));
    const attrs = rule.attrs ?? node.attrs;
    const bodies = rule.bodies ?? node.bodies;
    const { outputs } = this.graph.add(node.op, inputs, attrs, node.op.infer(inputs, attrs, bodies), bodies);
    node.outputs.forEach((o, i) => this.made.set(o, outputs[i]));
  }

  private operand(x: SymbolicTensor, axis: number | null): SymbolicTensor {
    let known = this.made.get(x);
    if (known) return known;
    if (axis !== null) return this.part(x, axis);
    known = this.wholes.get(x);
    if (!known) {
      const constant = x.node.source?.kind === 'constant' ? x.node.source.value : undefined;
      this.wholes.set(x, (known = constant ? this.graph.constant(constant) : this.outside.whole(x)));
    }
    return known;
  }

  /** Part of what is the same for all data: where it only spreads numbers along the batch, fewer are spread. */
  private part(x: SymbolicTensor, axis: number): SymbolicTensor {
    let known = this.parts.get(x);
    if (!known) this.parts.set(x, (known = new Map()));
    const found = known.get(axis) ?? this.spread(x, axis) ?? this.outside.part(x, axis);
    known.set(axis, found);
    return found;
  }

  private spread(x: SymbolicTensor, axis: number): SymbolicTensor | null {
    const { op, attrs, inputs, source } = x.node;
    const shape = divided(x.shape, axis, this.shards);
    if (source?.kind === 'constant') {
      const { data } = source.value;
      if (!isEven(x)) return null;
      return this.graph.constant(new Tensor(data.slice(0, sizeOf(shape)), shape, x.dtype));
    }
    if (op === transposeOp || op === reshapeOp) {
      const x0 = inputs[0] as SymbolicTensor;
      const from =
        op === transposeOp ? (attrs.perm as readonly number[])[axis] : axisAfter(x.shape, axis, x0.shape, this.shards);
      if (from < 0) return null;
      const own = op === transposeOp ? attrs : { shape };
      return this.graph.add(op, [this.part(x0, from)], own, [{ shape, dtype: x.dtype }]).outputs[0];
    }
    if (op.pointwise === undefined) return null;
    const operands = (inputs as readonly SymbolicTensor[]).map((s) =>
      this.operand(s, axisUnder(s, axis, shape.length)),
    );
    const own = attrs.shape ? { ...attrs, shape } : attrs;
    return this.graph.add(op, operands, own, [{ shape, dtype: x.dtype }]).outputs[0];
  }
}
