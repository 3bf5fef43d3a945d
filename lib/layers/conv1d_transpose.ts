import * as activations from '../activations/index.js';
import { checkFlag } from '../ops/checks.js';
import { conv1dTranspose } from '../ops/conv.js';
import { checkChoice, checkInteger, ShapeError, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import type { Variable } from '../program/variable.js';
import { Layer, type LayerConfig, type PartialShape } from './layer.js';
import { ruleNames, ruleOf, type WeightRules } from './weight_rules.js';
import { checkSteps, type Steps } from './window_options.js';

const PADDINGS = ['valid', 'same'] as const;

export interface Conv1DTransposeOptions extends LayerConfig, WeightRules<'kernel' | 'bias'> {
  /** Channels of the result. */
  filters: number;
  /** Steps of the result that one step of the input reaches. */
  kernelSize: Steps;
  /** Steps of the result for each step of the input; default 1. */
  strides?: Steps;
  /** 'valid' (default): all that a step reaches. 'same': strides times as many steps. */
  padding?: (typeof PADDINGS)[number];
  /** Further steps at the end, below strides; default null: what the padding gives. */
  outputPadding?: Steps | null;
  dilationRate?: Steps;
  activation?: activations.ActivationLike;
  useBias?: boolean;
  dataFormat?: 'channelsLast';
}
const OPTIONS = [
  'filters',
  'kernelSize',
  'strides',
  'padding',
  'outputPadding',
  'dilationRate',
  'activation',
  'useBias',
  'dataFormat',
  ...ruleNames('kernel', 'bias'),
];

/** The transpose of a convolution over the steps of [B, T, F]: makes sequences longer. */
export class Conv1DTranspose extends Layer {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly padding: (typeof PADDINGS)[number];
  readonly outputPadding: number | null;
  readonly dilationRate: number;
  readonly activation: activations.Activation;
  kernel!: Variable; // [K, filters, F]
  bias: Variable | null = null; // [filters]

  constructor(private readonly options: Conv1DTransposeOptions) {
    super(options, OPTIONS);
    const { outputPadding = null } = options;
    this.filters = checkInteger(this.name, 'filters', options.filters, 1);
    this.kernelSize = checkSteps(this.name, 'kernelSize', options.kernelSize);
    this.strides = checkSteps(this.name, 'strides', options.strides ?? 1);
    this.dilationRate = checkSteps(this.name, 'dilationRate', options.dilationRate ?? 1);
    this.padding = checkChoice(this.name, 'padding', options.padding ?? 'valid', PADDINGS);
    this.outputPadding = outputPadding === null ? null : checkSteps(this.name, 'outputPadding', outputPadding, 0);
    if (this.outputPadding !== null && this.outputPadding >= this.strides)
      throw new ValueError(`${this.name}: outputPadding ${this.outputPadding} must be below strides ${this.strides}.`);
    checkChoice(this.name, 'dataFormat', options.dataFormat ?? 'channelsLast', ['channelsLast']);
    this.activation = activations.get(options.activation);
  }

  override build(inputShape: PartialShape): void {
    const useBias = checkFlag(this.name, 'useBias', this.options.useBias ?? true);
    if (inputShape.length !== 3)
      throw new ShapeError(`${this.name}: expected [batch, steps, features], got ${showShape(inputShape)}.`);
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [this.kernelSize, this.filters, this.featuresOf(inputShape)],
      ...ruleOf(this.options, 'kernel'),
    });
    if (useBias)
      this.bias = this.addWeight({ name: 'bias', shape: [this.filters], ...ruleOf(this.options, 'bias', 'zeros') });
  }

  call(inputs: TensorBase): TensorBase {
    const { bias, strides, padding, outputPadding, dilationRate } = this;
    const options = { bias, strides, padding, outputPadding, dilationRate };
    return this.activation(conv1dTranspose(this.floating(inputs), this.kernel, options));
  }
}
