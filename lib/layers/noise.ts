import { add, multiply } from '../ops/arithmetic.js';
import { normal } from '../ops/random.js';
import { show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { checkRate } from './checks.js';
import { isTraining } from './context.js';
import { dropOut } from './dropout.js';
import { Layer, type CallArgs, type LayerConfig } from './layer.js';
import { checkSequence } from './window_options.js';

// Layers that disturb their inputs in training and do nothing otherwise.

abstract class Noise extends Layer {
  constructor(
    private readonly common: LayerConfig & { seed?: number },
    own: string,
  ) {
    super(common, [own, 'seed']);
    this.supportsMasking = true;
  }

  protected abstract disturb(x: TensorBase, seed?: number): TensorBase;

  override actsOnSteps(): boolean {
    return true;
  }

  call(inputs: TensorBase, kwargs?: CallArgs): TensorBase {
    return isTraining(kwargs) ? this.disturb(this.floating(inputs), this.common.seed) : inputs;
  }
}

export interface GaussianNoiseOptions extends LayerConfig {
  /** Standard deviation of what is added. */
  stddev: number;
  seed?: number;
}

/** x plus normal noise of mean 0. */
export class GaussianNoise extends Noise {
  readonly stddev: number;

  constructor(options: GaussianNoiseOptions) {
    super(options, 'stddev');
    const { stddev } = options;
    if (typeof stddev !== 'number' || !(stddev >= 0))
      throw new ValueError(`${this.name}: stddev must be a number of at least 0, got ${show(stddev)}.`);
    this.stddev = stddev;
  }

  protected disturb(x: TensorBase, seed?: number): TensorBase {
    return this.stddev === 0 ? x : add(x, normal(x.shape, 0, this.stddev, { dtype: x.dtype, seed }));
  }
}

export interface DropRateOptions extends LayerConfig {
  /** Of the dropout that this stands for, from 0 to 1. */
  rate: number;
  seed?: number;
}

/** x times normal noise of mean 1 and the variance of dropout, rate / (1 − rate) (Srivastava et al. 2014). */
export class GaussianDropout extends Noise {
  readonly rate: number;

  constructor(options: DropRateOptions) {
    super(options, 'rate');
    this.rate = checkRate(this.name, 'rate', options.rate);
    if (this.rate === 1) throw new ValueError(`${this.name}: rate must be below 1, its variance is infinite there.`);
  }

  protected disturb(x: TensorBase, seed?: number): TensorBase {
    const deviation = Math.sqrt(this.rate / (1 - this.rate));
    return deviation === 0 ? x : multiply(x, normal(x.shape, 1, deviation, { dtype: x.dtype, seed }));
  }
}

/** Dropout of whole features: one draw for all steps of [B, T, F] (Tompson et al. 2015). */
export class SpatialDropout1D extends Noise {
  readonly rate: number;

  constructor(options: DropRateOptions) {
    super(options, 'rate');
    this.rate = checkRate(this.name, 'rate', options.rate);
  }

  protected disturb(x: TensorBase, seed?: number): TensorBase {
    checkSequence(this.name, x);
    return this.rate === 0 ? x : dropOut(x, this.rate, [x.shape[0], 1, x.shape[2]], seed);
  }
}
