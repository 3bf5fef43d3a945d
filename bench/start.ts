import { spawnSync } from 'node:child_process';
import { median } from './measure.js';

// A script as a user would write it: two LSTM(20) layers, one train step.
const SCRIPT = `
import { layers, sequential, tensor } from 'seqnn';
const model = sequential([
  layers.lstm({ units: 20, returnSequences: true, inputShape: [50, 1] }),
  layers.lstm({ units: 20, returnSequences: true }),
  layers.timeDistributed({ layer: layers.dense({ units: 10 }) }),
]);
model.compile({ optimizer: 'adam', loss: 'mse' });
await model.trainOnBatch(tensor(new Float32Array(1600), [32, 50, 1]), tensor(new Float32Array(16000), [32, 50, 10]));
console.log(performance.now());
process.exit();`;

const RUNS = 7;

/** Milliseconds from the start of a process to the end of its first train step: the median of several. */
export function timeStart(): number {
  const cwd = new URL('../../', import.meta.url);
  const times = Array.from({ length: RUNS }, () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', SCRIPT], {
      cwd,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`bench: the start-up script failed: ${stderr}`);
    return Number(stdout);
  });
  return median(times);
}
