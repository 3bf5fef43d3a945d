import * as activations from '../activations/index.js';
import { checkFlag } from '../ops/checks.js';
import { conv1d, PADDINGS, type Padding } from '../ops/conv.js';
import { checkChoice, checkInteger, ShapeError, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import type { Variable } from '../program/variable.js';
import { activate, storedActivation } from './checks.js';
import { Layer, type LayerConfig, type PartialShape } from './layer.js';
import { ruleNames, ruleOf, type WeightRules } from './weight_rules.js';

type Size = number | readonly [number];

export interface Conv1DOptions extends LayerConfig, WeightRules<'kernel' | 'bias'> {
  /** Channels of the result. */
  filters: number;
  /** Steps that one window covers. */
  kernelSize: Size;
  strides?: Size;
  /** 'valid' (default), 'same' or 'causal'. */
  padding?: Padding;
  dilationRate?: Size;
  groups?: number;
  activation?: activations.ActivationLike;
  useBias?: boolean;
  dataFormat?: 'channelsLast';
}
const OPTIONS = [
  'filters',
  'kernelSize',
  'strides',
  'padding',
  'dilationRate',
  'groups',
  'activation',
  'useBias',
  ...ruleNames('kernel', 'bias'),
  'dataFormat',
];

/** Convolution over the steps of [B, T, F]. */
export class Conv1D extends Layer {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly dilationRate: number;
  readonly groups: number;
  readonly padding: Padding;
  readonly activation: activations.Activation;
  kernel!: Variable; // [K, F / groups, filters]
  bias: Variable | null = null; // [filters]

  constructor(private readonly options: Conv1DOptions) {
    super(options, OPTIONS);
    const size = (option: 'kernelSize' | 'strides' | 'dilationRate') =>
      checkInteger(this.name, option, [options[option] ?? (option === 'kernelSize' ? undefined : 1)].flat()[0], 1);
    this.filters = checkInteger(this.name, 'filters', options.filters, 1);
    this.kernelSize = size('kernelSize');
    this.strides = size('strides');
    this.dilationRate = size('dilationRate');
    this.groups = checkInteger(this.name, 'groups', options.groups ?? 1, 1);
    this.padding = checkChoice(this.name, 'padding', options.padding ?? 'valid', PADDINGS);
    if (this.filters % this.groups !== 0)
      throw new ValueError(`${this.name}: ${this.filters} filters do not fall into ${this.groups} groups.`);
    checkChoice(this.name, 'dataFormat', options.dataFormat ?? 'channelsLast', ['channelsLast']);
    this.activation = activations.get(options.activation);
  }

  override build(inputShape: PartialShape): void {
    const useBias = checkFlag(this.name, 'useBias', this.options.useBias ?? true);
    if (inputShape.length !== 3)
      throw new ShapeError(`${this.name}: expected [batch, steps, features], got ${showShape(inputShape)}.`);
    const features = this.featuresOf(inputShape);
    if (features % this.groups !== 0)
      throw new ShapeError(`${this.name}: ${features} features do not fall into ${this.groups} groups.`);
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [this.kernelSize, features / this.groups, this.filters],
      ...ruleOf(this.options, 'kernel'),
    });
    if (useBias)
      this.bias = this.addWeight({ name: 'bias', shape: [this.filters], ...ruleOf(this.options, 'bias', 'zeros') });
  }

  call(inputs: TensorBase): TensorBase {
    return this.convolve(inputs, this.padding);
  }

  /** The same for a caller who may have put steps in front already, or left out those between the taps. */
  convolve(inputs: TensorBase, padding: Padding, dilationRate = this.dilationRate): TensorBase {
    const { strides, groups } = this;
    const y = conv1d(this.floating(inputs), this.kernel, {
      bias: this.bias,
      strides,
      padding,
      dilationRate,
      groups,
      activation: storedActivation(this.activation),
    });
    return activate(this.activation, y);
  }
}
