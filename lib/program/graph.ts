import type { Attrs, Op } from './op.js';
import { SeqnnError, ShapeError } from './errors.js';
import { currentPlacement, type Placement } from './placement.js';
import { TensorBase, type Tensor } from './tensor.js';
import type { Variable } from './variable.js';
import { MAX_RANK, showShape, type DType, type Precision, type Shape, type Spec } from './types.js';

/** One operation of a graph, or one of its sources (input, variable, constant). */
export interface Node {
  readonly op: Op<any>;
  inputs: readonly (SymbolicTensor | null)[];
  readonly attrs: Attrs;
  readonly outputs: SymbolicTensor[];
  readonly bodies: readonly Graph[];
  readonly source?: Source;
  readonly placement: Placement;
}

export type Source =
  | {
      readonly kind: 'input';
      readonly number: number;
      readonly batched: boolean;
      readonly perm: readonly number[];
      readonly shards?: number;
    }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'constant'; readonly value: Tensor };

/** The output of a node while something is traced: a shape and a dtype, no values. */
export class SymbolicTensor extends TensorBase {
  /** Which steps are real, where a layer handed on a mask: bool [B, T]. */
  mask?: SymbolicTensor;

  constructor(
    readonly graph: Graph,
    readonly node: Node,
    readonly index: number,
    readonly shape: Shape,
    readonly dtype: DType,
  ) {
    super();
  }

  get data(): never {
    throw this.noElements('data');
  }

  item(): never {
    throw this.noElements('item()');
  }

  toArray(): never {
    throw this.noElements('toArray()');
  }

  /** Math.max(x, 0) and x + 1 would make a NaN of it. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return `symbolic tensor ${showShape(this.shape)} ${this.dtype}`;
    throw this.noElements('its number');
  }

  private noElements(what: string): SeqnnError {
    return new SeqnnError(
      `${what} of a symbolic tensor ${showShape(this.shape)}: it has no elements until the program runs. Compute with ops and methods of tensors instead.`,
    );
  }
}

function sourceOp(name: string): Op {
  return { name, infer: () => [] };
}
const INPUT = sourceOp('input');
const VARIABLE = sourceOp('variable');
const CONSTANT = sourceOp('constant');

/** Where random ops of a graph take their numbers from: (seed, counter, a stream per op). */
export interface RandomSource {
  readonly seed: number;
  readonly counter: TensorBase;
  streams: number;
}

/** Nodes in the order of their making, which is a topological order. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly inputs: SymbolicTensor[] = [];
  /** Of a scan's body: the next states, then the stacked outputs. */
  outputs: readonly SymbolicTensor[] = [];
  /** Outer symbols that a scan's body uses, with the body's own symbol for each. */
  readonly captured = new Map<SymbolicTensor, SymbolicTensor>();
  private readonly variables = new Map<Variable, SymbolicTensor>();
  random?: RandomSource;
  /** Of the products of the program that it becomes. */
  precision: Precision = 'float32';
  /** The inputs cannot be had in another order (they are slices of a scan's operands). */
  fixedInputs = false;
  /** Losses that layers add while they are traced (activity regularizers). */
  readonly losses: SymbolicTensor[] = [];

  constructor(readonly parent: Graph | null = null) {}

  add(
    op: Op<any>,
    inputs: readonly (SymbolicTensor | null)[],
    attrs: Attrs,
    specs: readonly Spec[],
    bodies: readonly Graph[] = [],
    source?: Source,
  ): Node {
    for (const { shape } of specs) {
      if (shape.length > MAX_RANK)
        throw new ShapeError(`${op.name}: ${shape.length} axes, a tensor has at most ${MAX_RANK}.`);
    }
    const outputs: SymbolicTensor[] = [];
    const node: Node = { op, inputs, attrs, outputs, bodies, source, placement: currentPlacement() };
    specs.forEach((spec, i) => outputs.push(new SymbolicTensor(this, node, i, spec.shape, spec.dtype)));
    this.nodes.push(node);
    return node;
  }

