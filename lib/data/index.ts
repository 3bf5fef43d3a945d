export { parseCsv, readCsv, Table, type CsvOptions } from './csv.js';
export { parseIdx, readIdx, type IdxOptions } from './idx.js';
export { iteratedForecast, type OneStepModel } from './iterated_forecast.js';
export { padSequences, type PadSequencesOptions } from './pad_sequences.js';
export { residualBands } from './residual_bands.js';
export { MinMaxScaler, minMaxScaler, StandardScaler, standardScaler, type TransformOptions } from './scalers.js';
export { split, type SplitOptions } from './split.js';
export { generateTimeSeries, type TimeSeriesOptions } from './time_series.js';
export { forecastWindows, type ForecastWindowsOptions } from './windows.js';
