import { difference, type DifferenceOptions } from '../data/difference.js';
import { trend, type TrendOptions } from '../data/trend.js';
import { tensor, type TensorLike } from '../program/tensor.js';
import type { Forecaster } from './forecaster.js';

/** Forecasts the differences of the history (data.difference) and adds them up from its last values. */
export function differenced(forecaster: Forecaster, options: DifferenceOptions = {}): Forecaster {
  const change = difference(options);
  return {
    name: `${forecaster.name} of differences`,
    fit: (history: TensorLike) => forecaster.fit?.(change.transform(history)),
    async forecast(history, ahead) {
      const changes = await forecaster.forecast(change.transform(history), ahead);
      return change.inverseTransform(changes, { after: history });
    },
  };
}

/** Forecasts what is left of the history without its polynomial trend (data.trend), and continues the trend. */
export function detrended(forecaster: Forecaster, options: TrendOptions = {}): Forecaster {
  const line = trend(options);
  return {
    name: `${forecaster.name} without trend`,
    fit: (history: TensorLike) => forecaster.fit?.(trend(options).fitTransform(history)),
    async forecast(history, ahead) {
      const given = tensor(history);
      const rest = await forecaster.forecast(line.fitTransform(given), ahead);
      return line.inverseTransform(rest, { start: given.shape[0] });
    },
  };
}
