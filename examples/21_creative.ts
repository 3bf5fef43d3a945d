// node dist/examples/21_creative.js: a trained model goes on by itself for 300 steps, from zeros and from a piece of the real series, and draws creative.html.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { report, setRandomSeed, Tensor, type Sequential } from 'seqnn';
import { reluModel } from './support/relu_model.js';
import { size } from './support/size.js';
import { RESOLUTION, STEPS, uniform, wave, waveFrom, waveWindows } from './support/wave.js';

setRandomSeed(1);
const AHEAD = 300;
const PAGE = size('creative.html', join(tmpdir(), `seqnn-creative-${process.pid}.html`));
const random = uniform(1);
const model = reluModel();
for (let i = 0; i < size(2000, 20); i++) await model.trainOnBatch(...waveWindows(50, STEPS, random));

/** The seed and what the model makes of it: each forecast becomes the last value of the next window. */
function imagine(forecaster: Sequential, seed: ArrayLike<number>): number[] {
  const values = Array.from(seed);
  while (values.length < STEPS + AHEAD) {
    const window = new Tensor(Float32Array.from(values.slice(-STEPS)), [1, STEPS, 1]);
    values.push((forecaster.predictSync(window) as Tensor).data[STEPS - 1]);
  }
  return values;
}

const seeds = { zeros: new Float32Array(STEPS), 'the real series': waveFrom(0, STEPS).data };
const made = Object.entries(seeds).map(([name, seed]) => ({ name, values: imagine(model, seed) }));
const time = Array.from({ length: STEPS + AHEAD }, (_, i) => i);
await report({
  path: PAGE,
  title: 'Series that a model made up',
  intro: `100 ReLU neurons, trained to know the next value of windows of ${STEPS} steps, fed with their own forecasts.`,
  charts: made.map(({ name, values }) => ({
    title: `From a seed of ${name}`,
    x: time.map((i) => Number((i * RESOLUTION).toFixed(1))),
    xLabel: 't',
    series: [
      { name: 'seed', values: values.map((v, i) => (i < STEPS ? v : null)) },
      { name: 'made up', values: values.map((v, i) => (i < STEPS ? null : v)) },
      { name: 'the real series', values: time.map((i) => wave(i * RESOLUTION)), style: 'dashed' as const },
    ],
  })),
});

const meanSquare = (values: number[]) => values.reduce((sum, v) => sum + v * v, 0) / values.length;
const real = time.slice(STEPS).map((i) => wave(i * RESOLUTION));
const dreamt = made[1].values.slice(STEPS);
const near = (n: number) => meanSquare(dreamt.slice(0, n).map((v, i) => v - real[i]));
console.log(`drawn: ${PAGE}; from zeros the series grows to ${Math.max(...made[0].values.map(Math.abs)).toFixed(1)}`);
console.log(
  `error of the first 10 steps made up after the real seed ${near(10).toFixed(3)}, of all ${AHEAD} ${near(AHEAD).toFixed(2)}; zeros instead: ${meanSquare(real.slice(0, 10)).toFixed(3)} and ${meanSquare(real).toFixed(2)}`,
);
