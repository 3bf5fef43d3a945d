import { symbolOf } from '../program/apply.js';
import { differentiate } from '../program/differentiate.js';
import { StateError, ValueError } from '../program/errors.js';
import { currentGraph, type Graph, type Node, type SymbolicTensor } from '../program/graph.js';
import { TensorBase } from '../program/tensor.js';
import { symbolsOf } from '../program/trace.js';
import { add } from './arithmetic.js';
import { withGradient } from './custom_gradient.js';
import { drawnSoFar, withDrawn } from './random.js';

// Values that are computed again in the backward pass instead of being kept from the forward one (Chen et al. 2016,
// "Training deep nets with sublinear memory cost"). The gradient is traced where the differentiation comes to it, so
// that each recomputation stands right before its use, and no pass merges it with the first computation.

/** What a traced part gave, and the symbols from outside that it read. */
export interface Recorded {
  readonly results: SymbolicTensor[];
  readonly inputs: SymbolicTensor[];
}

/** Runs a body that adds to the graph and sees what it reads. @throws StateError when it writes a variable. */
export function record(who: string, graph: Graph, body: () => unknown): Recorded {
  const from = graph.nodes.length;
  const results = symbolsOf(graph, body());
  const nodes = graph.nodes.slice(from);
  const made = new Set<SymbolicTensor>();
  const inputs = new Set<SymbolicTensor>();
  const see = (s: SymbolicTensor | null) => {
    if (s && !made.has(s) && s.node.source?.kind !== 'constant') inputs.add(s);
  };
  for (const { op, inputs: read, outputs, source } of nodes) {
    if (op.updates)
      throw new StateError(
        `${who}: the function writes a variable, and it would do so twice; let it return the value.`,
      );
    if (source) continue;
    read.forEach(see);
    for (const o of outputs) made.add(o);
  }
  results.forEach(see);
  return { results, inputs: [...inputs] };
}

/**
 * While a gradient is traced: computes a part again and gives the gradients by `wrt`, null where there is none.
 *
 * @param grads Of the part's results, parallel to them.
 */
export function differentiateAgain(
  body: () => unknown,
  grads: readonly (TensorBase | null)[],
  wrt: readonly SymbolicTensor[],
): (SymbolicTensor | null)[] {
  const graph = currentGraph() as Graph;
  const [from, losses] = [graph.nodes.length, graph.losses.length];
  const results = symbolsOf(graph, body());
  // What layers add to the loss was added by the first computation.
  graph.losses.length = losses;
  // Inside a loop the part may read a value by its name in the body, or by that outside.
  const names = wrt.map((s) => [...new Set([symbolOf(graph, s), symbolOf(graph, outermost(s))])]);
  const found = differentiateKept(results, graph.nodes.slice(from), grads, names.flat());
  return names.map(({ length }) => {
    const own = found.splice(0, length).filter((g) => g !== null);
    return own.length > 0 ? own.reduce(plus) : null;
  });
}

/** While a gradient is traced: the gradients of a part of which all values are there, by `wrt`, null where there is none. */
export function differentiateKept(
  results: readonly SymbolicTensor[],
  nodes: readonly Node[],
  grads: readonly (TensorBase | null)[],
  wrt: readonly SymbolicTensor[],
): (SymbolicTensor | null)[] {
  const graph = currentGraph() as Graph;
  const live = results.map((_, i) => i).filter((i) => grads[i]);
  return differentiate(
    live.map((i) => results[i]),
    live.map((i) => symbolOf(graph, grads[i] as TensorBase)),
    wrt,
    plus,
    nodes,
  );
}

function plus(a: SymbolicTensor, b: SymbolicTensor): SymbolicTensor {
  return add(a, b) as SymbolicTensor;
}

/** The symbol that a loop's body captured, for one that stands for it inside. */
function outermost(symbol: SymbolicTensor): SymbolicTensor {
  for (const [outer, inner] of symbol.graph.captured) if (inner === symbol) return outermost(outer);
  return symbol;
}

type Run = <R>(body: () => R) => R;
const keepers: (() => Run)[] = [];

/** Has a part that is computed again run as the first time: `keep` gives a function that restores what is now. */
export function keepForReplay(keep: () => Run): void {
  keepers.push(keep);
}

/** Runs bodies, later ones too, in the surroundings of now, with the random numbers that come next now. */
export function surroundings(): Run {
  const restore = keepers.map((keep) => keep());
  const drawn = drawnSoFar();
  return (body) =>
    restore.reduce<() => any>(
      (inner, run) => () => run(inner),
      () => withDrawn(drawn, body),
    )();
}

/**
 * The same function, of whose inner values none is kept for the gradient: they are computed a second time when the
 * gradient needs them. Numbers, also random ones, are the same. Like jax.checkpoint and Keras' remat.
 *
 * @param fn Takes anything, returns a tensor or a list of tensors. It must not assign variables.
 * @throws StateError when it does.
 */
export function checkpoint<A extends unknown[], R extends TensorBase | readonly TensorBase[]>(
  fn: (...args: A) => R,
): (...args: A) => R {
  if (typeof fn !== 'function') throw new ValueError('checkpoint: expected a function of tensors.');
  return (...args) => {
    const graph = currentGraph();
    if (!graph) return fn(...args);
    const run = surroundings();
    let single = true;
    const body = () => {
      const result = run(() => fn(...args));
      single = result instanceof TensorBase;
      return result;
    };
    const { results, inputs } = record('checkpoint', graph, body);
    const kept = withGradient(results, inputs, (grads) => differentiateAgain(body, grads, inputs));
    kept.forEach((s, i) => (s.mask = results[i].mask));
    return (single ? kept[0] : kept) as unknown as R;
  };
}
