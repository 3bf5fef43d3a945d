import { SequenceLayer, type SequenceOptions } from '../layers/recurrent/sequence.js';
import { StackedRNNCells } from '../layers/recurrent/stacked.js';
import type { CellLayer } from '../layers/recurrent/cell.js';
import type { CallArgs, PartialShape } from '../layers/layer.js';
import { ShapeError, show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { AttentionCell, attentionCellsOf, memoriesOf, withMemories } from './attention_cell.js';

export interface AttentionRNNOptions extends SequenceOptions {
  /** An attentionCell, or a cell or a list of cells with one inside. */
  cell: CellLayer | readonly CellLayer[];
}

/**
 * A cell with attention over the steps of x: [x, memory, ...initial states], x [B, T, F], memory [B, S, M], states of
 * the cell inside the attention (its own are then 0) or all of them. Masked steps of the memory get no weight.
 *
 * @throws ValueError for a cell without attention, ShapeError for a memory that is not [B, S, M].
 */
export class AttentionRNN extends SequenceLayer {
  constructor(options: AttentionRNNOptions) {
    super(options, ['cell'], () =>
      Array.isArray(options.cell) ? new StackedRNNCells({ cells: options.cell }) : options.cell,
    );
    if (attentionCellsOf(this.cell).length === 0)
      throw new ValueError(`${this.name}: expected an attentionCell, got ${show(this.cell)}.`);
  }

  override build(inputShape: readonly PartialShape[]): void {
    const [x, memory] = inputShape;
    if (!Array.isArray(x) || !Array.isArray(memory))
      throw new ShapeError(
        `${this.name}: expected [x, memory], got one input of shape ${showShape(inputShape as never)}.`,
      );
    for (const cell of attentionCellsOf(this.cell)) cell.expectMemory(memory);
    super.build(x);
  }

  override call(inputs: readonly TensorBase[], kwargs: CallArgs = {}): any {
    const [x, values, ...states] = inputs;
    const [mask = null, seen = null] = (kwargs.mask ?? []) as readonly (TensorBase | null)[];
    checkMemory(this.name, values, seen, x.shape[0]);
    const cells = attentionCellsOf(this.cell);
    const given = this.cell instanceof AttentionCell ? this.cell.complete(states, x.shape[0]) : states;
    return withMemories(cells, memoriesOf(cells, this.floating(values), seen), () =>
      super.call([x, ...(states.length > 0 ? given : [])], { ...kwargs, mask }),
    );
  }
}

/** @throws ShapeError for a memory that is not [B, S, M], or a mask that is not its [B, S]. */
export function checkMemory(who: string, values: TensorBase, mask: TensorBase | null, batch: number): void {
  if (values.rank !== 3 || values.shape[0] !== batch)
    throw new ShapeError(`${who}: memory ${showShape(values.shape)}, expected [${batch}, steps, features].`);
  if (values.shape[1] === 0) throw new ShapeError(`${who}: a memory of 0 steps has nothing to look at.`);
  if (mask && (mask.rank !== 2 || mask.shape[0] !== batch || mask.shape[1] !== values.shape[1]))
    throw new ShapeError(
      `${who}: the mask of the memory has shape ${showShape(mask.shape)}, expected ${showShape(values.shape.slice(0, 2))}.`,
    );
}
