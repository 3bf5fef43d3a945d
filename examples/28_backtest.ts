// node dist/examples/28_backtest.js: one forecaster after another from the same origins, yearly sunspots up to eleven years ahead.
import { fileURLToPath } from 'node:url';
import { data, forecasting, layers, optimizers, sequential, setRandomSeed, type Sequential, type Tensor } from 'seqnn';
import { size } from './support/size.js';

const [INITIAL, HORIZON, STEPS] = [200, 11, 33];

const table = await data.readCsv(fileURLToPath(new URL('../../data/sunspots.csv', import.meta.url)));
const spots = table.tensor(['sunspots']);

/** Direct forecasts of all years ahead; a new network learns from what an origin knows. */
function gru(): forecasting.Forecaster {
  const scaler = data.standardScaler();
  let model: Sequential;
  const fit = async (history: Tensor) => {
    setRandomSeed(3);
    const [x, y] = data.windowView(scaler.fitTransform(history), { steps: STEPS, ahead: HORIZON });
    model = sequential([layers.gru({ units: 16, inputShape: [STEPS, 1] }), layers.dense({ units: HORIZON })]);
    model.compile({ optimizer: optimizers.adam({ learningRate: 0.005 }), loss: 'mse' });
    await model.fit(x, y, { epochs: size(25, 1), batchSize: 16, verbose: 0, seed: 3 });
  };
  const latest = { predict: (x: Tensor) => model.predict(x) };
  return forecasting.fromModel({ model: latest, steps: STEPS, scaler, fit, name: 'GRU(16)' });
}

const { naive, seasonalNaive, drift, movingAverage, autoregressive } = forecasting;
const forecasters = [naive(), drift(), movingAverage({ window: 11 }), seasonalNaive({ season: 11 }), autoregressive({ order: 9 }), gru()]; // prettier-ignore
try {
  forecasters.push(forecasting.arima({ p: 9, d: 0, q: 1 }));
} catch (error) {
  console.log(`without ARIMA: ${(error as Error).message}`);
}

const shown = [1, 2, 5, HORIZON];
const line = (first: string, cells: readonly string[]) =>
  console.log(first.padEnd(16) + cells.map((cell) => cell.padStart(8)).join(''));
console.log('RMSE in sunspots by years ahead and over all; other errors over all years ahead');
line('', [...shown.map((years) => `${years} ahead`), 'RMSE', 'MAE', 'sMAPE', 'MASE', 'origins']);
for (const forecaster of forecasters) {
  const { name, origins, perHorizon, scores } = await forecasting.backtest({
    series: spots,
    forecaster,
    initial: INITIAL,
    horizon: HORIZON,
    step: size(3, 20),
    refit: 6,
  });
  const errors = [...shown.map((years) => perHorizon[years - 1].rmse), scores.rmse, scores.mae, scores.smape];
  line(name, [...errors.map((v) => v.toFixed(1)), scores.mase.toFixed(2), String(origins.length)]);
}
