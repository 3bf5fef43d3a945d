import { elu, leakyRelu, relu } from '../activations/index.js';
import { show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { Layer, type LayerConfig } from './layer.js';

// Rectifiers with parameters of their own, as layers.

function checkFactor(who: string, option: string, value: unknown, low: number): number {
  if (typeof value !== 'number' || !(value >= low))
    throw new ValueError(`${who}: ${option} must be a number${low === 0 ? ' of at least 0' : ''}, got ${show(value)}.`);
  return value;
}

abstract class Rectifier extends Layer {
  constructor(options: LayerConfig, own: readonly string[]) {
    super(options, own);
    this.supportsMasking = true;
    this.actsOnVectors = true;
  }

  protected abstract activate(x: TensorBase): TensorBase;

  call(inputs: TensorBase): TensorBase {
    return this.activate(this.floating(inputs));
  }
}

export interface ReLUOptions extends LayerConfig {
  /** The results are at most this; default null: no limit. */
  maxValue?: number | null;
  /** Of the line below the threshold; default 0. */
  negativeSlope?: number;
  /** Where the result begins to be x; default 0. */
  threshold?: number;
}

/** x at and above the threshold, at most maxValue; negativeSlope · (x − threshold) below. */
export class ReLU extends Rectifier {
  private readonly parameters: { maxValue: number | null; negativeSlope: number; threshold: number };

  constructor(options: ReLUOptions = {}) {
    super(options, ['maxValue', 'negativeSlope', 'threshold']);
    const { maxValue = null, negativeSlope = 0, threshold = 0 } = options;
    this.parameters = {
      maxValue: maxValue === null ? null : checkFactor(this.name, 'maxValue', maxValue, 0),
      negativeSlope: checkFactor(this.name, 'negativeSlope', negativeSlope, 0),
      threshold: checkFactor(this.name, 'threshold', threshold, 0),
    };
  }

  protected activate(x: TensorBase): TensorBase {
    return relu(x, this.parameters);
  }
}

export interface LeakyReLUOptions extends LayerConfig {
  /** Below 0; default 0.3. */
  negativeSlope?: number;
}

/** x, or negativeSlope · x below 0 (Maas et al. 2013). */
export class LeakyReLU extends Rectifier {
  readonly negativeSlope: number;

  constructor(options: LeakyReLUOptions = {}) {
    super(options, ['negativeSlope']);
    this.negativeSlope = checkFactor(this.name, 'negativeSlope', options.negativeSlope ?? 0.3, 0);
  }

  protected activate(x: TensorBase): TensorBase {
    return leakyRelu(x, { negativeSlope: this.negativeSlope });
  }
}

export interface ELUOptions extends LayerConfig {
  /** How far below 0 the results go; default 1. */
  alpha?: number;
}

/** x, or alpha · (eˣ − 1) below 0 (Clevert et al. 2016). */
export class ELU extends Rectifier {
  readonly alpha: number;

  constructor(options: ELUOptions = {}) {
    super(options, ['alpha']);
    this.alpha = checkFactor(this.name, 'alpha', options.alpha ?? 1, -Infinity);
  }

  protected activate(x: TensorBase): TensorBase {
    return elu(x, { alpha: this.alpha });
  }
}
