// node dist/examples/25_differencing.js: weekly CO2 without trend and season, by differences that are undone in the forecast.
import { fileURLToPath } from 'node:url';
import { data, forecasting, layers, optimizers, sequential, setRandomSeed, type Tensor } from 'seqnn';
import { size } from './support/size.js';

setRandomSeed(2);
const [STEPS, AHEAD, YEAR] = [52, 13, 52];
const HELD = 5 * YEAR;

const table = await data.readCsv(fileURLToPath(new URL('../../data/co2_weekly.csv', import.meta.url)));
const ppm = data.interpolateMissing(table.tensor(['co2'], 'float64'));
const past = ppm.shape[0] - HELD;

// What is left: how much more CO2 rose since last week than it did a year before.
const change = data.difference({ lag: [YEAR, 1] });
const changes = change.transform(ppm.slice([[0, past]]));
const scaler = data.standardScaler().fit(changes);
const [x, y] = data.windowView(scaler.transform(changes), { steps: STEPS, ahead: AHEAD });

const model = sequential([layers.lstm({ units: 24, inputShape: [STEPS, 1] }), layers.dense({ units: AHEAD })]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.003 }), loss: 'mse' });
await model.fit(x, y, { epochs: size(12, 1), batchSize: 64, verbose: 0, seed: 2 });

// The window of changes needs STEPS weeks behind those that the differences use up.
const lstm = forecasting.differenced(forecasting.fromModel({ model, steps: STEPS, scaler, name: 'LSTM(24)' }), {
  lag: [YEAR, 1],
});
const ar = forecasting.differenced(forecasting.autoregressive({ lags: [1, 2, 3, 4, YEAR] }), { lag: [YEAR, 1] });
console.log(`Quarter of a year ahead (${AHEAD} weeks), origins over the last ${HELD} weeks, errors in ppm:`);
console.log(''.padEnd(34) + '   RMSE    MAE  RMSE of the last week');
for (const forecaster of [forecasting.seasonalNaive({ season: YEAR }), forecasting.naive(), ar, lstm]) {
  const { name, scores, perHorizon } = await forecasting.backtest({
    series: ppm,
    forecaster,
    initial: past,
    horizon: AHEAD,
    step: size(4, 26),
    refit: Infinity,
  });
  const cells = [scores.rmse, scores.mae, perHorizon[AHEAD - 1].rmse].map((v) => v.toFixed(3).padStart(7));
  console.log(`${name.padEnd(34)}${cells.join('')}`);
}

// The differences come back to the last digit.
const back = change.inverseTransform(change.transform(ppm), { after: ppm.slice([[0, YEAR + 1]]) });
const missed = Array.from((back.sub(ppm.slice([[YEAR + 1, null]])) as Tensor).data, Math.abs);
console.log(`undone, the differences of all ${ppm.size} weeks miss them by at most ${Math.max(...missed)} ppm`);
