// node dist/examples/27_imputation.js: missing weeks of CO2 filled in by a bidirectional GRU, measured on weeks that were hidden.
import { fileURLToPath } from 'node:url';
import { data, forecasting, layers, ops, optimizers, sequential, setRandomSeed, type Tensor } from 'seqnn';
import { size } from './support/size.js';

setRandomSeed(1);
const STEPS = 128;
const ROUNDS = size(200, 1);
/** Lengths in weeks of the gaps that the measurements really have. */
const GAPS = [1, 5, 1, 8, 1, 1, 1, 1, 3, 1, 1, 1, 1, 18, 2, 1, 3, 1, 2, 1, 4, 1];

const table = await data.readCsv(fileURLToPath(new URL('../../data/co2_weekly.csv', import.meta.url)));
const ppm = table.tensor(['co2']).squeeze(-1) as Tensor;
const calendar = data.calendarFeatures(table.text('date'), { cycles: ['year'], harmonics: 2 });
// A tenth of the known weeks is hidden for good, in gaps like the real ones: neither model nor line sees them.
const { series: given, hidden: held } = data.hideGaps(ppm, { share: 0.1, lengths: GAPS, seed: 1 });

const column = (t: Tensor) => t.cast('float32').reshape([-1, 1]) as Tensor;
/** Inputs: the line between the known weeks without the long trend, where it is only a line, and the season. */
function inputsOf(series: Tensor): { line: Tensor; x: Tensor } {
  const line = data.interpolateMissing(series);
  const level = data.trend({ degree: 2 }).fit(series).transform(line);
  const x = ops.concatenate([column(level).mul(0.3), column(data.missingMask(series)), calendar], 1) as Tensor;
  return { line, x };
}

const model = sequential([
  layers.bidirectional({ layer: layers.gru({ units: 16, returnSequences: true }), inputShape: [null, 6] }),
  layers.dense({ units: 16, activation: 'tanh' }),
  layers.dense({ units: 1, kernelInitializer: 'zeros' }),
]);
// Nine batches a round.
const learningRate = optimizers.cosineDecay({ initialLearningRate: 0.01, decaySteps: 9 * ROUNDS });
model.compile({ optimizer: optimizers.adam({ learningRate }), loss: 'mse' });
// Every round hides other weeks; what the network learns is how far they lie from the line.
for (let round = 0; round < ROUNDS; round++) {
  const { series, hidden } = data.hideGaps(given, { share: 0.15, lengths: GAPS, seed: 100 + round });
  const { line, x } = inputsOf(series);
  const missed = data.interpolateMissing(given).sub(line);
  const all = ops.concatenate([x, column(missed), column(hidden)], 1) as Tensor;
  const window = { steps: STEPS, stride: 8, mode: 'same', inputs: [0, 1, 2, 3, 4, 5] } as const;
  const [xs, ys] = data.windowView(all, { ...window, feature: 6 });
  const [, sampleWeight] = data.windowView(all, { ...window, feature: 7 });
  await model.fit(xs, ys, { epochs: 1, batchSize: 32, sampleWeight, verbose: 0, seed: round });
}

const { line, x } = inputsOf(given);
const correction = (await model.predict(x.expandDims(0))) as Tensor;
const filled = line.add(correction.reshape([-1])) as Tensor;
/** Over the held weeks in gaps of that many unknown weeks. */
function rmse(guess: Tensor, least: number, most = Infinity): string {
  const gap = gapsOf(data.missingMask(given));
  const weeks = Array.from(held.data.keys()).filter((t) => held.data[t] && gap[t] >= least && gap[t] <= most);
  const at = (from: Tensor) => weeks.map((t) => from.data[t]);
  return `${forecasting.scores(at(ppm), at(guess)).rmse.toFixed(3)} (${weeks.length} weeks)`;
}
/** For each missing week, how many are missing around it. */
function gapsOf({ data: missing }: Tensor): number[] {
  const lengths: number[] = [];
  for (let t = 0; t < missing.length; t = lengths.length) {
    let end = t + 1;
    while (end < missing.length && missing[end] === missing[t]) end++;
    lengths.push(...new Array<number>(end - t).fill(missing[t] ? end - t : 0));
  }
  return lengths;
}
console.log('RMSE in ppm        all                gaps of 1 week     gaps of 2 weeks and more');
for (const [name, guess] of [
  ['line', line],
  ['bidirectional', filled],
] as const) {
  // prettier-ignore
  const cells = [rmse(guess, 1), rmse(guess, 1, 1), rmse(guess, 2)];
  console.log(name.padEnd(19) + cells.map((cell) => cell.padEnd(19)).join(''));
}
