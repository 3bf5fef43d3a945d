import { applyAll, operand, symbolOf, type Operand } from '../program/apply.js';
import { ShapeError, show, ValueError } from '../program/errors.js';
import { differentiate } from '../program/differentiate.js';
import { currentGraph, Graph, within, type Node, type SymbolicTensor } from '../program/graph.js';
import { layOut } from '../program/layout.js';
import type { GradContext, LaidNode, LayoutContext, Op } from '../program/op.js';
import { Program } from '../program/program.js';
import type { Tensor, TensorBase } from '../program/tensor.js';
import { symbolsOf, trace } from '../program/trace.js';
import { sameShape, showShape, type Spec } from '../program/types.js';
import { add } from './arithmetic.js';
import { zeros } from './create.js';

// A loop over time whose body is a program of its own, run natively at every step, with its reverse.

interface ScanAttrs extends Record<string, number | boolean | undefined> {
  steps: number;
  stacked: number;
  states: number;
  constants: number;
  reverse?: boolean;
  /** The first states hold one row per sample; the rest are sums of gradients. */
  batched: number;
}

const scanOp: Op<ScanAttrs> = {
  name: 'scan',
  infer(_, { steps, states }, bodies) {
    const { outputs } = (bodies as readonly Graph[])[0];
    return outputs.map(({ shape, dtype }, i) => ({ shape: i < states ? shape : [steps, ...shape], dtype }));
  },
  grad: scanGrad,
  layout: scanLayout,
};

/** The body's gradient is traced in a graph inside the body's: what it captures from there are the values to keep. */
function scanGrad({ inputs, outputs, attrs, grads, needs, bodies }: GradContext<ScanAttrs>): (SymbolicTensor | null)[] {
  const [body] = bodies;
  const { steps, stacked, states } = attrs;
  const back = new Graph(body);
  const outer = currentGraph() as Graph;
  const slices = grads.map((g, i) => (i >= states && g ? i : -1)).filter((i) => i >= 0);
  const wanted = body.inputs.filter((_, k) => needs[k] || (k >= stacked && k < stacked + states));
  const ahead = body.outputs.slice();
  const dslices = within(back, () => slices.map((i) => back.input(ahead[i], false)));
  const dstates = within(back, () => body.inputs.slice(stacked, stacked + states).map((s) => back.input(s, false)));
  const constants = wanted.filter((s) => body.inputs.indexOf(s) >= stacked + states);
  const sums = within(back, () => constants.map((s) => back.input(s, false)));
  const { next, dx, reached } = within(back, () => {
    const seeded = [...ahead.slice(0, states), ...slices.map((i) => ahead[i])];
    const parts = differentiate(seeded, [...dstates, ...dslices], wanted, (a, b) => add(a, b) as SymbolicTensor);
    const of = (s: SymbolicTensor) => parts[wanted.indexOf(s)] ?? null;
    const zero = (s: SymbolicTensor) => back.constant(zeros(s.shape, s.dtype));
    const previous = body.inputs.slice(stacked, stacked + states).map((s) => of(s) ?? zero(s));
    const totals = constants.map((s, i) => {
      const part = of(s);
      return part ? (add(sums[i], part) as SymbolicTensor) : sums[i];
    });
    const wantedSlices = body.inputs.slice(0, stacked).filter((s) => wanted.includes(s));
    return { next: [...previous, ...totals], dx: wantedSlices.map((s) => of(s) ?? zero(s)), reached: wantedSlices };
  });
  back.outputs = [...next, ...dx];

  // What the backward body read of the forward one becomes a stacked operand or a constant.
  const kept: { inner: SymbolicTensor; from: SymbolicTensor }[] = [];
  const fixed: { inner: SymbolicTensor; from: SymbolicTensor }[] = [];
  const forward = outputs[0].node;
  for (const [symbol, inner] of back.captured) {
    if (!back.inputs.includes(inner)) continue;
    const k = body.inputs.indexOf(symbol);
    if (k >= stacked + states) fixed.push({ inner, from: inputs[k] as SymbolicTensor });
    else if (k >= 0 && k < stacked) kept.push({ inner, from: inputs[k] as SymbolicTensor });
    else if (symbol.graph === body) kept.push({ inner, from: stackedOutput(forward, body, symbol, states, steps) });
    else fixed.push({ inner, from: symbol });
  }
  back.inputs.splice(0, back.inputs.length, ...dslices, ...kept.map((e) => e.inner), ...dstates, ...sums, ...fixed.map((e) => e.inner));
  const operands: TensorBase[] = [
    ...slices.map((i) => grads[i] as SymbolicTensor),
    ...kept.map((e) => e.from),
    ...dstates.map((s, i) => grads[i] ?? zeros(s.shape, s.dtype)),
    ...sums.map((s) => zeros(s.shape, s.dtype)),
    ...fixed.map((e) => e.from),
  ];
  const backAttrs: ScanAttrs = {
    steps,
    stacked: slices.length + kept.length,
    states: dstates.length + sums.length,
    constants: fixed.length,
    reverse: attrs.reverse ? undefined : true,
    batched: dstates.length,
  };
  const results = within(outer, () => applyAll(scanOp, operands.map((o) => symbolOf(outer, o)), backAttrs, [back])) as SymbolicTensor[];
  return inputs.map((_, k) => {
    if (!needs[k]) return null;
    if (k < stacked) return results[backAttrs.states + reached.indexOf(body.inputs[k])];
    if (k < stacked + states) return results[k - stacked];
    return results[states + constants.indexOf(body.inputs[k])];
  });
}

