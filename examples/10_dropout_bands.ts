// node dist/examples/10_dropout_bands.js: dropout left on while predicting (Gal & Ghahramani 2016) gives a mean with error bars.
import { data, layers, ops, optimizers, sequential, setRandomSeed, type Tensor, type TensorBase } from 'seqnn';
import { size } from './support/size.js';

setRandomSeed(1);
const STEPS = 50;
const COVERAGE = 0.9;

const counts = size([4000, 1000, 1000], [150, 50, 50]);
const series = data.generateTimeSeries(
  counts.reduce((a, b) => a + b),
  STEPS + 1,
  { seed: 42 },
);
const windows = data.forecastWindows(series, { steps: STEPS });
const [[x, y], [xValid, yValid], [xTest, yTest]] = data.split(windows, { sizes: counts });

const model = sequential([
  layers.gru({ units: 32, dropout: 0.05, recurrentDropout: 0.05, returnSequences: true, inputShape: [null, 1] }),
  layers.gru({ units: 32, dropout: 0.05, recurrentDropout: 0.05 }),
  layers.dense({ units: 1 }),
]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.005 }), loss: 'mse' });
await model.fit(x, y, { epochs: size(12, 1), batchSize: 32, verbose: 0 });

const number = (t: TensorBase) => (t as Tensor).item();
const mse = (forecast: TensorBase) => number(ops.mean(ops.square(ops.subtract(forecast, yTest))));
const covered = (lower: ArrayLike<number>, upper: ArrayLike<number>) =>
  yTest.data.filter((value, i) => value >= lower[i] && value <= upper[i]).length / yTest.size;

const samples = size(100, 10);
const { mean, std, lower, upper } = await data.mcDropout(model, xTest, { samples, coverage: COVERAGE });
console.log(
  `error with dropout off ${mse(await model.predict(xTest)).toFixed(5)}, mean of ${samples} draws ${mse(mean).toFixed(5)}, last value ${mse(xTest.slice([null, -1])).toFixed(5)}`,
);

// The draws say what the model does not know, not what nobody could: the noise of the series. So the band is as many of
// their standard deviations wide as held the truth of the validation series (conformal prediction, Lei et al. 2018).
const valid = await data.mcDropout(model, xValid, { samples, coverage: COVERAGE });
const ratios = valid.mean.data.map((m, i) => Math.abs(m - yValid.data[i]) / valid.std.data[i]).sort();
const stretch = ratios[Math.ceil(COVERAGE * ratios.length) - 1];
const reach = std.data.map((s) => stretch * s);
const edge = (sign: number) => mean.data.map((m, i) => m + sign * reach[i]);

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
console.log(
  `the first forecasts: ${[0, 1, 2].map((i) => `${mean.data[i].toFixed(2)} ± ${reach[i].toFixed(2)} (${yTest.data[i].toFixed(2)} came)`).join(', ')}`,
);
console.log(
  `truth inside the ${percent(COVERAGE)} band: draws alone ${percent(covered(lower.data, upper.data))}, ${stretch.toFixed(1)} deviations ${percent(covered(edge(-1), edge(1)))}`,
);
