import { where } from '../../ops/arithmetic.js';
import { zeros } from '../../ops/create.js';
import { scan } from '../../ops/scan.js';
import { expandDims, flip, transpose } from '../../ops/shape.js';
import { show, ValueError } from '../../program/errors.js';
import { TensorBase } from '../../program/tensor.js';
import {
  fusedSequenceOf,
  outputSizeOf,
  type CellLayer,
  type FusedSequence,
  type SequenceCall,
  type SequenceResult,
} from './cell.js';
import { drawAll, sliced, withDraws } from './draws.js';
import { reachedAt, reachedInTheEnd } from './lengths.js';
import { initialStates } from './stacked.js';

/** A way to compute all steps of a cell. */
export interface Path {
  readonly name: string;
  /** @param masked Whether some steps may not be real. */
  accepts(cell: CellLayer, masked: boolean): boolean;
  run(cell: CellLayer, call: SequenceCall, everyStep: boolean): SequenceResult;
}

/** One kernel for all steps (one per cell of a stack). */
const fused: Path = {
  name: 'fused',
  accepts: (cell, masked) => fusedSequenceOf(cell, masked) !== null,
  run(cell, call, everyStep) {
    const sequence = fusedSequenceOf(cell, call.mask !== null) as FusedSequence;
    const { outputs, last, states } = withDraws(call.part?.draws, () => sequence(call));
    if (!call.mask || !call.states) return { outputs, last, states };
    // Before the first real step the kernel's output is the initial state; it shall be 0.
    if (!everyStep) return { outputs, last: where(reachedInTheEnd(call), last, 0), states };
    return { outputs: where(reachedAt(call), outputs, 0), last, states };
  },
};

/** The cell's `call` under a loop over time: works for every cell. */
const loop: Path = {
  name: 'scan',
  accepts: () => true,
  run(cell, { x, states, mask, goBackwards, training, part }, everyStep) {
    const timeFirst = (t: TensorBase) => {
      const swapped = transpose(
        t,
        t.shape.map((_, i) => (i < 2 ? 1 - i : i)),
      );
      return goBackwards ? flip(swapped, 0) : swapped;
    };
    const batch = x.shape[0];
    const first = states ?? initialStates(cell, batch);
    const draws = part?.draws ?? drawAll(cell, x.shape[1], batch, training);
    const sequences = [timeFirst(x), ...(mask ? [expandDims(timeFirst(mask), -1)] : []), ...[...draws.values()].flat()];
    // The output travels with the states where a later step may have to repeat it, or only the last one is wanted.
    const carries = mask !== null || !everyStep;
    const before = part?.before ?? zeros([batch, outputSizeOf(cell)], x.dtype);
    const init = carries ? [...first, before] : first;
    const result = scan(
      (carried, [step, ...rest]) => {
        const real = mask ? rest.shift() : undefined;
        const [y, next] = withDraws(sliced(draws, rest), () =>
          stepOf(cell, step, carried.slice(0, first.length), training),
        );
        const keep = (now: TensorBase, before: TensorBase) => (real ? where(real, now, before) : now);
        const after = next.map((s, i) => keep(s, carried[i]));
        const output = real ? keep(y, carried[first.length]) : y;
        return [carries ? [...after, output] : after, everyStep ? [output] : []];
      },
      init,
      sequences,
    );
    const outputs = everyStep ? transpose(result.outputs[0], [1, 0, 2]) : null;
    return {
      outputs,
      last: carries ? result.states[first.length] : (outputs as TensorBase),
      states: result.states.slice(0, first.length),
    };
  },
};

/** Ways to compute a sequence, the first that accepts the cell is taken. */
export const PATHS: readonly Path[] = [fused, loop];

/** Calls a cell, whoever wrote it, and checks what it gives back. */
function stepOf(cell: CellLayer, x: TensorBase, states: TensorBase[], training: boolean): [TensorBase, TensorBase[]] {
  const result: unknown = cell.call(x, states, { training });
  const [output, after] = Array.isArray(result) ? result : [];
  const next: unknown[] = Array.isArray(after) ? after : [after];
  if (!(output instanceof TensorBase) || next.length !== states.length || !next.every((s) => s instanceof TensorBase)) {
    throw new ValueError(
      `cell '${cell.name}': call returned ${show(result)}, expected [output, [${states.length} state(s)]].`,
    );
  }
  return [output, next];
}
