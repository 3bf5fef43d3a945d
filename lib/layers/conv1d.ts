import * as activations from '../activations/index.js';
import type { InitializerLike } from '../initializers/index.js';
import { conv1d, PADDINGS, type Padding } from '../ops/conv.js';
import { checkInteger, ShapeError, suggestion, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import type { Variable } from '../program/variable.js';
import { activate, storedActivation } from './checks.js';
import { Layer, type LayerConfig, type PartialShape } from './layer.js';

type Size = number | readonly [number];

export interface Conv1DOptions extends LayerConfig {
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
  kernelInitializer?: InitializerLike;
  biasInitializer?: InitializerLike;
  dataFormat?: 'channelsLast';
}
const OPTIONS = ['filters', 'kernelSize', 'strides', 'padding', 'dilationRate', 'groups', 'activation', 'useBias', 'kernelInitializer', 'biasInitializer', 'dataFormat'];

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
    const size = (option: 'kernelSize' | 'strides' | 'dilationRate') => checkInteger(this.name, option, [options[option] ?? (option === 'kernelSize' ? undefined : 1)].flat()[0], 1);
    this.filters = checkInteger(this.name, 'filters', options.filters, 1);
    this.kernelSize = size('kernelSize');
    this.strides = size('strides');
    this.dilationRate = size('dilationRate');
    this.groups = checkInteger(this.name, 'groups', options.groups ?? 1, 1);
    this.padding = options.padding ?? 'valid';
    if (!PADDINGS.includes(this.padding)) throw new ValueError(`${this.name}: unknown padding '${String(this.padding)}'.${suggestion(String(this.padding), PADDINGS)}`);
    if (this.filters % this.groups !== 0) throw new ValueError(`${this.name}: ${this.filters} filters do not fall into ${this.groups} groups.`);
    if ((options.dataFormat ?? 'channelsLast') !== 'channelsLast') throw new ValueError(`${this.name}: dataFormat must be 'channelsLast', got '${String(options.dataFormat)}'.`);
    this.activation = activations.get(options.activation);
  }

  override build(inputShape: PartialShape): void {
    const { kernelInitializer, biasInitializer = 'zeros', useBias = true } = this.options;
    if (inputShape.length !== 3) throw new ShapeError(`${this.name}: expected [batch, steps, features], got ${showShape(inputShape)}.`);
    const features = this.featuresOf(inputShape);
    if (features % this.groups !== 0) throw new ShapeError(`${this.name}: ${features} features do not fall into ${this.groups} groups.`);
    this.kernel = this.addWeight({ name: 'kernel', shape: [this.kernelSize, features / this.groups, this.filters], initializer: kernelInitializer });
    if (useBias) this.bias = this.addWeight({ name: 'bias', shape: [this.filters], initializer: biasInitializer });
  }

  call(inputs: TensorBase): TensorBase {
    const { strides, padding, dilationRate, groups } = this;
    const y = conv1d(this.floating(inputs), this.kernel, { bias: this.bias, strides, padding, dilationRate, groups, activation: storedActivation(this.activation) });
    return activate(this.activation, y);
  }
}
