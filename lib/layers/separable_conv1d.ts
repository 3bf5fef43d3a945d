import { dense } from '../ops/dense.js';
import { reshape } from '../ops/shape.js';
import { checkInteger } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { activate, storedActivation } from './checks.js';
import { DepthwiseLayer, type DepthwiseOptions } from './depthwise_conv1d.js';
import type { PartialShape } from './layer.js';
import { ruleNames, ruleOf, type WeightRules } from './weight_rules.js';

export interface SeparableConv1DOptions extends DepthwiseOptions, WeightRules<'pointwise'> {
  /** Channels of the result. */
  filters: number;
}

/** A convolution over the steps for each feature, then a mixture of the features at each step (Chollet 2017). */
export class SeparableConv1D extends DepthwiseLayer {
  readonly filters: number;
  depthwiseKernel!: Variable; // [K, F, depthMultiplier]
  pointwiseKernel!: Variable; // [1, F · depthMultiplier, filters]

  constructor(options: SeparableConv1DOptions) {
    super(options, ['filters', ...ruleNames('pointwise')]);
    this.filters = checkInteger(this.name, 'filters', options.filters, 1);
  }

  override build(inputShape: PartialShape): void {
    const channels = this.channelsOf(inputShape);
    this.depthwiseKernel = this.addDepthwiseKernel('depthwise_kernel', channels);
    const shape = [1, channels * this.depthMultiplier, this.filters];
    this.pointwiseKernel = this.addWeight({ name: 'pointwise_kernel', shape, ...ruleOf(this.options, 'pointwise') });
    this.addBias(this.filters);
  }

  call(inputs: TensorBase): TensorBase {
    const mixture = reshape(this.pointwiseKernel, this.pointwiseKernel.shape.slice(1));
    const parts = this.depthwise(this.floating(inputs), this.depthwiseKernel);
    const y = dense(parts, mixture, this.bias, { activation: storedActivation(this.activation) });
    return activate(this.activation, y);
  }
}
