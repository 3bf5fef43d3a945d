import { ValueError } from '../../program/errors.js';
import type { TensorBase } from '../../program/tensor.js';
import type { CallArgs } from '../layer.js';
import { fusedSequenceOf, type FusedSequence } from './cell.js';
import { CellWrapper, type CellWrapperOptions } from './cell_wrapper.js';

export interface DeviceCellOptions extends CellWrapperOptions {
  /** 'cpu', 'gpu' or 'gpu:0'. */
  device: string;
}

/**
 * A cell whose weights lie on a device of its own and whose steps are computed there: each cell of a stack on another GPU.
 * Shapes, states and numbers are the cell's. A cell that runs step by step takes the whole loop with it. @throws ValueError
 * for what names no device; StateError when the weights are built and there is no such device.
 */
export class DeviceCell extends CellWrapper {
  constructor(options: DeviceCellOptions) {
    super(options);
    if (options.device === undefined) throw new ValueError(`${this.name}: expected a device, 'cpu', 'gpu' or 'gpu:0'.`);
  }

  get fusesBetween(): boolean {
    return this.cell.fusesBetween ?? false;
  }

  call(inputs: TensorBase, states: any, kwargs?: CallArgs): [TensorBase, TensorBase[]] {
    return this.inner(inputs, states as TensorBase[], kwargs);
  }

  fusedSequence(masked?: boolean): FusedSequence | null {
    return fusedSequenceOf(this.cell, masked);
  }
}
