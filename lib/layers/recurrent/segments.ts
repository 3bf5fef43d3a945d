import { add } from '../../ops/arithmetic.js';
import { differentiateAgain, differentiateKept, record, surroundings } from '../../ops/checkpoint.js';
import { zeros } from '../../ops/create.js';
import { withGradient } from '../../ops/custom_gradient.js';
import { cummax } from '../../ops/cumulative.js';
import { concatenate, flip, slice } from '../../ops/shape.js';
import { currentGraph, type Graph, type Node, type SymbolicTensor } from '../../program/graph.js';
import { symbolOf } from '../../program/apply.js';
import { currentPlacement, placed } from '../../program/placement.js';
import type { TensorBase } from '../../program/tensor.js';
import { withTraining } from '../context.js';
import { outputSizeOf, type CellLayer, type SequenceCall, type SequenceResult } from './cell.js';
import { drawAll } from './draws.js';
import type { Path } from './paths.js';
import { initialStates } from './stacked.js';

// A long sequence in about sqrt(T) segments of about sqrt(T) steps: of the forward pass only the states at the borders
// are kept, and the backward pass computes each segment again when it comes to it (Chen et al. 2016). On a GPU what a
// segment keeps waits in the host's memory instead (lib/program/swap.ts), and only one segment's is on the device.

/** Steps begin … end − 1 in the order of computation. */
interface Segment {
  readonly begin: number;
  readonly end: number;
}

/** The forward pass of a segment as it was traced. */
interface Kept {
  readonly x: SymbolicTensor;
  readonly results: readonly SymbolicTensor[];
  readonly nodes: readonly Node[];
}

function segmentsOf(steps: number): Segment[] {
  const size = Math.ceil(steps / Math.round(Math.sqrt(steps)));
  return Array.from({ length: Math.ceil(steps / size) }, (_, k) => ({
    begin: k * size,
    end: Math.min(steps, (k + 1) * size),
  }));
}

/**
 * Runs a path in segments; results and gradients are those of one run.
 *
 * @param swaps Whether what they keep is moved to the host's memory, and not computed again.
 */
export function inSegments(
  path: Path,
  cell: CellLayer,
  call: SequenceCall,
  everyStep: boolean,
  swaps: boolean,
): SequenceResult {
  const graph = currentGraph();
  const segments = segmentsOf(call.x.shape[1]);
  if (!graph || segments.length < 2) return path.run(cell, call, everyStep);
  // What is kept in the body of a loop is part of what the loop keeps.
  const walk = new Walk(path, cell, call, everyStep, segments, swaps && !graph.parent);
  const { results, inputs } = record(cell.name, graph, () => walk.forward());
  const kept = withGradient(results, inputs, (grads) => walk.backward(grads, inputs));
  const [outputs, rest] = everyStep ? [kept[0], kept.slice(1)] : [null, kept];
  return { outputs, last: rest[0], states: rest.slice(1) };
}

class Walk {
  private readonly run: ReturnType<typeof surroundings>;
  private readonly x: SymbolicTensor;
  private readonly masked: boolean;
  private readonly first: readonly SymbolicTensor[];
  private readonly draws: ReadonlyMap<object, readonly TensorBase[]>;
  private readonly reached: TensorBase | null;
  /** What each segment starts from: the output before it, and the states. */
  private readonly borders: (readonly SymbolicTensor[])[] = [];
  private readonly kept: Kept[] = [];

  constructor(
    private readonly path: Path,
    private readonly cell: CellLayer,
    private readonly call: SequenceCall,
    private readonly everyStep: boolean,
    private readonly segments: readonly Segment[],
    private readonly swaps: boolean,
  ) {
    const { x, states, mask, goBackwards, training } = call;
    const graph = currentGraph() as Graph;
    const [batch, steps] = x.shape;
    this.masked = mask !== null;
    this.x = symbolOf(graph, x);
    const before = zeros([batch, outputSizeOf(cell)], x.dtype);
    this.first = [before, ...(states ?? initialStates(cell, batch))].map((s) => symbolOf(graph, s));
    // Drawn once for all steps; the draws of a segment's own would be the same in each.
    this.draws = drawAll(cell, steps, batch, training);
    this.run = surroundings();
    this.reached = mask && cummax(goBackwards ? flip(mask, 1) : mask, 1);
  }

