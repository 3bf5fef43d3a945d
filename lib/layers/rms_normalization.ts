import { add, multiply, rsqrt, square } from '../ops/arithmetic.js';
import { layerNorm } from '../ops/normalize.js';
import { mean, normalizeAxes } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { epsilonOf } from './checks.js';
import { Layer, type LayerConfig, type PartialShape } from './layer.js';

export interface RMSNormalizationOptions extends LayerConfig {
  /** The axis or axes over which the mean square is taken; default the last. */
  axis?: number | readonly number[];
  /** Added to the mean square; default 1e-6. */
  epsilon?: number;
}

/** x / √(mean(x²) + epsilon) · scale (Zhang & Sennrich 2019). */
export class RMSNormalization extends Layer {
  scale!: Variable; // sizes of the axes
  private readonly axis: number | readonly number[];
  private readonly epsilon: number;

  constructor(options: RMSNormalizationOptions = {}) {
    super(options, ['axis', 'epsilon']);
    this.axis = options.axis ?? -1;
    this.epsilon = epsilonOf(this.name, options, 1e-6);
    this.supportsMasking = true;
    this.actsOnVectors = [this.axis].flat().join() === '-1';
  }

  override build(inputShape: PartialShape): void {
    const axes = normalizeAxes(this.name, this.axis, inputShape.length);
    const shape = axes.map((axis) => this.featuresOf(inputShape, axis));
    this.scale = this.addWeight({ name: 'scale', shape, initializer: 'ones' });
  }

  call(inputs: TensorBase): TensorBase {
    const x = this.floating(inputs);
    const { epsilon } = this;
    const axes = normalizeAxes(this.name, this.axis, x.rank);
    if (axes.length === 1) return layerNorm(x, this.scale, null, { axis: axes[0], epsilon, rms: true });
    const factor = multiply(
      rsqrt(add(mean(square(x), axes, true), epsilon)),
      reshape(
        this.scale,
        x.shape.map((n, axis) => (axes.includes(axis) ? n : 1)),
      ),
    );
    return multiply(x, factor);
  }
}
