import type { Graph, Node, SymbolicTensor } from './graph.js';
import { liveNodes } from './layout.js';
import type { Attrs, AttrValue, Op } from './op.js';
import type { Placement } from './placement.js';
import { isFloating, sameShape } from './types.js';

/** One call of a native kernel. */
export interface Instruction extends Placement {
  readonly op: string;
  readonly inputs: readonly (SymbolicTensor | null)[];
  readonly outputs: readonly (SymbolicTensor | null)[];
  readonly attrs: Attrs;
  readonly bodies: readonly Graph[];
  /** The variables that it writes. */
  readonly updated?: readonly SymbolicTensor[];
  /** Whether an output may take over the memory of an input of the same shape that nobody reads later. */
  readonly inPlace: (output: number, input: number) => boolean;
}

/** Instructions in order, and the symbols that are only another view of one (reshape, updated variables). */
export interface Lowered {
  readonly instructions: Instruction[];
  readonly aliases: Map<SymbolicTensor, SymbolicTensor>;
}

/** An instruction that hands a value on as it is: a copy, or a transfer to a device. */
export function handOn(
  graph: Graph,
  op: Op,
  value: SymbolicTensor,
  device?: string,
): { instruction: Instruction; result: SymbolicTensor } {
  const { outputs } = graph.add(op, [value], {}, [value]);
  const instruction = { op: op.name, inputs: [value], outputs, attrs: {}, bodies: [], device, inPlace: () => false };
  return { instruction, result: outputs[0] };
}

const MAX_OPERANDS = 12;
const MAX_STEPS = 32;

/** Turns a graph into instructions: drops the dead, resolves aliases, fuses chains of pointwise nodes. */
export function lower(graph: Graph, outputs: readonly SymbolicTensor[]): Lowered {
  const live = liveNodes(graph, outputs);
  const nodes = graph.nodes.filter((n) => live.has(n) && !n.source);
  const absorbed = absorb(nodes, outputs);
  const read = new Set<SymbolicTensor>(outputs);
  for (const node of nodes) for (const x of node.inputs) if (x) read.add(x);
  const instructions: Instruction[] = [];
  const aliases = new Map<SymbolicTensor, SymbolicTensor>();
  for (const node of nodes) {
    if (node.op.alias) {
      node.outputs.forEach((o, i) => aliases.set(o, node.inputs[i] as SymbolicTensor));
    } else if (node.op.pointwise !== undefined) {
      if (!absorbed.has(node)) instructions.push(fused(node, absorbed));
    } else {
      const updates = node.op.updates;
      updates?.forEach((k, i) => aliases.set(node.outputs[i], node.inputs[k] as SymbolicTensor));
      const results = node.outputs.map((o, i) => (node.op.optional?.includes(i) && !read.has(o) ? null : o));
      instructions.push({
        op: node.op.name,
        inputs: node.inputs,
        outputs: results,
        attrs: node.attrs,
        bodies: node.bodies,
        ...node.placement,
        updated: updates?.flatMap((k) => node.inputs[k] ?? []),
        inPlace: (output, input) => node.op.inPlace?.[output] === input,
      });
    }
  }
  return { instructions, aliases };
}

/** The pointwise nodes that are computed inside their only reader. */
function absorb(nodes: readonly Node[], outputs: readonly SymbolicTensor[]): Set<Node> {
  const readers = new Map<SymbolicTensor, Node[]>();
  const updated = new Set<SymbolicTensor>();
  for (const node of nodes) {
    for (const x of new Set(node.inputs)) {
      if (x) readers.set(x, [...(readers.get(x) ?? []), node]);
    }
    node.op.updates?.forEach((k) => updated.add(node.inputs[k] as SymbolicTensor));
  }
  const absorbed = new Set<Node>();
  const cost = new Map<Node, { operands: number; steps: number }>();
  for (const node of nodes) {
    if (node.op.pointwise === undefined) continue;
    const own = { operands: 0, steps: 1 };
    for (const x of new Set(node.inputs)) {
      const part = x && fusable(x.node, node) ? cost.get(x.node) : undefined;
      if (part && own.operands + part.operands < MAX_OPERANDS && own.steps + part.steps < MAX_STEPS) {
        absorbed.add((x as SymbolicTensor).node);
        own.operands += part.operands;
        own.steps += part.steps;
      } else {
        own.operands += 1;
      }
    }
    cost.set(node, own);
  }
  return absorbed;

  function fusable(producer: Node, reader: Node): boolean {
    const result = producer.outputs[0];
    return (
      producer.op.pointwise !== undefined &&
      producer.placement.device === reader.placement.device &&
      // Rounding to an integer happens where the result is stored.
      !(producer.op.name === 'cast' && !isFloating(result.dtype)) &&
      readers.get(result)?.length === 1 &&
      !outputs.includes(result) &&
      sameShape(result.shape, reader.outputs[0].shape) &&
      // Moving a read of a variable past its update would change what it sees.
      !producer.inputs.some((x) => x && updated.has(x))
    );
  }
}

/** One `elementwise` instruction for a node and what it absorbs: registers are operands, constants, then steps. */
function fused(root: Node, absorbed: ReadonlySet<Node>): Instruction {
  const operands: SymbolicTensor[] = [];
  const constants: number[] = [];
  const steps: { name: string; args: (readonly ['operand' | 'constant' | 'step', number])[] }[] = [];
  const visit = (node: Node): number => {
    const args = node.inputs.map((x) => {
      const symbol = x as SymbolicTensor;
      if (absorbed.has(symbol.node)) return ['step', known.get(symbol.node) ?? visit(symbol.node)] as const;
      const source = symbol.node.source;
      if (source?.kind === 'constant' && symbol.size === 1 && root.outputs[0].size !== 1) {
        return ['constant', place(constants, source.value.data[0])] as const;
      }
      return ['operand', place(operands, symbol)] as const;
    });
    const step = steps.push({ name: node.op.pointwise as string, args }) - 1;
    known.set(node, step);
    return step;
  };
  const known = new Map<Node, number>();
  visit(root);
  const first = { operand: 0, constant: operands.length, step: operands.length + constants.length };
  const code: (string | number)[] = [];
  for (const { name, args } of steps) {
    code.push(name);
    for (let k = 0; k < 3; k++) code.push(k < args.length ? first[args[k][0]] + args[k][1] : -1);
  }
  const attrs: Record<string, AttrValue> = { code, results: [first.step + steps.length - 1] };
  if (constants.length > 0) attrs.constants = constants;
  return {
    op: 'elementwise',
    inputs: operands,
    outputs: root.outputs,
    attrs,
    bodies: [],
    ...root.placement,
    inPlace: () => true,
  };
}

/** The position of an item in a list, where it is put if it is not there yet. (0 and -0 differ.) */
export function place<T>(list: T[], item: T): number {
  const at = list.findIndex((known) => Object.is(known, item));
  return at >= 0 ? at : list.push(item) - 1;
}
