import type { Graph, SymbolicTensor } from './graph.js';
import type { TensorBase } from './tensor.js';
import type { Spec } from './types.js';

/** What an attribute may be; it reaches the kernel under its own name. `undefined` is left out. */
export type AttrValue = number | boolean | string | readonly (number | string)[] | undefined;
export type Attrs = Readonly<Record<string, AttrValue>>;

/** What a gradient rule sees. `grads[i]` is null where nothing depends on output i. */
export interface GradContext<A> {
  readonly inputs: readonly (SymbolicTensor | null)[];
  readonly outputs: readonly SymbolicTensor[];
  readonly attrs: A;
  readonly grads: readonly (SymbolicTensor | null)[];
  /** Whether the gradient of input i is wanted at all. */
  readonly needs: readonly boolean[];
  readonly bodies: readonly Graph[];
}

/** An operand as the layout pass knows it: `transpose(base, perm)`; value axis i is base axis perm[i]. */
export interface Laid {
  readonly base: SymbolicTensor;
  readonly perm: readonly number[];
}

/** A rule's answer: the node to build on bases, and how each result is laid out. */
export interface LaidNode {
  readonly inputs: readonly (SymbolicTensor | null)[];
  readonly attrs: Attrs;
  readonly perms: readonly (readonly number[])[];
  readonly bodies?: readonly Graph[];
}

export interface LayoutContext<A> {
  readonly inputs: readonly (Laid | null)[];
  readonly attrs: A;
  readonly outputs: readonly Spec[];
  readonly bodies: readonly Graph[];
  /** The operand in its logical order (adds a transpose when it is not). */
  plain(i: number): SymbolicTensor | null;
  /** The operand as a base for which `transpose(base, perm)` is the value. */
  laid(i: number, perm: readonly number[]): SymbolicTensor | null;
}

/** What a shard rule sees: axes[i] is the axis of input i that is divided, null where every shard has all of it. */
export interface ShardContext<A> {
  readonly inputs: readonly (Spec | null)[];
  readonly outputs: readonly Spec[];
  readonly attrs: A;
  readonly bodies: readonly Graph[];
  readonly axes: readonly (number | null)[];
  readonly shards: number;
}

/** A rule's answer: how shards of a batch, each by itself, give the node's results. */
export interface Sharding {
  /** The axis of each input that must be divided; null: a shard needs all of it. */
  readonly inputs: readonly (number | null)[];
  /** The axis that is divided in each result, or what of the shards' results the whole is. */
  readonly outputs: readonly (number | 'sum' | 'mean')[];
  /** The attributes of one shard's node, where they hold sizes. */
  readonly attrs?: Attrs;
  readonly bodies?: readonly Graph[];
  /** Multiply-adds of the whole; default: one per element of the results. */
  readonly work?: number;
  /** Of its largest instruction, where it runs several. */
  readonly largest?: number;
  /** That a shard of one sample would leave its vectors empty: only samples are its lanes, or it has few units. */
  readonly sparse?: boolean;
  /** That a shard of two samples reads its weights for both at once; false: that it would leave its vectors empty. */
  readonly pairs?: boolean;
}

/** One operation: its name is the native kernel's. Everything that is known of it stands in its own file in lib/ops. */
export interface Op<A extends Attrs = Attrs> {
  readonly name: string;
  /** Shape rule; throws ShapeError or ValueError, naming what was expected. */
  infer(inputs: readonly (Spec | null)[], attrs: A, bodies?: readonly Graph[]): Spec[];
  /** Gradient rule: one entry per input, null where it has none. Absent: not differentiable (gradient zero). */
  grad?(context: GradContext<A>): (SymbolicTensor | null)[];
  /** A pointwise op that broadcasts: the name of its step inside the `elementwise` kernel. */
  readonly pointwise?: string;
  /** Outputs that the kernel skips when nobody reads them; all others always get a buffer. */
  readonly optional?: readonly number[];
  /** Output i may lie over input inPlace[i], of the same shape: the kernel reads there before it writes. */
  readonly inPlace?: Readonly<Record<number, number>>;
  /** Result i has the elements of input i in the same order: no instruction at all. */
  readonly alias?: boolean;
  /** Output i is the variable given as input updates[i], written in place; such a node is kept though nobody reads it. */
  readonly updates?: readonly number[];
  /** For a result that is summed over the steps of a scan: the same sum from the operands of all steps, stacked on axis 0. */
  sumOverSteps?(stacked: readonly TensorBase[], attrs: A): TensorBase[];
  /** The inputs that the sum of a result needs; null where it has none. Absent: all. */
  sumOperands?(result: number): readonly number[] | null;
  /** The results of all steps of a scan at once: operand 0 has the steps as a further axis 0, the others do not change. */
  allSteps?(operands: readonly (TensorBase | null)[], attrs: A): TensorBase[];
  /** How the batch may be divided; absent or null: not at all. */
  shard?(context: ShardContext<A>): Sharding | null;
  /** Of an op without batched operands: the attributes with which it gives its result as [shards, …part of axis]. */
  stacked?(attrs: A, axis: number, shards: number): A;
  /** How to work on operands in another order of axes; absent: operands are put in order first. */
  layout?(context: LayoutContext<A>): LaidNode | null;
}
