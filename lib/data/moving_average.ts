import { checkChoice, checkInteger, checkOptions, show, ValueError } from '../program/errors.js';
import type { Tensor, TensorLike } from '../program/tensor.js';
import { seriesOf } from './series.js';

export interface MovingAverageOptions {
  /** Steps of equal weight; or give weights. */
  window?: number;
  /** Weights of the steps, the oldest first; they are divided by their sum. */
  weights?: readonly number[];
  /** `trailing`: over the steps up to and with this one. `centered`: around it. Default `trailing`. */
  align?: 'trailing' | 'centered';
}

/**
 * The weighted mean of neighbouring steps, which smooths a series.
 *
 * @param x [length, F], [length] or [n, length, F].
 * @returns The shape of x; NaN where the window reaches beyond the series or over a missing value.
 */
export function movingAverage(x: TensorLike, options: MovingAverageOptions): Tensor {
  const who = 'movingAverage';
  checkOptions(who, options, ['window', 'weights', 'align']);
  if ((options.window === undefined) === (options.weights === undefined))
    throw new ValueError(`${who}: expected either window or weights.`);
  const given: ArrayLike<number> =
    options.weights ?? new Float64Array(checkInteger(who, 'window', options.window, 1)).fill(1);
  const weights = Float64Array.from(given);
  const total = weights.reduce((a, b) => a + b, 0);
  if (weights.length === 0 || !Number.isFinite(total) || total === 0)
    throw new ValueError(`${who}: weights must be numbers whose sum is not 0, got ${show(options.weights)}.`);
  const align = checkChoice(who, 'align', options.align ?? 'trailing', ['trailing', 'centered'] as const);
  const after = align === 'trailing' ? 0 : weights.length >> 1;
  const { data, length, features, map } = seriesOf(who, x);
  return map(length, (s, t, f) => {
    const first = t + after - weights.length + 1;
    if (first < 0 || t + after >= length) return NaN;
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += weights[k] * data[(s * length + first + k) * features + f];
    return sum / total;
  });
}
