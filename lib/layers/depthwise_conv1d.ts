import * as activations from '../activations/index.js';
import { checkFlag } from '../ops/checks.js';
import { conv1d, PADDINGS, type Padding } from '../ops/conv.js';
import { reshape } from '../ops/shape.js';
import { checkChoice, checkInteger, ShapeError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import type { Variable } from '../program/variable.js';
import { activate, storedActivation } from './checks.js';
import { Layer, type LayerConfig, type PartialShape } from './layer.js';
import { ruleNames, ruleOf, type WeightRules } from './weight_rules.js';
import { checkSteps, type Steps } from './window_options.js';

export interface DepthwiseOptions extends LayerConfig, WeightRules<'depthwise' | 'bias'> {
  /** Steps that one window covers. */
  kernelSize: Steps;
  /** Steps between windows; default 1. */
  strides?: Steps;
  /** 'valid' (default), 'same' or 'causal'. */
  padding?: Padding;
  /** Results of each feature; default 1. */
  depthMultiplier?: number;
  dilationRate?: Steps;
  activation?: activations.ActivationLike;
  useBias?: boolean;
  dataFormat?: 'channelsLast';
}
const OPTIONS = [
  'kernelSize',
  'strides',
  'padding',
  'depthMultiplier',
  'dilationRate',
  'activation',
  'useBias',
  'dataFormat',
  ...ruleNames('depthwise', 'bias'),
];

/** Base of convolutions that look at every feature of [B, T, F] by itself first. */
export abstract class DepthwiseLayer extends Layer {
  readonly kernelSize: number;
  readonly strides: number;
  readonly padding: Padding;
  readonly depthMultiplier: number;
  readonly dilationRate: number;
  readonly activation: activations.Activation;
  bias: Variable | null = null;

  constructor(
    protected readonly options: DepthwiseOptions,
    own: readonly string[] = [],
  ) {
    super(options, [...OPTIONS, ...own]);
    this.kernelSize = checkSteps(this.name, 'kernelSize', options.kernelSize);
    this.strides = checkSteps(this.name, 'strides', options.strides ?? 1);
    this.dilationRate = checkSteps(this.name, 'dilationRate', options.dilationRate ?? 1);
    this.depthMultiplier = checkInteger(this.name, 'depthMultiplier', options.depthMultiplier ?? 1, 1);
    this.padding = checkChoice(this.name, 'padding', options.padding ?? 'valid', PADDINGS);
    checkChoice(this.name, 'dataFormat', options.dataFormat ?? 'channelsLast', ['channelsLast']);
    this.activation = activations.get(options.activation);
  }

  /** The features of an input shape [batch, steps, features]. */
  protected channelsOf(inputShape: PartialShape): number {
    if (inputShape.length !== 3)
      throw new ShapeError(`${this.name}: expected [batch, steps, features], got ${showShape(inputShape)}.`);
    return this.featuresOf(inputShape);
  }

  protected addDepthwiseKernel(name: string, channels: number): Variable {
    const shape = [this.kernelSize, channels, this.depthMultiplier];
    return this.addWeight({ name, shape, ...ruleOf(this.options, 'depthwise') });
  }

  protected addBias(channels: number): void {
    if (checkFlag(this.name, 'useBias', this.options.useBias ?? true))
      this.bias = this.addWeight({ name: 'bias', shape: [channels], ...ruleOf(this.options, 'bias', 'zeros') });
  }

  /** Every feature with its own kernels [K, F, M]: [B, T', F · M]. */
  protected depthwise(
    x: TensorBase,
    kernel: Variable,
    more: { bias?: Variable | null; activation?: string } = {},
  ): TensorBase {
    const [taps, channels, multiplier] = kernel.shape;
    const { strides, padding, dilationRate } = this;
    const grouped = reshape(kernel, [taps, 1, channels * multiplier]);
    return conv1d(x, grouped, { strides, padding, dilationRate, groups: channels, ...more });
  }
}

/** One convolution over the steps for each feature, which do not see each other. */
export class DepthwiseConv1D extends DepthwiseLayer {
  kernel!: Variable; // [K, F, depthMultiplier]

  override build(inputShape: PartialShape): void {
    const channels = this.channelsOf(inputShape);
    this.kernel = this.addDepthwiseKernel('kernel', channels);
    this.addBias(channels * this.depthMultiplier);
  }

  call(inputs: TensorBase): TensorBase {
    const { bias } = this;
    const more = { bias, activation: storedActivation(this.activation) };
    return activate(this.activation, this.depthwise(this.floating(inputs), this.kernel, more));
  }
}
