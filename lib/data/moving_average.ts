import { checkChoice, checkInteger, checkOptions, show, ValueError } from '../program/errors.js';
import type { Tensor, TensorLike } from '../program/tensor.js';
import { eachFeature, seriesOf, type Series } from './series.js';

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
  const align = checkChoice(who, 'align', options.align ?? 'trailing', ['trailing', 'centered'] as const);
  const after = (steps: number) => (align === 'trailing' ? 0 : steps >> 1);
  if (options.weights === undefined) {
    const window = checkInteger(who, 'window', options.window, 1);
    return means(seriesOf(who, x), window, after(window));
  }
  const weights = Float64Array.from(options.weights);
  const total = weights.reduce((a, b) => a + b, 0);
  if (weights.length === 0 || !Number.isFinite(total) || total === 0)
    throw new ValueError(`${who}: weights must be numbers whose sum is not 0, got ${show(options.weights)}.`);
  const { data, length, features, map } = seriesOf(who, x);
  return map(length, (s, t, f) => {
    const last = t + after(weights.length);
    const first = last - weights.length + 1;
    if (first < 0 || last >= length) return NaN;
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += weights[k] * data[(s * length + first + k) * features + f];
    return sum / total;
  });
}

/**
 * Of equal weights, at a cost that does not grow with the window: the series is cut into blocks as long as it, and a window
 * is the end of one block and the beginning of the next. No running sum, which would drift and keep a NaN for ever.
 */
function means(series: Series, window: number, after: number): Tensor {
  const { data, length } = series;
  const toEnd = new Float64Array(data.length); // of its block, this step included
  const fromStart = new Float64Array(data.length);
  eachFeature(series, (first, stride) => {
    let sum = 0;
    for (let t = 0; t < length; t++) {
      sum = (t % window === 0 ? 0 : sum) + data[first + t * stride];
      fromStart[first + t * stride] = sum;
    }
    for (let t = length - 1; t >= 0; t--) {
      sum = (t === length - 1 || (t + 1) % window === 0 ? 0 : sum) + data[first + t * stride];
      toEnd[first + t * stride] = sum;
    }
  });
  return series.map(length, (s, t, f) => {
    const [start, last] = [t + after - window + 1, t + after];
    if (start < 0 || last >= length) return NaN;
    const at = (step: number) => (s * length + step) * series.features + f;
    return (toEnd[at(start)] + (start % window === 0 ? 0 : fromStart[at(last)])) / window;
  });
}
