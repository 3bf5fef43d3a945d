import { checkInteger, checkOptions, ShapeError, ValueError } from '../program/errors.js';
import { tensor, type TensorLike } from '../program/tensor.js';
import { sameShape, showShape } from '../program/types.js';

/** How far forecasts lie from the truth. Steps whose truth is missing (NaN) do not count. */
export interface Scores {
  /** Root of the mean squared error, in the series' units. */
  rmse: number;
  /** Mean absolute error, in the series' units. */
  mae: number;
  /** Mean of 100 · |y − f| / |y|; infinite where the truth is 0 and the forecast is not. */
  mape: number;
  /** Mean of 200 · |y − f| / (|y| + |f|), from 0 to 200 (Makridakis 1993). */
  smape: number;
  /**
   * Mean absolute error over that of the seasonal naive forecast, one step ahead, within the history (Hyndman & Koehler 2006):
   * below 1 is better. NaN without a history.
   */
  mase: number;
}

/** One forecast value beside the truth, and what a mean absolute error is divided by. */
export interface Entry {
  readonly actual: number;
  readonly forecast: number;
  readonly scale: number;
}

/** No error is none, whatever it is measured by. */
const relative = (error: number, by: number) => (error === 0 && by === 0 ? 0 : error / by);

export function scoresOf(entries: readonly Entry[]): Scores {
  const known = entries.filter(({ actual }) => !Number.isNaN(actual));
  const mean = (of: (e: Entry, error: number) => number) =>
    known.reduce((sum, e) => sum + of(e, Math.abs(e.actual - e.forecast)), 0) / known.length;
  return {
    rmse: Math.sqrt(mean((_, error) => error * error)),
    mae: mean((_, error) => error),
    mape: mean(({ actual }, error) => 100 * relative(error, Math.abs(actual))),
    smape: mean(({ actual, forecast }, error) => 200 * relative(error, Math.abs(actual) + Math.abs(forecast))),
    mase: mean(({ scale }, error) => relative(error, scale)),
  };
}

/** Mean absolute change over a season within a history, over the steps that have both values. */
export function naiveScale(history: ArrayLike<number>, season: number): number {
  let [sum, count] = [0, 0];
  for (let t = season; t < history.length; t++) {
    const change = Math.abs(history[t] - history[t - season]);
    if (Number.isNaN(change)) continue;
    sum += change;
    count++;
  }
  return sum / count;
}

export interface ScoresOptions {
  /** What the forecasts were made from, for mase: [length]. */
  history?: TensorLike;
  /** Steps of a season, for mase. Default 1. */
  season?: number;
}

/** The errors of forecasts. @param actual Of any shape. @param forecast Of the same. */
export function scores(actual: TensorLike, forecast: TensorLike, options: ScoresOptions = {}): Scores {
  const who = 'scores';
  checkOptions(who, options, ['history', 'season']);
  const [a, f] = [tensor(actual, undefined, undefined, who), tensor(forecast, undefined, undefined, who)];
  if (!sameShape(a.shape, f.shape) || a.size === 0)
    throw new ShapeError(
      `${who}: expected truth and forecasts of one shape, got ${showShape(a.shape)} and ${showShape(f.shape)}.`,
    );
  const season = checkInteger(who, 'season', options.season ?? 1, 1);
  let scale = NaN;
  if (options.history !== undefined) {
    const history = tensor(options.history, undefined, undefined, who);
    if (history.rank !== 1 || history.size <= season)
      throw new ValueError(
        `${who}: history must be [length] with more than ${season} steps, got ${showShape(history.shape)}.`,
      );
    scale = naiveScale(history.data, season);
  }
  return scoresOf(Array.from(a.data, (value, i) => ({ actual: value, forecast: f.data[i], scale })));
}
