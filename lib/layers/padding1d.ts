import { pad, repeat, slice } from '../ops/shape.js';
import { checkInteger, ShapeError, show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { Layer, type LayerConfig } from './layer.js';
import { checkDataFormat, checkSequence, onSteps, type DataFormat } from './window_options.js';

// Layers that change the number of steps of [B, T, F] without computing.

/** A number for both ends, or one for each. */
type Ends = number | readonly [number, number];

function checkEnds(who: string, option: string, value: Ends): readonly [number, number] {
  const list = [value].flat();
  if (list.length < 1 || list.length > 2)
    throw new ValueError(`${who}: ${option} must be a number or [before, after], got ${show(value)}.`);
  const [before, after = before] = list.map((n) => checkInteger(who, option, n, 0));
  return [before, after];
}

export interface ZeroPadding1DOptions extends LayerConfig {
  /** Steps of zeros before and after; default 1. */
  padding?: Ends;
  /** Order of the axes; default 'channelsLast'. */
  dataFormat?: DataFormat;
}

/** Steps of zeros at both ends. */
export class ZeroPadding1D extends Layer {
  readonly padding: readonly [number, number];
  readonly dataFormat: DataFormat;

  constructor(options: ZeroPadding1DOptions = {}) {
    super(options, ['padding', 'dataFormat']);
    this.padding = checkEnds(this.name, 'padding', options.padding ?? 1);
    this.dataFormat = checkDataFormat(this.name, options.dataFormat);
  }

  call(inputs: TensorBase): TensorBase {
    return onSteps(this.name, this.dataFormat, inputs, (x) => pad(x, [[0, 0], this.padding, [0, 0]]));
  }
}

export interface Cropping1DOptions extends LayerConfig {
  /** Steps to leave out at the beginning and at the end; default 1. */
  cropping?: Ends;
}

/** The steps without some at both ends. */
export class Cropping1D extends Layer {
  readonly cropping: readonly [number, number];

  constructor(options: Cropping1DOptions = {}) {
    super(options, ['cropping']);
    this.cropping = checkEnds(this.name, 'cropping', options.cropping ?? 1);
  }

  call(inputs: TensorBase): TensorBase {
    checkSequence(this.name, inputs);
    const [before, after] = this.cropping;
    const stop = inputs.shape[1] - after;
    if (stop <= before)
      throw new ShapeError(`${this.name}: cropping ${show(this.cropping)} leaves nothing of ${inputs.shape[1]} steps.`);
    return slice(inputs, [null, [before, stop]]);
  }
}

export interface UpSampling1DOptions extends LayerConfig {
  /** How often each step comes; default 2. */
  size?: number;
}

/** Every step several times in a row. */
export class UpSampling1D extends Layer {
  readonly size: number;

  constructor(options: UpSampling1DOptions = {}) {
    super(options, ['size']);
    this.size = checkInteger(this.name, 'size', options.size ?? 2, 1);
  }

  call(inputs: TensorBase): TensorBase {
    checkSequence(this.name, inputs);
    return repeat(inputs, this.size, 1);
  }
}