/** The values that a symbol of the body takes, step by step: a further output of the forward scan. */
function stackedOutput(node: Node, body: Graph, symbol: SymbolicTensor, states: number, steps: number): SymbolicTensor {
  const known = body.outputs.indexOf(symbol, states);
  if (known >= 0) return node.outputs[known];
  body.outputs = [...body.outputs, symbol];
  return node.outputs[0].graph.extend(node, { shape: [steps, ...symbol.shape], dtype: symbol.dtype });
}

/** Inside the loop the batch is the last axis of everything that has one. */
function scanLayout({ inputs, attrs, bodies: [body], outputs, laid, plain }: LayoutContext<ScanAttrs>): LaidNode {
  const { stacked, states, batched } = attrs;
  const last = (rank: number) => [...Array.from({ length: rank - 1 }, (_, i) => i + 1), 0];
  const same = (rank: number) => Array.from({ length: rank }, (_, i) => i);
  const first = (rank: number) => [rank - 1, ...same(rank - 1)];
  const moves = (k: number, rank: number) => rank >= 2 && (k < stacked || (k >= stacked && k < stacked + batched));
  const movesOut = (k: number, rank: number) => rank >= 2 && (k < batched || k >= states);
  const inputPerms = body.inputs.map((s, k) => (moves(k, s.rank) ? last(s.rank) : same(s.rank)));
  const outputPerms = body.outputs.map((s, k) => (movesOut(k, s.rank) ? last(s.rank) : same(s.rank)));
  const stackedPerm = (rank: number) => [0, ...first(rank - 1).map((p) => p + 1)];
  return {
    inputs: inputs.map((_, k) => {
      const rank = body.inputs[k].rank;
      if (!moves(k, rank)) return plain(k);
      return laid(k, k < stacked ? stackedPerm(rank + 1) : first(rank));
    }),
    attrs,
    perms: outputs.map((o, k) => {
      const rank = body.outputs[k].rank;
      if (!movesOut(k, rank)) return same(o.shape.length);
      return k < states ? first(rank) : stackedPerm(rank + 1);
    }),
    bodies: [layOut(body, body.outputs, inputPerms, outputPerms).graph],
  };
}

