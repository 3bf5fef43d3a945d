// node dist/examples/24_window_views.js: look-back windows that cost no memory; yearly sunspots, one year ahead, in time order.
import { fileURLToPath } from 'node:url';
import { data, forecasting, layers, optimizers, sequential, setRandomSeed, type Tensor } from 'seqnn';
import { size } from './support/size.js';

setRandomSeed(1);
const STEPS = 30;
const HELD = 60;

const table = await data.readCsv(fileURLToPath(new URL('../../data/sunspots.csv', import.meta.url)));
const spots = table.tensor(['sunspots']);
const years = spots.shape[0];
// The scale is measured on the years before the held-out ones only.
const scaler = data.standardScaler().fit(spots.slice([[0, years - HELD]]));
const [x, y] = data.windowView(scaler.transform(spots), { steps: STEPS });
// Parts of views are views: nothing is copied here either.
const [[xTrain, yTrain], [xTest]] = data.split([x, y], { sizes: [null, HELD] });
const kilobytes = (elements: number) => `${((4 * elements) / 1024).toFixed(1)} kB`;
console.log(
  `${x.shape[0]} windows of ${STEPS} years: ${kilobytes(years)} as views, ${kilobytes(x.size + y.size)} as copies`,
);

const model = sequential([layers.gru({ units: 16, inputShape: [STEPS, 1] }), layers.dense({ units: 1 })]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.005 }), loss: 'mse' });
await model.fit(xTrain, yTrain, { epochs: size(60, 2), batchSize: 16, verbose: 0, seed: 1 });

const truth = spots.slice([[years - HELD, null]]) as Tensor;
const forecast = scaler.inverseTransform(await model.predict(xTest));
// Each baseline continues the years before the one that it forecasts.
const nextYear = async (forecaster: forecasting.Forecaster) =>
  (await forecasting.backtest({ series: spots, forecaster, initial: years - HELD, refit: Infinity })).scores.rmse;

console.log(`RMSE in sunspots, one year ahead, over the last ${HELD} years:`);
console.log(`  last year's value  ${(await nextYear(forecasting.naive())).toFixed(2)}`);
console.log(`  AR(9)              ${(await nextYear(forecasting.autoregressive({ order: 9 }))).toFixed(2)}`);
console.log(`  GRU(16)            ${forecasting.scores(truth, forecast).rmse.toFixed(2)}`);
