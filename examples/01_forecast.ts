// node dist/examples/01_forecast.js: one step ahead, in as few lines as it takes.
import { data, layers, optimizers, sequential, setRandomSeed } from 'seqnn';
import { size } from './support/size.js';

setRandomSeed(1);
const epochs = size(20, 1);
const series = data.generateTimeSeries(size(10_000, 500), 51, { seed: 42 });
const [x, y] = data.forecastWindows(series, { steps: 50 });
const model = sequential([
  layers.simpleRNN({ units: 20, returnSequences: true, inputShape: [null, 1] }),
  layers.simpleRNN({ units: 20 }),
  layers.dense({ units: 1 }),
]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.001 }), loss: 'mse' });
const { history } = await model.fit(x, y, { epochs, batchSize: 32, validationSplit: 0.2 });
console.log(`validation error ${history.val_loss[epochs - 1].toFixed(5)}`);

// The same model, fed with its own forecasts.
const future = await data.iteratedForecast(model, series.slice([[0, 1], [1, null]]), 5); // prettier-ignore
console.log(`the next five steps of the first series: ${Array.from(future.data, (v) => v.toFixed(3)).join(', ')}`);
