export { bucketByLength, type BucketByLengthOptions, type BucketedBatches, type Tokens } from './buckets.js';
export { parseCsv, readCsv, Table, type CsvOptions } from './csv.js';
export { parseIdx, readIdx, type IdxOptions } from './idx.js';
export { iteratedForecast, type OneStepModel } from './iterated_forecast.js';
export { mcDropout, type DropoutModel, type McDropoutOptions, type McDropoutResult } from './mc_dropout.js';
export { mixedWindows, type MixedWindowsOptions } from './mixed_windows.js';
export { padSequences, type PadSequencesOptions } from './pad_sequences.js';
export { residualBands } from './residual_bands.js';
export { MinMaxScaler, minMaxScaler, StandardScaler, standardScaler, type TransformOptions } from './scalers.js';
export { split, type SplitOptions } from './split.js';
export { generateTimeSeries, type TimeSeriesOptions } from './time_series.js';
export { forecastWindows, type ForecastWindowsOptions } from './windows.js';
export { WindowView, type ViewPlaces, type ViewRange } from './window_view.js';
export { windowView, type WindowViewOptions } from './look_back.js';
export { difference, Differencer, type AfterOptions, type DifferenceOptions } from './difference.js';
export { hideGaps, interpolateMissing, missingMask, type HiddenGaps, type HideGapsOptions } from './missing.js';
export { movingAverage, type MovingAverageOptions } from './moving_average.js';
export {
  calendarFeatures,
  seasonalFeatures,
  type CalendarFeaturesOptions,
  type Cycle,
  type SeasonalFeaturesOptions,
} from './seasonal_features.js';
export { PolynomialTrend, trend, type StartOptions, type TrendOptions } from './trend.js';