  /** [all outputs where they are wanted, the last output, ...the last states]. */
  forward(): TensorBase[] {
    const outputs: TensorBase[] = [];
    let border = this.first;
    for (const segment of this.segments) {
      this.borders.push(border);
      const results = this.swaps ? this.keep(segment, border) : this.compute(segment, border, this.cut(segment));
      if (this.everyStep) outputs.push(results[0]);
      border = results.slice(-border.length) as SymbolicTensor[];
    }
    return [...(this.everyStep ? [concatenate(outputs, 1)] : []), ...border];
  }

  private keep(segment: Segment, border: readonly SymbolicTensor[]): TensorBase[] {
    return placed({ ...currentPlacement(), swaps: true }, () => {
      const { nodes } = currentGraph() as Graph;
      const x = this.cut(segment) as SymbolicTensor;
      const from = nodes.length;
      const results = this.compute(segment, border, x) as SymbolicTensor[];
      this.kept.push({ x, results, nodes: nodes.slice(from) });
      return results;
    });
  }

  /** The part of [B, T, …] that a segment works on. */
  private cut({ begin, end }: Segment, of: TensorBase = this.x): TensorBase {
    const steps = of.shape[1];
    return slice(of, [null, this.call.goBackwards ? [steps - end, steps - begin] : [begin, end]]);
  }

  private compute({ begin, end }: Segment, [before, ...states]: readonly TensorBase[], x: TensorBase): TensorBase[] {
    const { mask, goBackwards, training } = this.call;
    const part = {
      draws: new Map([...this.draws].map(([cell, all]) => [cell, all.map((d) => slice(d, [[begin, end]]))])),
      reached: this.reached && slice(this.reached, [null, [begin, end]]),
      before,
    };
    const own = { x, states, mask: mask && this.cut({ begin, end }, mask), goBackwards, training, part };
    const {
      outputs,
      last,
      states: after,
    } = this.run(() => withTraining(training, () => this.path.run(this.cell, own, this.everyStep)));
    const step = this.everyStep && !this.masked ? before : last;
    return [...(this.everyStep ? [outputs as TensorBase] : []), step, ...after];
  }

  /** @param inputs What the forward pass read; one gradient for each. */
  backward(grads: readonly (SymbolicTensor | null)[], inputs: readonly SymbolicTensor[]): (TensorBase | null)[] {
    const graph = currentGraph() as Graph;
    const whole = this.everyStep ? grads[0] : null;
    let arriving: (TensorBase | null)[] = grads.slice(this.everyStep ? 1 : 0);
    const totals = new Map<SymbolicTensor, TensorBase>();
    const count = (symbol: SymbolicTensor, grad: TensorBase | null) => {
      const known = totals.get(symbol);
      if (grad) totals.set(symbol, known ? add(known, grad) : grad);
    };
    const { x } = this;
    const others = inputs.filter((s) => s !== x);
    const slices: (TensorBase | null)[] = [];
    for (let k = this.segments.length - 1; k >= 0; k--) {
      const segment = this.segments[k];
      const seeds = [
        ...(this.everyStep ? [whole && slice(whole, [null, [segment.begin, segment.end]])] : []),
        ...arriving,
      ];
      const kept = this.kept.at(k);
      const own = kept?.x ?? symbolOf(graph, this.cut(segment));
      const border = this.borders[k];
      const wrt = [own, ...border, ...others.filter((s) => !border.includes(s))];
      const [dx, ...rest] = kept
        ? differentiateKept(kept.results, kept.nodes, seeds, wrt)
        : differentiateAgain(() => this.compute(segment, border, own), seeds, wrt);
      slices[k] = dx;
      // Where the output is a state, its gradient is theirs together.
      arriving = border.map((s, i) => (border.indexOf(s) === i ? rest[i] : null));
      wrt.slice(1 + border.length).forEach((s, i) => count(s, rest[border.length + i]));
    }
    this.first.forEach((s, i) => count(s, arriving[i]));
    if (slices.some((s) => s !== null)) {
      const ordered = this.call.goBackwards ? slices.toReversed() : slices;
      const lengths = this.call.goBackwards ? this.segments.toReversed() : this.segments;
      const [batch, , features] = x.shape;
      const all = ordered.map((s, k) => s ?? zeros([batch, lengths[k].end - lengths[k].begin, features], x.dtype));
      count(x, concatenate(all, 1));
    }
    return inputs.map((s) => totals.get(s) ?? null);
  }
}
