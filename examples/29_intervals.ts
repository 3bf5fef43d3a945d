// node dist/examples/29_intervals.js [page.html]: intervals around forecasts in three ways, and how much of the truth they held.
import { data, forecasting, layers, losses, optimizers, report, sequential, setRandomSeed, type Tensor } from 'seqnn';
import { size } from './support/size.js';

setRandomSeed(5);
const { intervals } = forecasting;
const [STEPS, AHEAD, SHARE] = [50, 10, 0.9];
const LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95];

const series = data.generateTimeSeries(size(6000, 600), STEPS + AHEAD, { seed: 42 });
const [x, y] = data.forecastWindows(series, { steps: STEPS, ahead: AHEAD });
// Intervals are calibrated on series that the models were not trained on, and judged on others again.
const [train, held, test] = data.split([x, y], { fractions: [0.6, 0.2, 0.2] });
const options = { epochs: size(12, 1), batchSize: 32, verbose: 0, seed: 5 } as const;

const quantiles = sequential([
  layers.gru({ units: 24, inputShape: [STEPS, 1] }),
  layers.dense({ units: AHEAD * LEVELS.length }),
  layers.reshape({ targetShape: [AHEAD, LEVELS.length] }),
]);
quantiles.compile({
  optimizer: optimizers.adam({ learningRate: 0.004 }),
  loss: losses.quantiles({ quantiles: LEVELS }),
});
await quantiles.fit(train[0], train[1], options);

const dropout = sequential([
  layers.gru({ units: 24, inputShape: [STEPS, 1], dropout: 0.1, recurrentDropout: 0.1 }),
  layers.dropout({ rate: 0.1 }),
  layers.dense({ units: AHEAD }),
]);
dropout.compile({ optimizer: optimizers.adam({ learningRate: 0.004 }), loss: 'mse' });
await dropout.fit(train[0], train[1], options);

const band = async (part: Tensor[]) => intervals.quantiles(await quantiles.predict(part[0]), { quantiles: LEVELS });
const [heldBand, testBand] = [await band(held), await band(test)];
const drawn = await intervals.mcDropout(dropout, test[0], { samples: size(50, 4), coverage: SHARE });
const forecast = await dropout.predict(test[0]);
const around = intervals.conformal(held[1], await dropout.predict(held[0]), { coverage: SHARE }).apply(forecast);
const widened = intervals.conformal(held[1], heldBand, { coverage: SHARE }).apply(testBand);

const bands: [name: string, band: { lower: Tensor; upper: Tensor }][] = [
  ['quantiles', testBand],
  ['MC dropout alone', drawn],
  ['conformal around the mean', around],
  ['conformal around quantiles', widened],
];
const rows = bands.map(([name, { lower, upper }]) => [
  name,
  `${(100 * intervals.coverage(test[1], lower, upper)).toFixed(1)} %`,
  intervals.meanWidth(lower, upper).toFixed(3),
  intervals.intervalScore(test[1], lower, upper, SHARE).toFixed(3),
]);
const columns = [`intervals for ${100 * SHARE} %`, 'held', 'mean width', 'interval score'];
for (const cells of [columns, ...rows]) console.log(cells.map((c, i) => (i ? c.padStart(16) : c.padEnd(28))).join(''));

const path = process.argv.slice(2).find((argument) => !argument.startsWith('--'));
const [past, actual] = [test[0].slice([0]), test[1].slice([0])] as Tensor[];
const forecasts = bands.map(([title, { lower, upper }]) => {
  const first = (t: Tensor) => t.slice([0]) as Tensor;
  const predicted = first(title.includes('quantiles') ? testBand.median : forecast);
  return { title, past, actual, predicted, lower: first(lower), upper: first(upper) };
});
const tables = [{ title: 'Measured on series that no model has seen', columns, rows }];
if (path) await report({ path, title: 'Intervals around forecasts', tables, forecasts });
