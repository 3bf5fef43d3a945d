import { add, divide, multiply, rsqrt, square, subtract, where } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { mean, normalizeAxis, sum } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { assign } from '../ops/update.js';
import { ShapeError } from '../program/errors.js';
import { tensor, TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import type { Variable } from '../program/variable.js';
import { behindSteps, checkRate, epsilonOf } from './checks.js';
import { isTraining } from './context.js';
import { Layer, type CallArgs, type LayerConfig, type PartialShape } from './layer.js';
import { ruleNames, ruleOf, type WeightRules } from './weight_rules.js';

export interface BatchNormalizationOptions extends LayerConfig, WeightRules<'gamma' | 'beta'> {
  /** The axis of the features, each of which has its own moments; default the last. */
  axis?: number;
  /** What the moving moments keep of themselves at each step; default 0.99. */
  momentum?: number;
  /** Added to the variance; default 1e-3. */
  epsilon?: number;
  /** Add beta; default true. */
  center?: boolean;
  /** Multiply with gamma; default true. */
  scale?: boolean;
  movingMeanInitializer?: WeightRules<'movingMean'>['movingMeanInitializer'];
  movingVarianceInitializer?: WeightRules<'movingVariance'>['movingVarianceInitializer'];
}
const OPTIONS = [
  'axis',
  'momentum',
  'epsilon',
  'center',
  'scale',
  'movingMeanInitializer',
  'movingVarianceInitializer',
  ...ruleNames('gamma', 'beta'),
];

// Keeps the mean of a batch in which every step is masked finite.
const NO_STEPS = 1e-7;

/**
 * Zero mean and unit variance for every feature over the batch (Ioffe & Szegedy 2015). In training the moments are the
 * batch's, over its unmasked steps, and move the stored ones; otherwise, and when not trainable, the stored ones count.
 */
export class BatchNormalization extends Layer {
  gamma: Variable | null = null; // [F]
  beta: Variable | null = null; // [F]
  movingMean!: Variable; // [F]
  movingVariance!: Variable; // [F]
  private readonly axis: number;
  private readonly epsilon: number;
  private readonly momentum: number;

  constructor(private readonly options: BatchNormalizationOptions = {}) {
    super(options, OPTIONS);
    this.axis = options.axis ?? -1;
    this.epsilon = epsilonOf(this.name, options, 1e-3);
    this.momentum = checkRate(this.name, 'momentum', options.momentum ?? 0.99);
    this.supportsMasking = true;
  }

  override build(inputShape: PartialShape): void {
    const { options } = this;
    const { center = true, scale = true } = options;
    const shape = [this.featuresOf(inputShape, normalizeAxis(this.name, this.axis, inputShape.length))];
    if (scale) this.gamma = this.addWeight({ name: 'gamma', shape, ...ruleOf(options, 'gamma', 'ones') });
    if (center) this.beta = this.addWeight({ name: 'beta', shape, ...ruleOf(options, 'beta', 'zeros') });
    const moving = { shape, trainable: false };
    this.movingMean = this.addWeight({ name: 'moving_mean', ...moving, ...ruleOf(options, 'movingMean', 'zeros') });
    this.movingVariance = this.addWeight({
      name: 'moving_variance',
      ...moving,
      ...ruleOf(options, 'movingVariance', 'ones'),
    });
  }

  override actsOnSteps(rank = 3): boolean {
    return behindSteps(this.axis, rank);
  }

  protected override get callArgs(): readonly string[] {
    return ['eachStep'];
  }

  /** @param kwargs With `eachStep` each step of [B, T, …] is a batch of its own, as timeDistributed asks for. */
  call(inputs: TensorBase, kwargs: CallArgs = {}): TensorBase {
    const x = this.floating(inputs);
    const eachStep = kwargs.eachStep === true;
    const axis = eachStep
      ? normalizeAxis(this.name, this.axis, x.rank - 1) + 1
      : normalizeAxis(this.name, this.axis, x.rank);
    const along = x.shape.map((n, i) => (i === axis ? n : 1));
    const spread = (v: TensorBase) => reshape(v, along);
    const ofBatch = isTraining(kwargs) && this.trainable;
    const [average, variance] = ofBatch
      ? this.moments(x, eachStep ? [1, axis] : [axis], kwargs.mask)
      : [spread(this.movingMean), spread(this.movingVariance)];
    if (ofBatch) {
      this.follow(this.movingMean, average);
      this.follow(this.movingVariance, variance);
    }
    let factor = rsqrt(add(variance, this.epsilon));
    if (this.gamma) factor = multiply(factor, spread(this.gamma));
    const y = multiply(subtract(x, average), factor);
    return this.beta ? add(y, spread(this.beta)) : y;
  }

  /** Mean and variance for each place along these axes, the last of them the features', with all axes. */
  private moments(x: TensorBase, apart: readonly number[], mask: CallArgs['mask']): [TensorBase, TensorBase] {
    const over = [...x.shape.keys()].filter((i) => !apart.includes(i));
    if (!(mask instanceof TensorBase)) {
      const average = mean(x, over, true);
      return [average, mean(square(subtract(x, average)), over, true)];
    }
    const axis = apart[apart.length - 1];
    if (mask.rank >= x.rank || mask.shape.some((n, i) => n !== x.shape[i]) || axis < mask.rank)
      throw new ShapeError(
        `${this.name}: a mask of shape ${showShape(mask.shape)} for x ${showShape(x.shape)} with features on axis ${axis}.`,
      );
    const kept = reshape(
      mask,
      x.shape.map((n, i) => (i < mask.rank ? n : 1)),
    );
    // Axes behind the mask's count, too: each of their elements is as real as its step.
    const inner = over.reduce((n, i) => (i >= mask.rank ? n * x.shape[i] : n), 1);
    const count = add(multiply(sum(cast(kept, x.dtype), over, true), inner), NO_STEPS);
    const average = divide(sum(where(kept, x, 0), over, true), count);
    return [average, divide(sum(where(kept, square(subtract(x, average)), 0), over, true), count)];
  }

  /** Goes after the values of all steps, one after the other. */
  private follow(moving: Variable, values: TensorBase): void {
    const { momentum } = this;
    const [features] = moving.shape;
    const steps = values.size / features;
    const shares = Float64Array.from({ length: steps }, (_, t) => (1 - momentum) * momentum ** (steps - 1 - t));
    const added =
      steps === 1
        ? multiply(reshape(values, moving.shape), 1 - momentum)
        : sum(multiply(reshape(values, [steps, features]), tensor(shares, [steps, 1], moving.dtype)), 0);
    assign(moving, add(multiply(moving, momentum ** steps), added));
  }
}
