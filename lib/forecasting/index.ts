// Forecasts of real series: baselines, models as forecasters, backtests, intervals.
export { arima, type ArimaOptions } from './arima.js';
export {
  Autoregressive,
  autoregressive,
  type AutoregressiveFit,
  type AutoregressiveOptions,
} from './autoregressive.js';
export { backtest, type Backtest, type BacktestOptions } from './backtest.js';
export { drift, movingAverage, naive, seasonalNaive } from './baselines.js';
export type { Baseline, Forecaster } from './forecaster.js';
export * as intervals from './intervals/index.js';
export { fromModel, type FromModelOptions, type SeriesScaler, type WindowModel } from './model_forecaster.js';
export { scores, type Scores, type ScoresOptions } from './scores.js';
export { detrended, differenced } from './transformed.js';
