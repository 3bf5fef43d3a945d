import { checkInteger, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, type TensorLike } from '../program/tensor.js';
import { allocate } from '../program/types.js';
import { seriesOf } from './series.js';

export interface ForecastWindowsOptions {
  /** Steps of a window: what the model sees. */
  steps: number;
  /** Steps to forecast. Default 1. */
  ahead?: number;
  /** `last`: targets after the last step only. `sequence`: the targets of every step. Default `last`. */
  mode?: 'last' | 'sequence';
  /** The feature that is forecast. Default 0. */
  feature?: number;
  /** Steps from one window of a series to its next. Default 1. */
  stride?: number;
}

/**
 * Windows of series and what follows them, ready for `fit`.
 *
 * @param series [n, length, F], or one series as [length, F] or [length]; each gives as many windows as fit into it.
 * @returns x [windows, steps, F] and y: [windows, ahead] in mode `last`; in mode `sequence` [windows, steps, ahead],
 *   where y[b, t, k] is the series k + 1 steps after step t.
 */
export function forecastWindows(series: TensorLike, options: ForecastWindowsOptions): [x: Tensor, y: Tensor] {
  const who = 'forecastWindows';
  checkOptions(who, options, ['steps', 'ahead', 'mode', 'feature', 'stride']);
  const { data, dtype, count, length, features } = seriesOf(who, series);
  const steps = checkInteger(who, 'steps', options.steps, 1);
  const ahead = checkInteger(who, 'ahead', options.ahead ?? 1, 1);
  const stride = checkInteger(who, 'stride', options.stride ?? 1, 1);
  const feature = checkInteger(who, 'feature', options.feature ?? 0, 0);
  const mode = options.mode ?? 'last';
  if (mode !== 'last' && mode !== 'sequence')
    throw new ValueError(`${who}: mode must be 'last' or 'sequence', got ${show(mode)}.`);
  if (feature >= features) throw new ValueError(`${who}: feature ${feature} of series with ${features} features.`);
  if (length < steps + ahead) {
    throw new ShapeError(
      `${who}: series of ${length} steps are too short for windows of ${steps} and ${ahead} ahead; expected at least ${steps + ahead}.`,
    );
  }
  const perSeries = Math.floor((length - steps - ahead) / stride) + 1;
  const windows = count * perSeries;
  const x = allocate(dtype, windows * steps * features);
  const firstStep = mode === 'last' ? steps - 1 : 0;
  const y = allocate(dtype, windows * (steps - firstStep) * ahead);
  let at = 0;
  for (let w = 0; w < windows; w++) {
    const begin = Math.floor(w / perSeries) * length + (w % perSeries) * stride;
    x.set(data.subarray(begin * features, (begin + steps) * features), w * steps * features);
    for (let t = firstStep; t < steps; t++) {
      for (let k = 1; k <= ahead; k++) y[at++] = data[(begin + t + k) * features + feature];
    }
  }
  const yShape = mode === 'last' ? [windows, ahead] : [windows, steps, ahead];
  return [new Tensor(x, [windows, steps, features], dtype), new Tensor(y, yShape, dtype)];
}