  /** One more result of a node that was made before (a scan whose gradient keeps a value). */
  extend(node: Node, spec: Spec): SymbolicTensor {
    const symbol = new SymbolicTensor(this, node, node.outputs.length, spec.shape, spec.dtype);
    node.outputs.push(symbol);
    return symbol;
  }

  /** A new input; `batched` inputs have the batch as axis 0 and are fed row by row. */
  input(spec: Spec, batched: boolean): SymbolicTensor {
    const perm = spec.shape.map((_, i) => i);
    const [symbol] = this.add(INPUT, [], {}, [spec], [], {
      kind: 'input',
      number: this.inputs.length,
      batched,
      perm,
    }).outputs;
    this.inputs.push(symbol);
    return symbol;
  }

  /** The same input once more with its axes in another order: the gather writes it so. */
  permutedInput(of: SymbolicTensor, perm: readonly number[]): SymbolicTensor {
    const source = of.node.source as Extract<Source, { kind: 'input' }>;
    const spec = { shape: perm.map((p) => of.shape[p]), dtype: of.dtype };
    return this.add(INPUT, [], {}, [spec], [], { ...source, perm: perm.map((p) => source.perm[p]) }).outputs[0];
  }

  /** The same input once more with its batch divided: [shards, …block]. */
  shardedInput(of: SymbolicTensor, block: Shape, shards: number): SymbolicTensor {
    const source = of.node.source as Extract<Source, { kind: 'input' }>;
    const spec = { shape: [shards, ...block], dtype: of.dtype };
    return this.add(INPUT, [], {}, [spec], [], { ...source, shards }).outputs[0];
  }

  variable(variable: Variable): SymbolicTensor {
    let symbol = this.variables.get(variable);
    if (!symbol) {
      [symbol] = this.add(VARIABLE, [], {}, [variable], [], { kind: 'variable', variable }).outputs;
      this.variables.set(variable, symbol);
    }
    return symbol;
  }

  constant(value: Tensor): SymbolicTensor {
    return this.add(CONSTANT, [], {}, [value], [], { kind: 'constant', value }).outputs[0];
  }

  /** Has everything that reads one of these symbols read another in its place. */
  replace(instead: ReadonlyMap<SymbolicTensor, SymbolicTensor>): void {
    for (const node of this.nodes) node.inputs = node.inputs.map((x) => (x && instead.get(x)) ?? x);
    this.outputs = this.outputs.map((o) => instead.get(o) ?? o);
    // Sources that were made for this stand in front of their readers.
    this.nodes.sort((a, b) => Number(b.source !== undefined) - Number(a.source !== undefined));
  }

  /** This graph's symbol for one that may belong to an enclosing graph. */
  own(symbol: SymbolicTensor): SymbolicTensor {
    if (symbol.graph === this) return symbol;
    const known = this.captured.get(symbol);
    if (known) return known;
    if (symbol.node.source?.kind === 'constant') {
      const copy = this.constant(symbol.node.source.value);
      this.captured.set(symbol, copy);
      return copy;
    }
    if (!this.encloses(symbol.graph)) {
      throw new SeqnnError(
        'a symbolic value was used outside the function it was traced in; return it from there instead.',
      );
    }
    const inner = this.input(symbol, false);
    this.captured.set(symbol, inner);
    return inner;
  }

  private encloses(graph: Graph): boolean {
    for (let g = this.parent; g; g = g.parent) if (g === graph) return true;
    return false;
  }
}

// The graph that ops on symbols add to, innermost last. Per JavaScript thread, empty between traces.
const stack: (Graph | undefined)[] = [];

export function currentGraph(): Graph | undefined {
  return stack[stack.length - 1];
}

/** Runs `body` with the graph as the current one; with undefined, ops on concrete tensors run at once again. */
export function within<R>(graph: Graph | undefined, body: () => R): R {
  stack.push(graph);
  try {
    return body();
  } finally {
    stack.pop();
  }
}
