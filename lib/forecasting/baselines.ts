import { checkInteger, checkOptions } from '../program/errors.js';
import { perFeature, type Baseline } from './forecaster.js';

// What a model has to beat (Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 5.2).

const repeat = (ahead: number, at: (k: number) => number) => Float64Array.from({ length: ahead }, (_, k) => at(k));

/** The last value, again and again. */
export function naive(): Baseline {
  return perFeature('naive', 1, (values, ahead) => repeat(ahead, () => values[values.length - 1]));
}

/** The value of one season before. @param options `season`: its steps. */
export function seasonalNaive(options: { season: number }): Baseline {
  checkOptions('seasonalNaive', options, ['season']);
  const season = checkInteger('seasonalNaive', 'season', options.season, 1);
  return perFeature('seasonalNaive', season, (values, ahead) =>
    repeat(ahead, (k) => values[values.length - season + (k % season)]),
  );
}

/** The line through the first and the last value, continued. Needs 2 steps. */
export function drift(): Baseline {
  return perFeature('drift', 2, (values, ahead) => {
    const last = values[values.length - 1];
    const slope = (last - values[0]) / (values.length - 1);
    return repeat(ahead, (k) => last + (k + 1) * slope);
  });
}

/** The mean of the last steps. @param options `window`: how many. Default: all. */
export function movingAverage(options: { window?: number } = {}): Baseline {
  checkOptions('movingAverage', options, ['window']);
  const window = options.window === undefined ? null : checkInteger('movingAverage', 'window', options.window, 1);
  return perFeature('movingAverage', window ?? 1, (values, ahead) => {
    const used = window === null ? values : values.subarray(values.length - window);
    const mean = used.reduce((a, b) => a + b, 0) / used.length;
    return repeat(ahead, () => mean);
  });
}
