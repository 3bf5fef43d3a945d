import { reshape } from '../ops/shape.js';
import { ShapeError, show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { Layer, type CallArgs, type LayerConfig, type PartialShape } from './layer.js';

export interface TimeDistributedOptions extends LayerConfig {
  layer: Layer;
}

/** One layer on every step of [B, T, …]. */
export class TimeDistributed extends Layer {
  readonly layer: Layer;

  constructor(options: TimeDistributedOptions) {
    super(options, ['layer']);
    if (!(options.layer instanceof Layer))
      throw new ValueError(`${this.name}: expected a layer, got ${show(options.layer)}.`);
    this.layer = this.track(options.layer);
    this.supportsMasking = true;
  }

  override build(inputShape: PartialShape): void {
    if (inputShape.length < 3)
      throw new ShapeError(`${this.name}: expected [batch, steps, ...], got ${showShape(inputShape)}.`);
    this.layer.build([inputShape[0], ...inputShape.slice(2)]);
  }

  override actsOnSteps(): boolean {
    return true;
  }

  call(inputs: TensorBase, kwargs: CallArgs = {}): TensorBase {
    const args = { training: kwargs.training, mask: null };
    if (this.layer.actsOnVectors) return this.layer.invoke(inputs, args);
    const [batch, steps, ...step] = inputs.shape;
    const result: TensorBase = this.layer.invoke(reshape(inputs, [batch * steps, ...step]), args);
    return reshape(result, [batch, steps, ...result.shape.slice(1)]);
  }

  override getConfig(): Record<string, any> {
    return { ...super.getConfig(), layer: this.layer.clone() };
  }
}
