import * as activations from '../activations/index.js';
import type { TensorBase } from '../program/tensor.js';
import { Layer, type LayerConfig } from './layer.js';

export interface ActivationOptions extends LayerConfig {
  activation: activations.ActivationLike;
}

/** An activation as a layer. */
export class Activation extends Layer {
  readonly activation: activations.Activation;

  constructor(options: ActivationOptions) {
    super(options, ['activation']);
    this.activation = activations.get(options.activation);
    this.supportsMasking = true;
    this.actsOnVectors = typeof options.activation === 'string';
  }

  call(inputs: TensorBase): TensorBase {
    return this.activation(this.floating(inputs));
  }
}
