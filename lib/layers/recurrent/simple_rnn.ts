import { add } from '../../ops/arithmetic.js';
import { dense } from '../../ops/dense.js';
import { simpleRNN } from '../../ops/rnn.js';
import type { TensorBase } from '../../program/tensor.js';
import type { LayerConfig } from '../layer.js';
import { CELL_OPTIONS, GatedCell, kernelName, type CellOptions } from './gates.js';
import { cellOptions, SequenceLayer, type SequenceOptions } from './sequence.js';

export interface SimpleRNNCellOptions extends CellOptions, LayerConfig {}
export interface SimpleRNNOptions extends CellOptions, SequenceOptions {}

/** h' = activation(x · kernel + h · recurrentKernel + bias) (Elman 1990). */
export class SimpleRNNCell extends GatedCell {
  readonly stateSize: number;

  constructor(options: SimpleRNNCellOptions) {
    super(options, [], 1);
    this.stateSize = this.units;
  }

  protected step(x: TensorBase, _states: readonly TensorBase[], dropped: TensorBase): TensorBase[] {
    return [this.activation(add(dense(x, this.kernel, this.bias), dense(dropped, this.recurrentKernel)))];
  }

  protected fused() {
    return kernelName(this.activation) === undefined ? null : simpleRNN;
  }
}

export class SimpleRNN extends SequenceLayer {
  constructor(options: SimpleRNNOptions) {
    super(options, CELL_OPTIONS, () => new SimpleRNNCell(cellOptions(options, CELL_OPTIONS)));
  }
}
