import { notEqual, where } from '../ops/arithmetic.js';
import { any } from '../ops/reduce.js';
import { expandDims } from '../ops/shape.js';
import type { TensorBase } from '../program/tensor.js';
import { Layer, type LayerConfig } from './layer.js';

export interface MaskingOptions extends LayerConfig {
  /** A step whose features all have this value is skipped by the layers behind; default 0. */
  maskValue?: number;
}

/** Masks the steps that are filled with one value. */
export class Masking extends Layer {
  readonly maskValue: number;

  constructor(options: MaskingOptions = {}) {
    super(options, ['maskValue']);
    this.maskValue = options.maskValue ?? 0;
  }

  override computeMask(inputs: TensorBase): TensorBase {
    return any(notEqual(inputs, this.maskValue), -1);
  }

  override actsOnSteps(): boolean {
    return true;
  }

  call(inputs: TensorBase): TensorBase {
    return where(expandDims(this.computeMask(inputs), -1), inputs, 0);
  }
}
