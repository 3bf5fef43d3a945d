import type { Watcher } from '../layers/context.js';
import type { CallArgs, Layer } from '../layers/layer.js';
import type { CellLayer } from '../layers/recurrent/cell.js';
import { CellWrapper } from '../layers/recurrent/cell_wrapper.js';
import { drawnFor, type DrawingCell } from '../layers/recurrent/draws.js';
import { SequenceLayer } from '../layers/recurrent/sequence.js';
import { add } from '../ops/arithmetic.js';
import { zeros } from '../ops/create.js';
import { flip } from '../ops/shape.js';
import { currentGraph, SymbolicTensor, type Graph } from '../program/graph.js';
import type { TensorBase } from '../program/tensor.js';
import { isFloating, sameShape } from '../program/types.js';

/**
 * A cell whose output h_t has a zero added to it at every step, as it leaves and as it goes to the next step. The
 * gradient by that zero is the whole dL/dh_t: through the layers above and through all later steps.
 */
class ProbedCell extends CellWrapper implements DrawingCell {
  /** [T, B, H], in the order of computation. */
  probe: SymbolicTensor | null = null;

  constructor(cell: CellLayer) {
    super({ cell, name: cell.name, dtype: cell.dtype });
  }

  drawSteps(steps: number, batch: number): readonly TensorBase[] {
    this.probe = (currentGraph() as Graph).constant(zeros([steps, batch, this.outputSize], this.dtype));
    return [this.probe];
  }

  call(inputs: TensorBase, states: readonly TensorBase[], kwargs?: CallArgs): [TensorBase, TensorBase[]] {
    const [output, next] = this.inner(inputs, states, kwargs);
    const [zero] = drawnFor(this) as readonly TensorBase[];
    const moved = add(output, zero);
    // Where a wrapper made the output of a state (a residual sum, say), the state moves with it.
    const own = next.includes(output) ? output : next.find((s) => sameShape(s.shape, output.shape));
    return [moved, next.map((s) => (s === output ? moved : s === own ? add(s, zero) : s))];
  }
}

/** Something with an axis of steps to take the gradient by. */
export interface Watched {
  readonly name: string;
  readonly symbol: SymbolicTensor;
  /** Where the steps are. */
  readonly axis: number;
  readonly backwards: boolean;
}

/** Finds what the layers of a model give at every step, while they are traced. */
export class StepWatcher implements Watcher {
  private readonly found: { layer: Layer; watched: () => Omit<Watched, 'name'> }[] = [];

  /** @param layers Of which outputs are looked at; recurrent layers are at any depth. */
  constructor(
    private readonly graph: Graph,
    private readonly layers: ReadonlySet<Layer>,
  ) {}

  gave(layer: Layer, results: unknown): void {
    if (layer instanceof SequenceLayer || !this.layers.has(layer)) return;
    const [first] = [results].flat();
    if (!(first instanceof SymbolicTensor) || first.graph !== this.graph) return;
    if (first.rank >= 3 && isFloating(first.dtype))
      this.found.push({ layer, watched: () => ({ symbol: first, axis: 1, backwards: false }) });
  }

  cellFor(layer: Layer, cell: CellLayer): CellLayer {
    if (currentGraph() !== this.graph) return cell;
    const probed = new ProbedCell(cell);
    const backwards = (layer as SequenceLayer).goBackwards;
    this.found.push({ layer, watched: () => ({ symbol: probed.probe as SymbolicTensor, axis: 0, backwards }) });
    return probed;
  }

  /** In the order of the calls; a layer that was called again has a number behind its name. */
  watched(): Watched[] {
    const calls = new Map<string, number>();
    return this.found.map(({ layer, watched }) => {
      const times = calls.get(layer.name) ?? 0;
      calls.set(layer.name, times + 1);
      return { name: times === 0 ? layer.name : `${layer.name}_${times}`, ...watched() };
    });
  }
}

/** A gradient of something watched, with the steps in front and in the order of the input. */
export function inputOrder(gradient: TensorBase, { axis, backwards }: Watched): TensorBase {
  return backwards ? flip(gradient, axis) : gradient;
}
