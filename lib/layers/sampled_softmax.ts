import { rememberSource } from '../losses/sampled_softmax.js';
import { dense } from '../ops/dense.js';
import { transpose } from '../ops/shape.js';
import { softmax } from '../ops/softmax.js';
import { checkInteger, ShapeError, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import type { Variable } from '../program/variable.js';
import { isTraining } from './context.js';
import { Layer, type CallArgs, type LayerConfig, type PartialShape } from './layer.js';
import { ruleNames, ruleOf, type WeightRules } from './weight_rules.js';

export interface SampledSoftmaxLayerOptions extends LayerConfig, WeightRules<'kernel' | 'bias'> {
  /** Number of classes, numbered from the most frequent to the rarest. */
  units: number;
  /** Classes drawn for each batch in training, below `units`. */
  numSampled: number;
  /** Of the draws. Default: that of the training. */
  seed?: number;
}

/**
 * softmax(x · kernelᵀ + bias) over the last axis, as the last layer of a model that is compiled with the loss
 * `sampledSoftmax`: then each step of training works with the classes of the batch and `numSampled` others instead of
 * all. Predictions and evaluation use all. A metric computes all classes in training, too.
 */
export class SampledSoftmax extends Layer {
  readonly units: number;
  readonly numSampled: number;
  kernel!: Variable; // [U, F]
  bias!: Variable; // [U]

  constructor(private readonly options: SampledSoftmaxLayerOptions) {
    super(options, ['units', 'numSampled', 'seed', ...ruleNames('kernel', 'bias')]);
    this.units = checkInteger(this.name, 'units', options.units, 2);
    this.numSampled = checkInteger(this.name, 'numSampled', options.numSampled, 1);
    if (this.numSampled >= this.units)
      throw new ValueError(`${this.name}: numSampled must be below units, ${this.units}; got ${this.numSampled}.`);
    this.supportsMasking = true;
    this.actsOnVectors = true;
  }

  override build(inputShape: PartialShape): void {
    if (inputShape.length < 2)
      throw new ShapeError(`${this.name}: expected at least [batch, features], got ${showShape(inputShape)}.`);
    const { options, units } = this;
    this.kernel = this.addWeight({ name: 'kernel', shape: [units, this.featuresOf(inputShape)], ...ruleOf(options, 'kernel') }); // prettier-ignore
    this.bias = this.addWeight({ name: 'bias', shape: [units], ...ruleOf(options, 'bias', 'zeros') });
  }

  call(inputs: TensorBase, kwargs: CallArgs = {}): TensorBase {
    const x = this.floating(inputs);
    const { kernel, bias, numSampled } = this;
    const y = softmax(dense(x, transpose(kernel, [1, 0]), bias));
    if (isTraining(kwargs)) {
      const options = { numSampled, seed: this.options.seed };
      rememberSource(y, { weights: kernel, biases: bias, inputs: x, options });
    }
    return y;
  }
}
