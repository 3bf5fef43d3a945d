// node dist/examples/40_callbacks.js: a training that logs, lowers its rate, keeps its best weights and knows when to stop.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callbacks, data, layers, optimizers, sequential, setRandomSeed } from 'seqnn';
import { size } from './support/size.js';

const folder = await mkdtemp(join(tmpdir(), 'seqnn-callbacks-'));
const counts = size([1500, 500], [64, 32]);
const series = data.generateTimeSeries(counts[0] + counts[1], 51, { seed: 42 });
const [[x, y], [xValid, yValid]] = data.split(data.forecastWindows(series, { steps: 50 }), { sizes: counts });
const common = { batchSize: 32, validationData: [xValid, yValid] as const, verbose: 0 as const };

function newModel(learningRate: number | optimizers.Schedule) {
  setRandomSeed(1);
  const model = sequential([layers.gru({ units: 16, inputShape: [null, 1] }), layers.dense({ units: 1 })]);
  model.compile({ optimizer: optimizers.adam({ learningRate }), loss: 'mse' });
  return model;
}

// Callbacks that react to the figures.
const best = join(folder, 'best.safetensors');
const stop = callbacks.earlyStopping({ patience: 8, minDelta: 1e-5 });
let slowest = 0;
let began = 0;
const watched = newModel(0.02);
const { history } = await watched.fit(x, y, {
  ...common,
  epochs: size(60, 3),
  callbacks: [
    callbacks.reduceLROnPlateau({ patience: 3, factor: 0.3, minLR: 1e-4 }),
    callbacks.modelCheckpoint({ filepath: best, saveBestOnly: true }),
    callbacks.csvLogger({ filename: join(folder, 'log.csv') }),
    callbacks.lambda({
      onEpochBegin: () => void (began = performance.now()),
      onEpochEnd: () => void (slowest = Math.max(slowest, performance.now() - began)),
    }),
    callbacks.terminateOnNaN(),
    stop,
  ],
});
const rows = data.parseCsv(await readFile(join(folder, 'log.csv'), 'utf8'));
const rates = [...new Set(rows.numbers('learningRate'))].map((rate) => rate.toPrecision(2));
console.log(`${rows.length} epochs, the slowest of ${slowest.toFixed(0)} ms; learning rates ${rates.join(', ')}`);
const last = history.val_loss.at(-1) as number;
await watched.loadWeights(best);
const atBest = (await watched.evaluate(xValid, yValid)) as number;

// The same number of steps by a plan made before: up for a tenth of the steps, then down along a cosine.
const steps = rows.length * Math.ceil(counts[0] / 32);
const planned = newModel(
  optimizers.cosineDecay({
    initialLearningRate: 0,
    warmupTarget: 0.02,
    warmupSteps: Math.ceil(steps / 10),
    decaySteps: steps - Math.ceil(steps / 10),
  }),
);
const plan = await planned.fit(x, y, { ...common, epochs: rows.length });
const constant = await newModel(0.02).fit(x, y, { ...common, epochs: rows.length });
const shown = (v: number | undefined) => (v as number).toFixed(5);
console.log(
  `validation error: best checkpoint ${shown(atBest)}, last epoch ${shown(last)}, planned rate ${shown(plan.history.val_loss.at(-1))}, constant rate ${shown(constant.history.val_loss.at(-1))}`,
);
await rm(folder, { recursive: true });
