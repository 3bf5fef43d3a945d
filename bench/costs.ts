import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { layers, optimizers, sequential, tensor } from '../lib/index.js';
import { Program } from '../lib/program/program.js';
import { tableOf } from '../lib/training/prepare.js';
import { sourcesOf } from '../lib/training/table.js';
import { median, milliseconds } from './measure.js';
import { timeStart } from './start.js';
import { buildModel, makeData, type Workload } from './workloads.js';

// npm run bench -- --costs: what lies around the kernels.

export interface Costs {
  /** Of a train step, in percent of the bare native step. */
  fit_overhead_percent: number;
  /** Of a predictSync whose arithmetic is one multiplication. */
  predict_sync_us: number;
  /** First train step on a new number of time steps, beyond a second one. */
  new_shape_ms: number;
  start_ms: number;
  /** The largest resident memory of a process that trains. */
  resident_mb: number;
  installed_mb: number;
}

const ROUNDS = 15;
const EPOCHS = 4;
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Epochs of fit beside the same native steps called at once: the median of pairs. */
async function fitOverhead(w: Workload): Promise<number> {
  const model = buildModel(w);
  const { x, y } = makeData(w, w.batch * 50, model.outputShape);
  const fit = () => model.fit(x, y, { batchSize: w.batch, epochs: EPOCHS, verbose: 0 });
  // A fit gives its copy of the data back when it ends.
  const sources = sourcesOf(await tableOf('costs', model, { x, y }));
  let bare: (() => Promise<unknown>) | null = null;
  const { steps } = Program.prototype;
  Program.prototype.steps = function (given, order, ...rest) {
    bare = () => steps.call(this, sources, order, 0, Math.floor(order.length / w.batch), Infinity);
    return steps.call(this, given, order, ...rest);
  };
  await fit();
  Program.prototype.steps = steps;
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const whole = await milliseconds(fit);
    const native = await milliseconds(bare as unknown as () => Promise<unknown>);
    ratios.push(whole / EPOCHS / native);
  }
  return 100 * (median(ratios) - 1);
}

function predictSyncCost(): number {
  const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
  const x = tensor(new Float32Array(1), [1, 1]);
  const times: number[] = [];
  const calls = 2000;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) model.predictSync(x);
    times.push(((performance.now() - start) / calls) * 1000);
  }
  return median(times);
}

async function newShapeCost(w: Workload): Promise<number> {
  const model = sequential([
    layers.lstm({ units: 20, returnSequences: true, inputShape: [null, w.features] }),
    layers.lstm({ units: 20, returnSequences: true }),
    layers.timeDistributed({ layer: layers.dense({ units: 10 }) }),
  ]);
  model.compile({ optimizer: optimizers.adam(), loss: 'mse' });
  const times: number[] = [];
  for (let steps = w.steps; steps < w.steps + ROUNDS; steps++) {
    const { x, y } = makeData({ ...w, steps }, w.batch, [null, steps, 10]);
    const step = () => model.trainOnBatch(x, y);
    const first = await milliseconds(step);
    times.push(first - (await milliseconds(step)));
  }
  return median(times);
}

const TRAINING = `
import { data, layers, sequential } from 'seqnn';
const series = data.generateTimeSeries(2000, 60, { seed: 1 });
const [x, y] = data.forecastWindows(series, { steps: 50, ahead: 10, mode: 'sequence' });
const model = sequential([
  layers.lstm({ units: 20, returnSequences: true, inputShape: [50, 1] }),
  layers.lstm({ units: 20, returnSequences: true }),
  layers.timeDistributed({ layer: layers.dense({ units: 10 }) }),
]);
model.compile({ optimizer: 'adam', loss: 'mse' });
await model.fit(x, y, { epochs: 3, verbose: 0 });
console.log(process.resourceUsage().maxRSS / 1024);`;

function residentMemory(): number {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', TRAINING], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`bench: the training for its memory failed: ${stderr}`);
  return Number(stdout);
}

/** The files of the package and one addon. */
function installedSize(): number {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const answer = execFileSync(npm, ['pack', '--dry-run', '--ignore-scripts', '--json'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ files }] = [JSON.parse(answer)].flat() as [{ files: { path: string; size: number }[] }];
  const own = files.filter(({ path }) => !path.startsWith('prebuilds')).reduce((sum, { size }) => sum + size, 0);
  return (own + statSync(`${root}build/Release/seqnn.node`).size) / 1e6;
}

/** Measures and prints them all; `w` is lstm20x2_seq. */
export async function benchCosts(w: Workload, print: (line: string) => void): Promise<Costs> {
  const costs: Costs = {
    fit_overhead_percent: await fitOverhead(w),
    predict_sync_us: predictSyncCost(),
    new_shape_ms: await newShapeCost(w),
    start_ms: timeStart(),
    resident_mb: residentMemory(),
    installed_mb: installedSize(),
  };
  print(`fit, beyond the bare native steps: ${costs.fit_overhead_percent.toFixed(1)}%`);
  print(`predictSync of one number, whole call: ${costs.predict_sync_us.toFixed(2)} µs`);
  print(`a new number of time steps, training: ${costs.new_shape_ms.toFixed(1)} ms`);
  print(`process start to first trained step: ${costs.start_ms.toFixed(0)} ms`);
  print(`largest resident memory of a training: ${costs.resident_mb.toFixed(0)} MB`);
  print(`installed size: ${costs.installed_mb.toFixed(1)} MB`);
  return costs;
}
