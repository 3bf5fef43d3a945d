import { transpose } from '../ops/shape.js';
import { ShapeError, show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { Layer, type LayerConfig } from './layer.js';

export interface PermuteOptions extends LayerConfig {
  /** Which axis comes at each place, counted from 1 without the batch: [2, 1] swaps steps and features. */
  dims: readonly number[];
}

/** The axes of each sample in another order. */
export class Permute extends Layer {
  readonly dims: readonly number[];

  constructor(options: PermuteOptions) {
    super(options, ['dims']);
    const { dims } = options;
    if (!Array.isArray(dims) || [...dims].sort((a, b) => a - b).some((d, i) => d !== i + 1))
      throw new ValueError(`${this.name}: dims must hold 1, 2, … once each, got ${show(dims)}.`);
    this.dims = dims;
  }

  call(inputs: TensorBase): TensorBase {
    if (inputs.rank !== this.dims.length + 1)
      throw new ShapeError(
        `${this.name}: dims ${show(this.dims)} for an input of shape ${showShape(inputs.shape)}, expected ${this.dims.length + 1} axes.`,
      );
    return transpose(inputs, [0, ...this.dims]);
  }
}
