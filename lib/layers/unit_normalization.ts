import { maximum, multiply, rsqrt, square } from '../ops/arithmetic.js';
import { normalizeAxes, sum, type Axes } from '../ops/reduce.js';
import type { TensorBase } from '../program/tensor.js';
import { behindSteps } from './checks.js';
import { Layer, type LayerConfig } from './layer.js';

export interface UnitNormalizationOptions extends LayerConfig {
  /** The axis or axes along which the length becomes 1; default the last. */
  axis?: number | readonly number[];
}

// Square of the least length that is still scaled to 1.
const TINY = 1e-24;

/** x divided by its Euclidean length along the axes; zeros stay zeros. */
export function toUnitNorm(x: TensorBase, axes: Axes): TensorBase {
  return multiply(x, rsqrt(maximum(sum(square(x), axes, true), TINY)));
}

/** Every vector along an axis scaled to length 1. */
export class UnitNormalization extends Layer {
  private readonly axis: number | readonly number[];

  constructor(options: UnitNormalizationOptions = {}) {
    super(options, ['axis']);
    this.axis = options.axis ?? -1;
    this.supportsMasking = true;
  }

  override actsOnSteps(rank = 3): boolean {
    return behindSteps(this.axis, rank);
  }

  call(inputs: TensorBase): TensorBase {
    return toUnitNorm(this.floating(inputs), normalizeAxes(this.name, this.axis, inputs.rank));
  }
}
