import { transpose } from '../../ops/shape.js';
import type { TensorBase } from '../../program/tensor.js';
import type { Shape } from '../../program/types.js';
import type { Layer } from '../layer.js';

// Random masks that differ from step to step. A random op inside a loop gives the same numbers at every step, so cells
// that want others have them drawn before the loop, which hands each step its slice.

/** A cell, at any depth, that wants random masks of its own for every step. */
export interface DrawingCell {
  /** [T, B, n] each; empty where nothing is random. */
  drawSteps(steps: number, batch: number, training: boolean): readonly TensorBase[];
}
export type Draws = ReadonlyMap<object, readonly TensorBase[]>;

// The slices of the step that is being traced. Per JavaScript thread, empty between steps.
let current: Draws = new Map();

/** The masks of a cell and of all cells inside it. */
export function drawAll(cell: Layer, steps: number, batch: number, training: boolean): Draws {
  const found = new Map<object, readonly TensorBase[]>();
  const visit = (layer: Layer) => {
    const own = (layer as Partial<DrawingCell>).drawSteps?.(steps, batch, training) ?? [];
    if (own.length > 0) found.set(layer, own);
    layer.tracked.forEach(visit);
  };
  visit(cell);
  return found;
}

/** A mask [T, B, size] for every step, drawn with the batch innermost, as the kernels want it. */
export function eachStep(
  draw: (shape: Shape) => TensorBase,
  [steps, batch, size]: readonly [number, number, number],
): TensorBase {
  return transpose(draw([steps, size, batch]), [0, 2, 1]);
}

/** The same map with one step's slices, given one after the other. */
export function sliced(draws: Draws, slices: readonly TensorBase[]): Draws {
  let at = 0;
  return new Map([...draws].map(([cell, { length }]) => [cell, slices.slice(at, (at += length))]));
}

/** Runs a step with its slices, or several steps with theirs; undefined: with what is. */
export function withDraws<R>(draws: Draws | undefined, step: () => R): R {
  const before = current;
  if (!draws) return step();
  current = draws;
  try {
    return step();
  } finally {
    current = before;
  }
}

/** What was drawn for a cell at this step (or these steps: [T, B, n]); undefined outside of a loop. */
export function drawnFor(cell: object): readonly TensorBase[] | undefined {
  return current.get(cell);
}
