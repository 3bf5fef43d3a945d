import { ShapeError } from '../program/errors.js';
import { showShape } from '../program/types.js';
import type { Compiled } from './compiled.js';
import type { Session } from './session.js';
import type { Slot } from './slots.js';
import { sourcesOf, specsOf, type Column, type Table } from './table.js';

// Truncated backpropagation through time (Williams & Peng 1990): a batch is walked in chunks of k steps. The recurrent
// layers' states go on from chunk to chunk, the gradient does not, and every chunk ends with an update of the weights.

/** What the walk needs to know of the model. */
interface Places {
  readonly inputSlots: readonly Slot[];
  readonly outputSlots: readonly Slot[];
}

/** Runs batches chunk by chunk. */
export class ChunkWalk {
  constructor(
    private readonly model: Places,
    private readonly session: Session,
    private readonly compiled: Compiled,
    private readonly k: number,
    private readonly signal?: AbortSignal,
  ) {}

  /** All chunks of the batch of `rows` rows that begins at order[from]. */
  async batch(table: Table, order: Uint32Array, from: number, rows: number): Promise<void> {
    const steps = stepsOf(this.model, table);
    const { programs, seed } = this.session;
    for (let begin = 0; begin < steps; begin += this.k) {
      this.signal?.throwIfAborted();
      const length = Math.min(this.k, steps - begin);
      const specs = specsOf(table, rows, length);
      const program = await (length === steps
        ? programs.train(specs, this.compiled, seed)
        : programs.trainChunk(specs, this.compiled, seed, begin > 0, length / this.k));
      await program.steps(sourcesOf(table, begin), order, from, 1, 0);
    }
  }
}

/** The number of steps that all inputs and targets have. @throws ShapeError naming the one that differs. */
function stepsOf({ inputSlots, outputSlots }: Places, { x, y, weights }: Table): number {
  const [steps] = x[0].sample;
  const check = (what: string, column: Column) => {
    if (steps === undefined || column.sample[0] !== steps)
      throw new ShapeError(
        `fit: tbptt: ${what} has shape ${showShape([null, ...column.sample])}, expected [batch, ${steps ?? 'steps'}, ...]: something for every step.`,
      );
  };
  x.forEach((c, i) => check(`x '${inputSlots[i].name}'`, c));
  y.forEach((c, i) => check(`y '${outputSlots[i].name}'`, c));
  weights.forEach((c) => c && c.sample.length > 0 && check('sampleWeight', c));
  return steps;
}
