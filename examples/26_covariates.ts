// node dist/examples/26_covariates.js: several features per step, and inputs that are known ahead: the time of the year beside CO2.
import { fileURLToPath } from 'node:url';
import { data, forecasting, layers, model, ops, optimizers, setRandomSeed, type Tensor } from 'seqnn';
import { size } from './support/size.js';

const [STEPS, AHEAD] = [12, 26];
const HELD = 260;

const table = await data.readCsv(fileURLToPath(new URL('../../data/co2_weekly.csv', import.meta.url)));
const ppm = data.interpolateMissing(table.tensor(['co2']));
const past = ppm.shape[0] - HELD - AHEAD + 1;
const line = data.trend({ degree: 2 }).fit(ppm.slice([[0, past]]));
const level = line.transform(ppm);
const scaler = data.standardScaler().fit(level.slice([[0, past]]));

// Columns: the level, its weekly change, and the week's place in the year as two waves.
const change = ops.pad(data.difference().transform(level), [[1, 0], [0, 0]]); // prettier-ignore
const calendar = data.calendarFeatures(table.text('date'), { cycles: ['year'], harmonics: 2 });
const series = ops.concatenate([scaler.transform(level), change, calendar], 1) as Tensor;

/** A GRU over the past weeks, with or without the calendar, and with it the calendar of the weeks to come. */
async function rmse(covariates: boolean): Promise<number> {
  setRandomSeed(1);
  const inputs = covariates ? [0, 1, 2, 3, 4, 5] : [0, 1];
  const options = { steps: STEPS, ahead: AHEAD, feature: 0, inputs, future: [2, 3, 4, 5] };
  const [x, y, ahead] = data.windowView(series, options);
  // The windows between reach into the held-out weeks: nobody sees them.
  const [train, , test] = data.split([x, y, ahead], { sizes: [null, AHEAD - 1, HELD] });

  const [before, after] = [layers.input({ shape: [STEPS, inputs.length] }), layers.input({ shape: [AHEAD, 4] })];
  const state = layers.gru({ units: 16 }).apply(before);
  const known = covariates ? layers.concatenate().apply([state, layers.flatten().apply(after)]) : state;
  const hidden = layers.dense({ units: 32, activation: 'tanh' }).apply(known);
  const net = model({ inputs: [before, after], outputs: layers.dense({ units: AHEAD }).apply(hidden) as never });
  net.compile({ optimizer: optimizers.adam({ learningRate: 0.003 }), loss: 'mse' });
  await net.fit([train[0], train[2]], train[1], { epochs: size(30, 2), batchSize: 32, verbose: 0, seed: 1 });

  // The trend is the same in truth and forecast, so errors without it are errors in ppm.
  const forecast = scaler.inverseTransform(await net.predict([test[0], test[2]]), { feature: 0 });
  return forecasting.scores(scaler.inverseTransform(test[1].toTensor(), { feature: 0 }), forecast).rmse;
}

const held = (forecaster: forecasting.Forecaster) =>
  forecasting.backtest({ series: level, forecaster, initial: past, horizon: AHEAD, step: 1, refit: Infinity });
console.log(`RMSE in ppm, ${AHEAD} weeks ahead from the last ${STEPS}, over ${HELD} origins:`);
console.log(`  last value                     ${(await held(forecasting.naive())).scores.rmse.toFixed(3)}`);
console.log(`  the same week a year before    ${(await held(forecasting.seasonalNaive({ season: 52 }))).scores.rmse.toFixed(3)}`); // prettier-ignore
console.log(`  GRU, level and change          ${(await rmse(false)).toFixed(3)}`);
console.log(`  GRU, and the calendar          ${(await rmse(true)).toFixed(3)}`);
