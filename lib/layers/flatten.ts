import { reshape } from '../ops/shape.js';
import type { TensorBase } from '../program/tensor.js';
import { sizeOf } from '../program/types.js';
import { Layer, type LayerConfig } from './layer.js';

/** All axes but the batch as one. */
export class Flatten extends Layer {
  constructor(options: LayerConfig = {}) {
    super(options);
  }

  call(inputs: TensorBase): TensorBase {
    return reshape(inputs, [inputs.shape[0], sizeOf(inputs.shape.slice(1))]);
  }
}
