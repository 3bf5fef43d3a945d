import type { TensorBase } from '../program/tensor.js';
import { Layer, type LayerConfig } from './layer.js';

/** Gives back what it gets, mask and all. */
export class Identity extends Layer {
  constructor(options: LayerConfig = {}) {
    super(options);
    this.supportsMasking = true;
    this.actsOnVectors = true;
  }

  call(inputs: TensorBase): TensorBase {
    return inputs;
  }
}