export type ScanBody = (states: TensorBase[], slices: TensorBase[]) => readonly [states: TensorBase | readonly TensorBase[], outputs: TensorBase | readonly TensorBase[]];

export interface ScanOptions {
  /** Walk the steps from the last to the first; outputs stay at their step. */
  reverse?: boolean;
  /** Number of steps where there is nothing to walk over. */
  length?: number;
}

/**
 * A loop over axis 0: `[states, outputs] = body(states, slices)` at every step.
 *
 * @param body Traced once, on the states and one slice of each x.
 * @param init The first states.
 * @param xs Tensors with the steps along axis 0.
 * @returns The last states, and the outputs of all steps stacked along axis 0.
 */
export function scan(body: ScanBody, init: readonly Operand[], xs: readonly Operand[], options: ScanOptions = {}): { states: TensorBase[]; outputs: TensorBase[] } {
  const sequences = xs.map((x) => operand(x, undefined, 'scan'));
  const first = init.map((s) => operand(s, sequences[0]?.dtype, 'scan'));
  const steps = sequences[0]?.shape[0] ?? options.length;
  if (steps === undefined) throw new ValueError('scan: needs a sequence or a length.');
  for (const x of sequences) {
    if (x.rank === 0 || x.shape[0] !== steps) throw new ShapeError(`scan: sequences of ${steps} and of ${x.shape[0] ?? 'no'} steps.`);
  }
  const outer = currentGraph();
  if (!outer) return runScan(body, first, sequences, options);

  const graph = new Graph(outer);
  const { states, ys } = within(graph, () => {
    const slices = sequences.map((x) => graph.input({ shape: x.shape.slice(1), dtype: x.dtype }, false));
    const carried = first.map((s) => graph.input(s, false));
    const result = body(carried, slices);
    if (!Array.isArray(result) || result.length !== 2) throw new ValueError(`scan: the body returned ${show(result)}, expected [states, outputs].`);
    return { states: listOf(graph, result[0]), ys: listOf(graph, result[1]) };
  });
  if (states.length !== first.length) throw new ValueError(`scan: the body returned ${states.length} states, expected ${first.length}.`);
  states.forEach((s, i) => {
    if (!sameShape(s.shape, first[i].shape) || s.dtype !== first[i].dtype) {
      throw new ShapeError(`scan: state ${i} is ${first[i].dtype} ${showShape(first[i].shape)} at first and ${s.dtype} ${showShape(s.shape)} after a step.`);
    }
  });
  graph.outputs = [...states, ...ys];
  const captured = [...graph.captured].filter(([, inner]) => graph.inputs.includes(inner)).map(([symbol]) => outer.own(symbol));
  const attrs: ScanAttrs = { steps, stacked: sequences.length, states: first.length, constants: captured.length, reverse: options.reverse || undefined, batched: first.length };
  const operands = [...sequences, ...first].map((t) => symbolOf(outer, t));
  const results = applyAll(scanOp, [...operands, ...captured], attrs, [graph]);
  return { states: results.slice(0, first.length), outputs: results.slice(first.length) };
}

function listOf(graph: Graph, value: TensorBase | readonly TensorBase[]): SymbolicTensor[] {
  return Array.isArray(value) && value.length === 0 ? [] : symbolsOf(graph, value);
}

/** On concrete tensors: traced, run once, forgotten. */
function runScan(body: ScanBody, first: readonly TensorBase[], sequences: readonly TensorBase[], options: ScanOptions) {
  const all = [...sequences, ...first];
  const { graph, outputs } = trace(all as Spec[], (...symbols) => {
    const result = scan(body, symbols.slice(sequences.length), symbols.slice(0, sequences.length), options);
    return [...result.states, ...result.outputs];
  });
  const results = new Program(graph, outputs).run(all as Tensor[]);
  return { states: results.slice(0, first.length), outputs: results.slice(first.length) };
}
