import { fileURLToPath } from 'node:url';
import { data, forecasting, layers, optimizers, sequential, setRandomSeed, type Layer } from 'seqnn';
import type { OwnRow } from './rows.js';

// Measured series, split in time order: the last years are only forecast.

interface RealSeries {
  name: string;
  file: string;
  column: string;
  epochs: number;
  steps: number;
  ahead: number;
  /** Steps at the end whose forecasts are judged. */
  held: number;
  /** Differences that the model sees instead of levels. */
  lag?: readonly number[];
  layers(ahead: number): Layer[];
  learningRate: number;
}

/** Relative to the compiled file, dist/bench/seeds/. */
const pathOf = (file: string) => fileURLToPath(new URL(`../../../data/${file}`, import.meta.url));

function row(of: RealSeries): OwnRow {
  return {
    name: of.name,
    epochs: of.epochs,
    async run(seed, epochs) {
      const series = data.interpolateMissing((await data.readCsv(pathOf(of.file))).tensor([of.column], 'float64'));
      const past = series.shape[0] - of.held;
      const lag = of.lag ?? [];
      const change = data.difference({ lag });
      const known = change.transform(series.slice([[0, past]]));
      const scaler = data.standardScaler().fit(known);
      const [x, y] = data.windowView(scaler.transform(known), { steps: of.steps, ahead: of.ahead });
      setRandomSeed(seed);
      const model = sequential(of.layers(of.ahead));
      model.compile({ optimizer: optimizers.adam({ learningRate: of.learningRate }), loss: 'mse' });
      await model.fit(x, y, { epochs, batchSize: 32, verbose: 0, seed });
      const { scores } = await forecasting.backtest({
        series,
        forecaster: forecasting.differenced(forecasting.fromModel({ model, steps: of.steps, scaler }), { lag }),
        initial: past,
        horizon: of.ahead,
        step: 1,
      });
      return { figures: { valid_rmse: scores.rmse }, params: model.countParams() };
    },
  };
}

/** Yearly sunspots, one year ahead over the last 60 years; RMSE in sunspots. */
export const sunspots = row({
  name: 'sunspots',
  file: 'sunspots.csv',
  column: 'sunspots',
  epochs: 60,
  steps: 30,
  ahead: 1,
  held: 60,
  layers: (ahead) => [layers.gru({ units: 16, inputShape: [null, 1] }), layers.dense({ units: ahead })],
  learningRate: 0.005,
});

/** Weekly CO2, a quarter of a year ahead over the last five years; RMSE in ppm. */
export const co2 = row({
  name: 'co2',
  file: 'co2_weekly.csv',
  column: 'co2',
  epochs: 12,
  steps: 52,
  ahead: 13,
  held: 260,
  lag: [52, 1],
  layers: (ahead) => [layers.lstm({ units: 24, inputShape: [null, 1] }), layers.dense({ units: ahead })],
  learningRate: 0.003,
});
