import { checkInteger, checkOptions, ShapeError, show, StateError, ValueError } from '../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { allocate, isFloating, showShape } from '../program/types.js';

export interface TransformOptions {
  /** All values are of this one feature, as the forecasts of one are. Default: the last axis holds the features. */
  feature?: number;
}

/** Maps each feature (position in the last axis) by `(x - offset) / scale`; NaN is passed over and kept. */
abstract class Scaler {
  private offset?: Float64Array;
  private scale?: Float64Array;

  constructor(private readonly who: string) {}

  protected abstract measure(values: Float64Array): { offset: number; scale: number };

  /** Measures each feature of the training data. */
  fit(x: TensorLike): this {
    const t = tensor(x, undefined, undefined, this.who);
    const features = t.shape[t.rank - 1] ?? 1;
    if (t.size === 0)
      throw new ShapeError(
        `${this.who}: cannot fit to a tensor of shape ${showShape(t.shape)}, which has no elements.`,
      );
    const measured = Array.from({ length: features }, (_, f) => {
      const values: number[] = [];
      for (let i = f; i < t.size; i += features) if (!Number.isNaN(t.data[i])) values.push(t.data[i]);
      if (values.length === 0) throw new ValueError(`${this.who}: feature ${f} has no value that is a number.`);
      return this.measure(Float64Array.from(values));
    });
    this.offset = Float64Array.from(measured, (m) => m.offset);
    // A constant feature becomes 0, not NaN, nor what the rounding of its mean left.
    const constant = (m: (typeof measured)[number]) => !(m.scale > 10 * Number.EPSILON * Math.abs(m.offset));
    this.scale = Float64Array.from(measured, (m) => (constant(m) ? 1 : m.scale));
    return this;
  }

  transform(x: TensorLike, options: TransformOptions = {}): Tensor {
    return this.map(x, options, (value, offset, scale) => (value - offset) / scale);
  }

  /** Back to the units of the data. */
  inverseTransform(x: TensorLike, options: TransformOptions = {}): Tensor {
    return this.map(x, options, (value, offset, scale) => value * scale + offset);
  }

  fitTransform(x: TensorLike): Tensor {
    return this.fit(x).transform(x);
  }

  private map(
    x: TensorLike,
    options: TransformOptions,
    apply: (value: number, offset: number, scale: number) => number,
  ): Tensor {
    checkOptions(this.who, options, ['feature']);
    const [offset, scale] = [this.offset, this.scale];
    if (!offset || !scale) throw new StateError(`${this.who}: not fitted yet; call fit with the training data first.`);
    const t = tensor(x, undefined, undefined, this.who);
    const features = offset.length;
    if (options.feature !== undefined && checkInteger(this.who, 'feature', options.feature, 0) >= features) {
      throw new ValueError(`${this.who}: feature ${options.feature}, but it was fitted to ${features} features.`);
    }
    const fixed = options.feature ?? (features === 1 ? 0 : undefined);
    if (fixed === undefined && t.shape[t.rank - 1] !== features) {
      throw new ShapeError(
        `${this.who}: fitted to ${features} features, got shape ${showShape(t.shape)}; for values of one feature give {feature}.`,
      );
    }
    const dtype = isFloating(t.dtype) ? t.dtype : 'float32';
    const data = allocate(dtype, t.size);
    for (let i = 0; i < data.length; i++) {
      const f = fixed ?? i % features;
      data[i] = apply(t.data[i], offset[f], scale[f]);
    }
    return new Tensor(data, t.shape, dtype);
  }
}

/** Each feature from its smallest and largest value to a range. */
export class MinMaxScaler extends Scaler {
  constructor(private readonly range: readonly [number, number]) {
    super('minMaxScaler');
  }

  protected measure(values: Float64Array): { offset: number; scale: number } {
    const [low, high] = this.range;
    const least = values.reduce((a, b) => Math.min(a, b));
    const scale = (values.reduce((a, b) => Math.max(a, b)) - least) / (high - low) || 1;
    return { offset: least - low * scale, scale };
  }
}

/** Each feature to mean 0 and standard deviation 1. */
export class StandardScaler extends Scaler {
  constructor() {
    super('standardScaler');
  }

  protected measure(values: Float64Array): { offset: number; scale: number } {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return { offset: mean, scale: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) };
  }
}

/** A scaler of each feature to a range. @param options `range` defaults to [0, 1]. */
export function minMaxScaler(options: { range?: readonly [number, number] } = {}): MinMaxScaler {
  checkOptions('minMaxScaler', options, ['range']);
  const range = options.range ?? [0, 1];
  if (!Array.isArray(range) || range.length !== 2 || !(range[0] < range[1]))
    throw new ValueError(`minMaxScaler: range must be [low, high], got ${show(range)}.`);
  return new MinMaxScaler(range);
}

/** A scaler of each feature to mean 0 and standard deviation 1. */
export function standardScaler(): StandardScaler {
  return new StandardScaler();
}
