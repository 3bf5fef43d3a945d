import { any } from '../ops/reduce.js';
import { reshape, slice, stack } from '../ops/shape.js';
import { ShapeError, show, ValueError } from '../program/errors.js';
import { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { BatchNormalization } from './batch_normalization.js';
import { isTraining } from './context.js';
import { Layer, type CallArgs, type Inputs, type LayerConfig, type PartialShape } from './layer.js';

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

  /** @param kwargs Of a mask [B, T, S, …] each step gets its part; a mask [B, T] is for batch normalization and the results. */
  call(inputs: TensorBase, kwargs: CallArgs = {}): TensorBase {
    const { training } = kwargs;
    const mask = kwargs.mask instanceof TensorBase ? kwargs.mask : null;
    if (this.layer.actsOnVectors) return this.layer.invoke(inputs, { training, mask: null });
    const [batch, steps, ...step] = inputs.shape;
    if (isTraining(kwargs) && followsMoments(this.layer)) {
      // Each step is a batch of its own, whose moments the moving ones follow.
      if (this.layer instanceof BatchNormalization)
        return this.layer.invoke(inputs, { training, mask, eachStep: true });
      const at = (x: TensorBase, t: number) => slice(x, [null, t]);
      const one = (t: number): TensorBase => this.layer.invoke(at(inputs, t), { training, mask: mask && at(mask, t) });
      return stack(
        Array.from({ length: steps }, (_, t) => one(t)),
        1,
      );
    }
    const inner = mask && mask.rank > 2 ? reshape(mask, [batch * steps, ...mask.shape.slice(2)]) : null;
    const result: TensorBase = this.layer.invoke(reshape(inputs, [batch * steps, ...step]), { training, mask: inner });
    return reshape(result, [batch, steps, ...result.shape.slice(1)]);
  }

  /** Steps in which the layer hides parts from each other are real where any part is. */
  override computeMask(_inputs: Inputs, mask: CallArgs['mask']): CallArgs['mask'] {
    if (!(mask instanceof TensorBase) || mask.rank <= 2) return mask;
    return any(mask, [...mask.shape.keys()].slice(2));
  }
}

const followsMoments = (layer: Layer): boolean =>
  layer instanceof BatchNormalization ? layer.trainable : layer.tracked.some(followsMoments);
