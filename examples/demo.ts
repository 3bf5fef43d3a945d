// npm run demo: forecasts the next ten steps of noisy waves, prints the result beside two baselines and writes demo.html.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  data,
  layers,
  ops,
  optimizers,
  report,
  sequential,
  setRandomSeed,
  type Sequential,
  type Tensor,
  type TensorBase,
} from 'seqnn';
import { size } from './support/size.js';

setRandomSeed(42);
const STEPS = 50;
const AHEAD = 10;
const COVERAGE = 0.9;
const EPOCHS = size(20, 1);
const PAGE = size('demo.html', join(tmpdir(), `seqnn-demo-${process.pid}.html`));

const series = data.generateTimeSeries(size(10_000, 300), STEPS + AHEAD, { seed: 42 });
const [x, everyStep] = data.forecastWindows(series, { steps: STEPS, ahead: AHEAD, mode: 'sequence' });
const [, afterWindow] = data.forecastWindows(series, { steps: STEPS, ahead: AHEAD });
const [train, valid, test] = data
  .split([x, everyStep, afterWindow], { fractions: [0.7, 0.2, 0.1] })
  .map(([xs, ys, after]) => ({ x: xs, everyStep: ys, after }));

/** Error of each step ahead, over all series. */
const errorByStep = (forecast: TensorBase) => ops.mean(ops.square(ops.subtract(forecast, test.after)), 0) as Tensor;
const last = (forecast: TensorBase) => forecast.slice([null, -1]) as Tensor;

function lastTimeStepMse(yTrue: TensorBase, yPred: TensorBase): TensorBase {
  return ops.mean(ops.square(yTrue.slice([null, -1]).sub(yPred.slice([null, -1]))), -1);
}

async function trainLinear(): Promise<Sequential> {
  const model = sequential([layers.flatten(), layers.dense({ units: AHEAD })]);
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.001 }), loss: 'mse' });
  await model.fit(train.x, train.after, { epochs: EPOCHS, batchSize: 32, verbose: 0 });
  return model;
}

const naive = ops.repeat(last(test.x), AHEAD, 1);
const linear = await trainLinear();
const linearForecast = await linear.predict(test.x);

const model = sequential([
  layers.lstm({ units: 20, returnSequences: true, inputShape: [null, 1] }),
  layers.lstm({ units: 20, returnSequences: true }),
  layers.timeDistributed({ layer: layers.dense({ units: AHEAD }) }),
]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'mse', metrics: [lastTimeStepMse] });
model.summary();
const start = performance.now();
const { history } = await model.fit(train.x, train.everyStep, {
  epochs: EPOCHS,
  batchSize: 32,
  validationData: [valid.x, valid.everyStep],
});
const seconds = (performance.now() - start) / 1000;
const forecast = last(await model.predict(test.x));

// The band: where the truth lay around the forecasts of the validation series.
const { lower, upper } = data.residualBands(valid.after, last(await model.predict(valid.x)), COVERAGE);
const [low, high] = [forecast.add(lower) as Tensor, forecast.add(upper) as Tensor];
const inside =
  test.after.data.filter((value, i) => value >= low.data[i] && value <= high.data[i]).length / test.after.size;

const models: [name: string, params: number, errors: Tensor][] = [
  ['last value', 0, errorByStep(naive)],
  ['linear', linear.countParams(), errorByStep(linearForecast)],
  ['LSTM 20-20', model.countParams(), errorByStep(forecast)],
];
const columns = ['model', 'parameters', 'MSE, ten steps', 'MSE, tenth'];
const rows = models.map(([name, params, errors]) => [
  name,
  params,
  (ops.mean(errors) as Tensor).item().toFixed(5),
  errors.data[AHEAD - 1].toFixed(5),
]);

console.log(`\nForecasts of ten steps for ${test.x.shape[0]} series that no model has seen`);
for (const cells of [columns, ...rows])
  console.log(cells.map((cell, i) => (i === 0 ? String(cell).padEnd(22) : String(cell).padStart(18))).join(''));

const row = (t: Tensor, i: number) => t.data.subarray(i * (t.size / t.shape[0]), (i + 1) * (t.size / t.shape[0]));
await report({
  path: PAGE,
  title: 'Ten steps ahead',
  intro: `Two layers of LSTM(20), trained for ${seconds.toFixed(1)} seconds on ${train.x.shape[0]} series of two noisy waves, forecast the ten steps that follow. The bands come from the errors on ${valid.x.shape[0]} other series.`,
  history: { history: { loss: history.loss, val_loss: history.val_loss } },
  tables: [
    {
      title: `Errors on ${test.x.shape[0]} series that no model has seen`,
      columns,
      rows,
      caption: `${(100 * inside).toFixed(1)}% of the truth lies inside the ${100 * COVERAGE}% bands.`,
    },
  ],
  forecasts: [0, 1, 2].map((i) => ({
    title: `Forecast of test series ${i + 1}`,
    past: row(test.x, i),
    actual: row(test.after, i),
    predicted: row(forecast, i),
    lower: row(low, i),
    upper: row(high, i),
  })),
  charts: [
    {
      title: 'Mean squared error by step ahead',
      x: Array.from({ length: AHEAD }, (_, k) => k + 1),
      xLabel: 'steps ahead',
      log: true,
      // Grey, orange, and for the LSTM the blue of its forecasts.
      series: models.map(([name, , errors], i) => ({ name, values: [...errors.data], group: [0, 2, 1][i] })),
    },
  ],
});
console.log(`Curves and forecasts: ${PAGE}`);
console.log(
  `${(100 * inside).toFixed(1)}% of the truth lies inside the ${100 * COVERAGE}% bands; ${seconds.toFixed(1)} s of training`,
);
