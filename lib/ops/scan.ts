import { applyAll, operand, symbolOf, type Operand } from '../program/apply.js';
import { checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { differentiate } from '../program/differentiate.js';
import { currentGraph, Graph, within, type Node, type SymbolicTensor } from '../program/graph.js';
import { layOut } from '../program/layout.js';
import type { GradContext, LaidNode, LayoutContext, Op } from '../program/op.js';
import { Program } from '../program/program.js';
import { currentOwner } from '../program/owner.js';
import { currentDevice, onDevice } from '../program/placement.js';
import type { TensorBase } from '../program/tensor.js';
import { symbolsOf, trace } from '../program/trace.js';
import { sameShape, showShape } from '../program/types.js';
import { add } from './arithmetic.js';
import { zeros } from './create.js';
import { moveAhead } from './scan_ahead.js';
import { shardScan } from './scan_shard.js';
import { splitSum } from './scan_sums.js';

// A loop over time whose body is a program of its own, run natively at every step, with its reverse.

export interface ScanAttrs extends Record<string, number | boolean | string | undefined> {
  steps: number;
  stacked: number;
  states: number;
  constants: number;
  reverse?: boolean;
  /** The first states hold one row per sample; the rest are sums of gradients. */
  batched: number;
  /** Which it belongs to, for reports. */
  layer?: string;
}

const scanOp: Op<ScanAttrs> = {
  name: 'scan',
  infer(_, { steps, states }, bodies) {
    const { outputs } = (bodies as readonly Graph[])[0];
    return outputs.map(({ shape, dtype }, i) => ({ shape: i < states ? shape : [steps, ...shape], dtype }));
  },
  grad: scanGrad,
  layout: scanLayout,
  shard: shardScan,
};

/** The body's gradient is traced in a graph inside the body's: what it captures from there are the values to keep. */
function scanGrad({ inputs, outputs, attrs, grads, needs, bodies }: GradContext<ScanAttrs>): (SymbolicTensor | null)[] {
  const [body] = bodies;
  const { steps, stacked, states } = attrs;
  const outer = currentGraph() as Graph;
  const back = new Graph(body);
  const ahead = body.outputs.slice();
  const [xs, carried, fixed] = [
    body.inputs.slice(0, stacked),
    body.inputs.slice(stacked, stacked + states),
    body.inputs.slice(stacked + states),
  ];
  const isWanted = (s: SymbolicTensor) => needs[body.inputs.indexOf(s)];
  const wantedXs = xs.filter(isWanted);
  const wantedFixed = fixed.filter(isWanted);
  const slices = grads.map((g, i) => (i >= states && g ? i : -1)).filter((i) => i >= 0);

  const dslices = slices.map((i) => back.input(ahead[i], false));
  const dstates = carried.map((s) => back.input(s, false));
  const parts = within(back, () => {
    const seeded = [...ahead.slice(0, states), ...slices.map((i) => ahead[i])];
    const wrt = [...carried, ...wantedXs, ...wantedFixed];
    const found = differentiate(seeded, [...dstates, ...dslices], wrt, (a, b) => add(a, b) as SymbolicTensor);
    return new Map(wrt.map((s, i) => [s, found[i]]));
  });
  const orZero = (s: SymbolicTensor) => parts.get(s) ?? back.constant(zeros(s.shape, s.dtype));

  // Of each constant's gradient: terms whose sum waits until the loop is over, and the rest, summed in a state.
  const sums = within(back, () =>
    wantedFixed.map((s) => {
      const part = parts.get(s);
      const { late, rest } = part ? splitSum(back, part) : { late: [], rest: null };
      const state = rest && back.input(s, false);
      return { late, state, next: rest && state && (add(state, rest) as SymbolicTensor) };
    }),
  );
  const running = sums.filter((e) => e.state !== null);
  const dx = wantedXs.map(orZero);
  const lateOperands = [...new Set(sums.flatMap((e) => e.late.flatMap((l) => l.operands)))];
  // What has two uses behind the loop, as the gradient of a sum has, is written once.
  const written = [...new Set([...dx, ...lateOperands.filter((s) => !back.inputs.includes(s))])];
  back.outputs = [...carried.map(orZero), ...running.map((e) => e.next as SymbolicTensor), ...written];

  // What the backward body read of the forward one becomes a stacked operand or a constant.
  const kept: { inner: SymbolicTensor; from: SymbolicTensor }[] = [];
  const plain: { inner: SymbolicTensor; from: SymbolicTensor }[] = [];
  for (const [symbol, inner] of back.captured) {
    if (!back.inputs.includes(inner)) continue;
    const k = body.inputs.indexOf(symbol);
    if (k >= stacked + states) plain.push({ inner, from: inputs[k] as SymbolicTensor });
    else if (k >= 0 && k < stacked) kept.push({ inner, from: inputs[k] as SymbolicTensor });
    else if (symbol.graph === body)
      kept.push({ inner, from: stackedOutput(outputs[0].node, body, symbol, states, steps) });
    else plain.push({ inner, from: symbol });
  }
  const runningStates = running.map((e) => e.state as SymbolicTensor);
  back.inputs.splice(
    0,
    back.inputs.length,
    ...dslices,
    ...kept.map((e) => e.inner),
    ...dstates,
    ...runningStates,
    ...plain.map((e) => e.inner),
  );
  const stackedOperands = [...slices.map((i) => grads[i] as SymbolicTensor), ...kept.map((e) => e.from)];
  const operands: TensorBase[] = [
    ...stackedOperands,
    ...dstates.map((s, i) => grads[i] ?? zeros(s.shape, s.dtype)),
    ...runningStates.map((s) => zeros(s.shape, s.dtype)),
    ...plain.map((e) => e.from),
  ];
  const backAttrs: ScanAttrs = {
    steps,
    stacked: stackedOperands.length,
    states: states + running.length,
    constants: plain.length,
    reverse: attrs.reverse ? undefined : true,
    batched: states,
    layer: attrs.layer,
  };
  return within(outer, () => {
    const results = applyAll(
      scanOp,
      operands.map((o) => symbolOf(outer, o)),
      backAttrs,
      [back],
    );
    const behind = results.slice(backAttrs.states);
    const stackedFormOf = (s: SymbolicTensor) => behind[written.indexOf(s)] ?? stackedOperands[back.inputs.indexOf(s)];
    const total = ({ late, state }: (typeof sums)[number]) => {
      const all = late.map((l) => l.total(l.operands.map(stackedFormOf)));
      if (state) all.push(results[states + runningStates.indexOf(state)]);
      return all.length > 0 ? all.reduce((a, b) => add(a, b)) : null;
    };
    return body.inputs.map((s, k) => {
      if (!needs[k]) return null;
      if (k < stacked) return behind[written.indexOf(dx[wantedXs.indexOf(s)])];
      if (k < stacked + states) return results[k - stacked];
      return total(sums[wantedFixed.indexOf(s)]);
    }) as (SymbolicTensor | null)[];
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

export type ScanBody = (
  states: TensorBase[],
  slices: TensorBase[],
) => readonly [states: TensorBase | readonly TensorBase[], outputs: TensorBase | readonly TensorBase[]];

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
export function scan(
  body: ScanBody,
  init: readonly Operand[],
  xs: readonly Operand[],
  options: ScanOptions = {},
): { states: TensorBase[]; outputs: TensorBase[] } {
  if (typeof body !== 'function') throw new ValueError(`scan: the body must be a function, got ${show(body)}.`);
  checkOptions('scan', options, ['reverse', 'length']);
  const sequences = xs.map((x) => operand(x, undefined, 'scan'));
  const first = init.map((s) => operand(s, sequences[0]?.dtype, 'scan'));
  const steps = sequences[0]?.shape[0] ?? options.length;
  if (steps === undefined) throw new ValueError('scan: needs a sequence or a length.');
  for (const x of sequences) {
    if (x.rank === 0 || x.shape[0] !== steps)
      throw new ShapeError(`scan: sequences of ${steps} and of ${x.shape[0] ?? 'no'} steps.`);
  }
  const outer = currentGraph();
  if (!outer) return runScan(body, first, sequences, options);

  const graph = new Graph(outer);
  const { states, ys } = within(graph, () => {
    const slices = sequences.map((x) => graph.input({ shape: x.shape.slice(1), dtype: x.dtype }, false));
    const carried = first.map((s) => graph.input(s, false));
    const result = body(carried, slices);
    if (!Array.isArray(result) || result.length !== 2)
      throw new ValueError(`scan: the body returned ${show(result)}, expected [states, outputs].`);
    return { states: listOf(graph, result[0]), ys: listOf(graph, result[1]) };
  });
  if (states.length !== first.length)
    throw new ValueError(`scan: the body returned ${states.length} states, expected ${first.length}.`);
  states.forEach((s, i) => {
    if (!sameShape(s.shape, first[i].shape) || s.dtype !== first[i].dtype) {
      throw new ShapeError(
        `scan: state ${i} is ${first[i].dtype} ${showShape(first[i].shape)} at first and ${s.dtype} ${showShape(s.shape)} after a step.`,
      );
    }
  });
  graph.outputs = [...states, ...ys];
  const inLoop = moveAhead(
    graph,
    outer,
    sequences.map((t) => symbolOf(outer, t)),
    first.length,
  );
  const captured = [...graph.captured]
    .filter(([, inner]) => graph.inputs.includes(inner))
    .map(([symbol]) => outer.own(symbol));
  const attrs: ScanAttrs = {
    steps,
    stacked: inLoop.length,
    states: first.length,
    constants: captured.length,
    reverse: options.reverse || undefined,
    batched: first.length,
    layer: currentOwner(),
  };
  const operands = [...inLoop, ...first.map((t) => symbolOf(outer, t))];
  const results = onDevice(loopDevice(graph), () => applyAll(scanOp, [...operands, ...captured], attrs, [graph]));
  return { states: results.slice(0, first.length), outputs: results.slice(first.length) };
}

/** A loop runs on one device as a whole: that of what its body calls, if that has one. */
function loopDevice(body: Graph): string | undefined {
  const around = currentDevice();
  const devices = new Set(
    body.nodes.flatMap((n) => (n.source || n.placement.device === around ? [] : (n.placement.device ?? []))),
  );
  if (devices.size > 1)
    throw new ValueError(
      `a loop over time runs on one device, and the cells of this one are on ${[...devices].join(' and ')}; give each a recurrent layer of its own.`,
    );
  return [...devices][0] ?? around;
}

function listOf(graph: Graph, value: TensorBase | readonly TensorBase[]): SymbolicTensor[] {
  return Array.isArray(value) && value.length === 0 ? [] : symbolsOf(graph, value);
}

/** On concrete tensors: traced, run once, forgotten. */
function runScan(body: ScanBody, first: readonly TensorBase[], sequences: readonly TensorBase[], options: ScanOptions) {
  const all = [...sequences, ...first];
  const { graph, outputs } = trace(all, (...symbols) => {
    const result = scan(body, symbols.slice(sequences.length), symbols.slice(0, sequences.length), options);
    return [...result.states, ...result.outputs];
  });
  const results = new Program(graph, outputs).run(all);
  return { states: results.slice(0, first.length), outputs: results.slice(first.length) };
}
