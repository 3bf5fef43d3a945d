import { add, multiply } from '../ops/arithmetic.js';
import { show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { Layer, type LayerConfig } from './layer.js';

export interface RescalingOptions extends LayerConfig {
  /** A number, or one per feature. */
  scale: number | readonly number[];
  /** A number, or one per feature; default 0. */
  offset?: number | readonly number[];
}

/** x · scale + offset. */
export class Rescaling extends Layer {
  constructor(private readonly options: RescalingOptions) {
    super(options, ['scale', 'offset']);
    for (const [name, value] of Object.entries({ scale: options.scale, offset: options.offset ?? 0 })) {
      if (![value].flat().every((v) => typeof v === 'number' && Number.isFinite(v)))
        throw new ValueError(`${this.name}: ${name} must be a number or a list of numbers, got ${show(value)}.`);
    }
    this.supportsMasking = true;
    this.actsOnVectors = true;
  }

  call(inputs: TensorBase): TensorBase {
    return add(multiply(this.floating(inputs), this.options.scale), this.options.offset ?? 0);
  }
}
