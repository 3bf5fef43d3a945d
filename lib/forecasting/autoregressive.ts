import { leastSquares } from '../data/least_squares.js';
import { checkInteger, checkOptions, ShapeError, ValueError } from '../program/errors.js';
import type { Tensor, TensorLike } from '../program/tensor.js';
import { featuresOf, perFeature, type Baseline } from './forecaster.js';

export interface AutoregressiveOptions {
  /** Past steps that the next one depends on: 1 … order. */
  order?: number;
  /** These past steps instead, for example [1, 2, 52]. */
  lags?: readonly number[];
  /** Whether there is a constant beside them. Default true. */
  intercept?: boolean;
}

/** What was estimated for one feature. */
export interface AutoregressiveFit {
  intercept: number;
  /** One per lag, in their order. */
  coefficients: Float64Array;
}

/**
 * x[t] = c + Σ φ_i · x[t − lag_i] + noise, by least squares (conditional on the first steps); forecasts are fed back. Without a
 * call of fit, each forecast is estimated from the history that it continues. Steps with a missing value (NaN) are not
 * learned from.
 */
export class Autoregressive implements Baseline {
  readonly name: string;
  /** One per feature, after fit. */
  fitted: readonly AutoregressiveFit[] | null = null;
  private readonly longest: number;

  constructor(
    private readonly lags: readonly number[],
    private readonly intercept: boolean,
  ) {
    this.longest = Math.max(...lags);
    this.name = lags.length === this.longest ? `AR(${lags.length})` : `AR(${lags.join(', ')})`;
  }

  fit(history: TensorLike): this {
    this.fitted = featuresOf(this.name, history, this.least).values.map((v) => this.estimate(v));
    return this;
  }

  forecast(history: TensorLike, ahead: number): Tensor {
    const { fitted } = this;
    return perFeature(this.name, fitted ? this.longest : this.least, (values, count, feature) => {
      if (fitted && feature >= fitted.length)
        throw new ShapeError(`${this.name}: fitted to ${fitted.length} features, got a history of more.`);
      const { intercept, coefficients } = fitted ? fitted[feature] : this.estimate(values);
      const all = new Float64Array(values.length + count);
      all.set(values);
      for (let t = values.length; t < all.length; t++)
        all[t] = this.lags.reduce((sum, lag, i) => sum + coefficients[i] * all[t - lag], intercept);
      return all.subarray(values.length);
    }).forecast(history, ahead);
  }

  /** As many equations as unknowns. */
  private get least(): number {
    return this.longest + this.lags.length + Number(this.intercept);
  }

  private estimate(values: Float64Array): AutoregressiveFit {
    const steps = Array.from({ length: values.length - this.longest }, (_, i) => i + this.longest).filter(
      (t) => !Number.isNaN(values[t]) && this.lags.every((lag) => !Number.isNaN(values[t - lag])),
    );
    if (steps.length === 0)
      throw new ValueError(`${this.name}: no step of the history has its past without a missing value.`);
    const columns = this.lags.map((lag) => steps.map((t) => values[t - lag]));
    if (this.intercept) columns.unshift(steps.map(() => 1));
    const found = leastSquares(
      columns,
      steps.map((t) => values[t]),
    );
    return this.intercept
      ? { intercept: found[0], coefficients: found.slice(1) }
      : { intercept: 0, coefficients: found };
  }
}

/** An autoregressive model AR(p), the linear forecast from the last p steps. */
export function autoregressive(options: AutoregressiveOptions): Autoregressive {
  const who = 'autoregressive';
  checkOptions(who, options, ['order', 'lags', 'intercept']);
  if ((options.order === undefined) === (options.lags === undefined))
    throw new ValueError(`${who}: expected either order or lags.`);
  const lags = options.lags ?? Array.from({ length: checkInteger(who, 'order', options.order, 1) }, (_, i) => i + 1);
  if (!Array.isArray(lags) || lags.length === 0) throw new ValueError(`${who}: lags must be a list of past steps.`);
  return new Autoregressive(
    lags.map((lag) => checkInteger(who, 'a lag', lag, 1)),
    options.intercept ?? true,
  );
}
