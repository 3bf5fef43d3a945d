// node dist/examples/15_old_and_recent.js: a year of weekly values in few steps: the last weeks as they are, older ones as means of blocks.
import { fileURLToPath } from 'node:url';
import { data, input, layers, model, ops, optimizers, setRandomSeed, type Tensor, type TensorBase } from 'seqnn';
import { size } from './support/size.js';

const AHEAD = 13; // a quarter of a year
const HELD = 400;
const EPOCHS = size(100, 2);

const table = await data.readCsv(fileURLToPath(new URL('../../data/co2_weekly.csv', import.meta.url)));
const weekly = data.interpolateMissing(table.tensor(['co2']));
// Changes from week to week: a model of levels would have to forecast values it has never seen.
const changes = data.difference().transform(weekly);
// Measured on the past only.
const scaled = data
  .standardScaler()
  .fit(changes.slice([[0, -HELD]]))
  .transform(changes);

/** Trains on all windows but the last ones and measures the mean change over the weeks ahead there. */
async function measure(what: string, x: Tensor | Tensor[], y: Tensor): Promise<void> {
  const target = ops.mean(y, 1, true) as Tensor;
  const inputs = Array.isArray(x) ? x : [x];
  const [train, test] = data.split([...inputs, target], { sizes: [null, HELD] });
  const [xs, xTest] = [train, test].map((part) => part.slice(0, -1));
  setRandomSeed(1);
  const starts = inputs.map((t) => input({ shape: t.shape.slice(1) }));
  const branches = starts.map((start) => layers.gru({ units: 12 }).apply(start));
  const joined = branches.length > 1 ? layers.concatenate().apply(branches) : branches[0];
  const net = model({ inputs: starts, outputs: layers.dense({ units: 1 }).apply(joined) });
  net.compile({ optimizer: optimizers.adam({ learningRate: 0.005 }), loss: 'mse' });
  const start = performance.now();
  await net.fit(xs, train[train.length - 1], { epochs: EPOCHS, batchSize: 64, verbose: 0 });
  const seconds = (performance.now() - start) / 1000;
  const error = (await net.evaluate(xTest, test[test.length - 1], { verbose: 0 })) as number;
  const steps = inputs.map((t) => t.shape[1]).join(' + ');
  console.log(`${what.padEnd(34)} ${steps.padStart(7)} steps, ${seconds.toFixed(1)} s, error ${error.toFixed(4)}`);
}

const windows = { old: 12, recent: 8, every: 4, ahead: AHEAD };
const [[old, recent], y] = data.mixedWindows(scaled, windows);
const [joined] = data.mixedWindows(scaled, { ...windows, joined: true });
const [all] = data.forecastWindows(scaled, { steps: 56, ahead: AHEAD });
await measure('the last 8 weeks', recent, y);
await measure('all 56 weeks', all, y);
await measure('12 blocks of 4 weeks, then 8 weeks', joined, y);
await measure('the same in two branches', [old, recent], y);

const held = (t: TensorBase) => ops.mean(t.slice([[-HELD, null]]), 1);
const error = (guess: TensorBase) => (ops.mean(ops.square(ops.subtract(guess, held(y)))) as Tensor).item().toFixed(4);
const aYearAgo = all.slice([null, [56 - 52, 56 - 52 + AHEAD], 0]);
console.log(
  `without a model: the mean change ${error(ops.zeros([HELD]))}, that of a year ago ${error(held(aYearAgo))}`,
);
