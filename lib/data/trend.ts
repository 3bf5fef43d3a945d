import { checkInteger, checkOptions, ShapeError, show, StateError, ValueError } from '../program/errors.js';
import type { Tensor, TensorLike } from '../program/tensor.js';
import { leastSquares } from './least_squares.js';
import { eachFeature, seriesOf } from './series.js';

export interface TrendOptions {
  /** Of the polynomial: 0 a constant, 1 a line. Default 1. */
  degree?: number;
}

export interface StartOptions {
  /** Time of the first step, counted from the first one that the trend was fitted to; a list has one per series. Default 0. */
  start?: number | readonly number[];
}

/** A polynomial of time per feature, fitted by least squares, taken away and put back. */
export class PolynomialTrend {
  /** Per feature, of powers of the scaled time. */
  private coefficients?: Float64Array[];
  private length = 1;

  constructor(private readonly degree: number) {}

  /** Fits the trend to one series [length, F] or [length]; NaN is passed over. */
  fit(x: TensorLike): this {
    const series = seriesOf('trend', x);
    if (series.count !== 1)
      throw new ShapeError(`trend: fit takes one series [length, F] or [length], got ${series.count} of them.`);
    this.length = Math.max(1, series.length - 1);
    const fitted: Float64Array[] = [];
    eachFeature(series, (first, stride) => {
      const known = Array.from({ length: series.length }, (_, t) => t).filter(
        (t) => !Number.isNaN(series.data[first + t * stride]),
      );
      if (known.length === 0) throw new ValueError(`trend: feature ${first} has no value that is a number.`);
      const times = known.map((t) => this.scaled(t));
      const powers = Array.from({ length: this.degree + 1 }, (_, k) => times.map((t) => t ** k));
      fitted.push(leastSquares(powers, known.map((t) => series.data[first + t * stride]))); // prettier-ignore
    });
    this.coefficients = fitted;
    return this;
  }

  /** x without the trend, in its shape: [length, F], [length] or [n, length, F]. */
  transform(x: TensorLike, options: StartOptions = {}): Tensor {
    return this.map(x, options, (value, trend) => value - trend);
  }

  /** x with the trend again; forecasts that follow the fitted series start at its length. */
  inverseTransform(x: TensorLike, options: StartOptions = {}): Tensor {
    return this.map(x, options, (value, trend) => value + trend);
  }

  fitTransform(x: TensorLike): Tensor {
    return this.fit(x).transform(x);
  }

  private map(x: TensorLike, options: StartOptions, apply: (value: number, trend: number) => number): Tensor {
    checkOptions('trend', options, ['start']);
    const { coefficients } = this;
    if (!coefficients) throw new StateError('trend: not fitted yet; call fit with the training data first.');
    const series = seriesOf('trend', x);
    if (series.features !== coefficients.length)
      throw new ShapeError(`trend: fitted to ${coefficients.length} features, got ${series.features}.`);
    const given = options.start ?? 0;
    const starts = typeof given === 'number' ? new Array<number>(series.count).fill(given) : given;
    if (starts.length !== series.count || !starts.every(Number.isFinite))
      throw new ValueError(`trend: start must be a time, or a list of ${series.count}, got ${show(given)}.`);
    return series.map(series.length, (s, t, f) => {
      const time = this.scaled(starts[s] + t);
      const trend = coefficients[f].reduceRight((sum, c) => sum * time + c, 0);
      return apply(series.data[(s * series.length + t) * series.features + f], trend);
    });
  }

  /** The fitted series runs from −1 to 1, where powers of time stay apart. */
  private scaled(t: number): number {
    return (2 * t) / this.length - 1;
  }
}

/** A linear or polynomial trend of time that can be taken away and put back. */
export function trend(options: TrendOptions = {}): PolynomialTrend {
  checkOptions('trend', options, ['degree']);
  return new PolynomialTrend(checkInteger('trend', 'degree', options.degree ?? 1, 0));
}
