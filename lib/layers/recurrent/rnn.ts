import type { CellLayer } from './cell.js';
import { SequenceLayer, type SequenceOptions } from './sequence.js';
import { StackedRNNCells } from './stacked.js';

export interface RNNOptions extends SequenceOptions {
  /** A built-in cell, one of your own, or a list of them to be stacked. */
  cell: CellLayer | readonly CellLayer[];
}

/** Any cell over the steps of [B, T, F]. */
export class RNN extends SequenceLayer {
  constructor(options: RNNOptions) {
    super(options, ['cell'], () =>
      Array.isArray(options.cell) ? new StackedRNNCells({ cells: options.cell }) : options.cell,
    );
  }
}
