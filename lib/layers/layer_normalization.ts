import { add, multiply, rsqrt, square, subtract } from '../ops/arithmetic.js';
import { layerNorm } from '../ops/normalize.js';
import { mean, normalizeAxes } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { epsilonOf } from './checks.js';
import { Layer, type LayerConfig, type PartialShape } from './layer.js';
import { ruleNames, ruleOf, type WeightRules } from './weight_rules.js';

export interface LayerNormalizationOptions extends LayerConfig, WeightRules<'gamma' | 'beta'> {
  /** The axis or axes over which mean and variance are taken; default the last. */
  axis?: number | readonly number[];
  /** Added to the variance; default 1e-3. */
  epsilon?: number;
  /** Add beta. */
  center?: boolean;
  /** Multiply with gamma. */
  scale?: boolean;
}

/** Zero mean and unit variance for every sample, then gamma and beta (Ba, Kiros, Hinton 2016). */
export class LayerNormalization extends Layer {
  gamma: Variable | null = null;
  beta: Variable | null = null;
  private readonly axis: number | readonly number[];
  private readonly epsilon: number;

  constructor(private readonly options: LayerNormalizationOptions = {}) {
    super(options, ['axis', 'epsilon', 'center', 'scale', ...ruleNames('gamma', 'beta')]);
    this.axis = options.axis ?? -1;
    this.epsilon = epsilonOf(this.name, options, 1e-3);
    this.supportsMasking = true;
    this.actsOnVectors = [this.axis].flat().join() === '-1';
  }

  override build(inputShape: PartialShape): void {
    const { center = true, scale = true } = this.options;
    const shape = normalizeAxes(this.name, this.axis, inputShape.length).map((axis) =>
      this.featuresOf(inputShape, axis),
    );
    if (scale) this.gamma = this.addWeight({ name: 'gamma', shape, ...ruleOf(this.options, 'gamma', 'ones') });
    if (center) this.beta = this.addWeight({ name: 'beta', shape, ...ruleOf(this.options, 'beta', 'zeros') });
  }

  call(inputs: TensorBase): TensorBase {
    const x = this.floating(inputs);
    const { epsilon } = this;
    const axes = normalizeAxes(this.name, this.axis, x.rank);
    if (axes.length === 1) return layerNorm(x, this.gamma, this.beta, { axis: axes[0], epsilon });
    const centered = subtract(x, mean(x, axes, true));
    const spread = (v: Variable) =>
      reshape(
        v,
        x.shape.map((n, axis) => (axes.includes(axis) ? n : 1)),
      );
    let y = multiply(centered, rsqrt(add(mean(square(centered), axes, true), epsilon)));
    if (this.gamma) y = multiply(y, spread(this.gamma));
    return this.beta ? add(y, spread(this.beta)) : y;
  }
}
