import type { TensorBase } from '../../program/tensor.js';
import { Layer, type CallArgs, type LayerConfig, type PartialShape } from '../layer.js';
import { outputSizeOf, type CellLayer, type RNNCell } from './cell.js';
import { checkCell, initialStates } from './stacked.js';

export interface CellWrapperOptions extends LayerConfig {
  /** Any cell, also a stack or another wrapper. */
  cell: CellLayer;
}

/** A cell around another one, with its states. */
export abstract class CellWrapper extends Layer implements RNNCell {
  readonly cell: CellLayer;
  readonly stateSize: number | readonly number[];
  readonly memory?: readonly boolean[];

  constructor(options: CellWrapperOptions, own: readonly string[] = []) {
    super(options, ['cell', ...own]);
    this.cell = this.track(checkCell(this.name, options.cell));
    this.stateSize = this.cell.stateSize;
    this.memory = this.cell.memory;
  }

  get outputSize(): number {
    return outputSizeOf(this.cell);
  }

  override build(inputShape: PartialShape): void {
    this.cell.build(inputShape);
  }

  getInitialState(batch: number): readonly TensorBase[] {
    return initialStates(this.cell, batch);
  }

  /** One step of the wrapped cell. */
  protected inner(x: TensorBase, states: readonly TensorBase[], kwargs?: CallArgs): [TensorBase, TensorBase[]] {
    const [output, next] = this.cell.call(x, states, kwargs) as [TensorBase, TensorBase | TensorBase[]];
    return [output, Array.isArray(next) ? next : [next]];
  }
}
