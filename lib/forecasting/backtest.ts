import { setImmediate } from 'node:timers/promises';
import { checkChoice, checkInteger, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import type { Forecaster } from './forecaster.js';
import { naiveScale, scoresOf, type Entry, type Scores } from './scores.js';

export interface BacktestOptions {
  /** [length] or [length, F], in its own units. */
  series: TensorLike;
  /** What is tested: a forecaster, or a function (history, ahead) → the next steps. */
  forecaster: Forecaster | Forecaster['forecast'];
  /** Steps before the first origin: the history of the first forecast. */
  initial: number;
  /** Steps to forecast at each origin. Default 1. */
  horizon?: number;
  /** Steps from one origin to the next. Default: the horizon. */
  step?: number;
  /** `expanding`: all steps up to the origin are its history. `rolling`: the last `initial` of them. Default `expanding`. */
  window?: 'expanding' | 'rolling';
  /** The forecaster learns anew (fit) at every so many origins; Infinity: at the first only. Default 1. */
  refit?: number;
  /** Steps of a season, for mase. Default 1. */
  season?: number;
  /** The feature whose forecast is judged. Default 0. */
  feature?: number;
}

/** What came of a backtest, in the series' units. */
export interface Backtest {
  readonly name: string;
  /** Number of the first step that each forecast is of. */
  readonly origins: readonly number[];
  /** [origins, horizon] */
  readonly actual: Tensor;
  /** [origins, horizon] */
  readonly forecast: Tensor;
  readonly scores: Scores;
  /** Of the first, second, … step ahead, over all origins. */
  readonly perHorizon: readonly Scores[];
  /** Of each origin, over its horizon. */
  readonly perOrigin: readonly Scores[];
}

/**
 * Forecasts from one origin after another, each from nothing but the steps before it (rolling-origin evaluation, Tashman 2000).
 *
 * @throws ShapeError for a series that has no room for one origin, or a forecast of another shape than its horizon.
 */
export async function backtest(options: BacktestOptions): Promise<Backtest> {
  const who = 'backtest';
  checkOptions(who, options, ['series', 'forecaster', 'initial', 'horizon', 'step', 'window', 'refit', 'season', 'feature']); // prettier-ignore
  const series = tensor(options.series, undefined, undefined, who);
  const integer = (name: keyof BacktestOptions, fallback?: number, low = 1) =>
    checkInteger(who, name, options[name] ?? fallback, low);
  const [initial, horizon, season] = [integer('initial'), integer('horizon', 1), integer('season', 1)];
  const [step, feature] = [integer('step', horizon), integer('feature', 0, 0)];
  const refit = options.refit === Infinity ? Infinity : integer('refit', 1);
  const window = checkChoice(who, 'window', options.window ?? 'expanding', ['expanding', 'rolling'] as const);
  const [length, features] = [series.shape[0], series.shape[1] ?? 1];
  if (series.rank < 1 || series.rank > 2 || length < initial + horizon || feature >= features)
    throw new ShapeError(
      `${who}: expected a series [length, F] of at least ${initial + horizon} steps and ${feature + 1} features, got ${showShape(series.shape)}.`,
    );
  const forecaster = asForecaster(options.forecaster);

  const origins: number[] = [];
  for (let origin = initial; origin + horizon <= length; origin += step) origins.push(origin);
  const truth = Float64Array.from({ length }, (_, t) => series.data[t * features + feature]);
  const [actual, forecast] = [new Float64Array(origins.length * horizon), new Float64Array(origins.length * horizon)];
  const entries: Entry[][] = [];
  for (const [i, origin] of origins.entries()) {
    const first = window === 'rolling' ? origin - initial : 0;
    // A copy: what a forecaster does to its history must not reach the truth.
    const history = new Tensor(
      series.data.slice(first * features, origin * features),
      series.rank === 1 ? [origin - first] : [origin - first, features],
      series.dtype,
    );
    // Baselines answer at once: without a breath, many origins would hold up the event loop.
    await setImmediate();
    if (i % refit === 0) await forecaster.fit?.(history);
    const steps = targetOf(forecaster.name, await forecaster.forecast(history, horizon), horizon, features, feature);
    const scale = naiveScale(truth.subarray(first, origin), season);
    forecast.set(steps, i * horizon);
    actual.set(truth.subarray(origin, origin + horizon), i * horizon);
    entries.push(Array.from(steps, (value, k) => ({ actual: truth[origin + k], forecast: value, scale })));
  }
  return {
    name: forecaster.name,
    origins,
    actual: new Tensor(actual, [origins.length, horizon]),
    forecast: new Tensor(forecast, [origins.length, horizon]),
    scores: scoresOf(entries.flat()),
    perHorizon: Array.from({ length: horizon }, (_, k) => scoresOf(entries.map((row) => row[k]))),
    perOrigin: entries.map(scoresOf),
  };
}

function asForecaster(given: BacktestOptions['forecaster']): Forecaster {
  if (typeof given === 'function') return { name: given.name || 'forecast', forecast: given };
  if (typeof given?.forecast !== 'function')
    throw new ValueError(
      `backtest: forecaster must be a function (history, ahead), or have a method forecast, got ${show(given)}.`,
    );
  return given;
}

/** The steps of the judged feature. */
function targetOf(who: string, y: TensorLike, horizon: number, features: number, feature: number): Float64Array {
  const t = tensor(y, undefined, undefined, who);
  const width = t.rank === 2 ? t.shape[1] : 1;
  if (t.rank < 1 || t.rank > 2 || t.shape[0] !== horizon || (width !== 1 && width !== features))
    throw new ShapeError(
      `backtest: ${who} gave a forecast of shape ${showShape(t.shape)}, expected [${horizon}] or [${horizon}, ${features}].`,
    );
  return Float64Array.from({ length: horizon }, (_, k) => t.data[k * width + (width === features ? feature : 0)]);
}
