import { add, multiply, rsqrt, square, subtract } from '../ops/arithmetic.js';
import { mean, normalizeAxis } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { checkInteger, ShapeError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { epsilonOf } from './checks.js';
import { Layer, type LayerConfig, type PartialShape } from './layer.js';
import { ruleNames, ruleOf, type WeightRules } from './weight_rules.js';

export interface GroupNormalizationOptions extends LayerConfig, WeightRules<'gamma' | 'beta'> {
  /** Number of groups, default 32; -1: every channel is its own (instance normalization). */
  groups?: number;
  /** The axis of the channels; default the last. */
  axis?: number;
  /** Added to the variance; default 1e-3. */
  epsilon?: number;
  /** Add beta; default true. */
  center?: boolean;
  /** Multiply with gamma; default true. */
  scale?: boolean;
}

/** Zero mean and unit variance for each group of channels of a sample, over its other axes, too (Wu & He 2018). */
export class GroupNormalization extends Layer {
  gamma: Variable | null = null; // [channels]
  beta: Variable | null = null; // [channels]
  readonly groups: number;
  private readonly axis: number;
  private readonly epsilon: number;

  constructor(private readonly options: GroupNormalizationOptions = {}) {
    super(options, ['groups', 'axis', 'epsilon', 'center', 'scale', ...ruleNames('gamma', 'beta')]);
    const { groups = 32 } = options;
    this.groups = groups === -1 ? -1 : checkInteger(this.name, 'groups', groups, 1);
    this.axis = options.axis ?? -1;
    this.epsilon = epsilonOf(this.name, options, 1e-3);
    this.supportsMasking = true;
  }

  override build(inputShape: PartialShape): void {
    const { center = true, scale = true } = this.options;
    const channels = this.featuresOf(inputShape, normalizeAxis(this.name, this.axis, inputShape.length));
    if (this.groups !== -1 && channels % this.groups !== 0)
      throw new ShapeError(`${this.name}: ${channels} channels do not fall into ${this.groups} groups.`);
    const shape = [channels];
    if (scale) this.gamma = this.addWeight({ name: 'gamma', shape, ...ruleOf(this.options, 'gamma', 'ones') });
    if (center) this.beta = this.addWeight({ name: 'beta', shape, ...ruleOf(this.options, 'beta', 'zeros') });
  }

  call(inputs: TensorBase): TensorBase {
    const x = this.floating(inputs);
    const axis = normalizeAxis(this.name, this.axis, x.rank);
    const channels = x.shape[axis];
    const groups = this.groups === -1 ? channels : this.groups;
    const grouped = reshape(
      x,
      x.shape.flatMap((n, i) => (i === axis ? [groups, channels / groups] : [n])),
    );
    const over = [...grouped.shape.keys()].filter((i) => i !== 0 && i !== axis);
    const centered = subtract(grouped, mean(grouped, over, true));
    const factor = rsqrt(add(mean(square(centered), over, true), this.epsilon));
    const along = x.shape.map((n, i) => (i === axis ? n : 1));
    let y = reshape(multiply(centered, factor), x.shape);
    if (this.gamma) y = multiply(y, reshape(this.gamma, along));
    return this.beta ? add(y, reshape(this.beta, along)) : y;
  }
}
