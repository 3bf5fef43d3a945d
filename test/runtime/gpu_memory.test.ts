import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { about } from '../../lib/runtime/machine.js';
import { near } from '../support/near.js';

const library = new URL('../../lib/index.js', import.meta.url).href;

/** Trains on sequences of 144 steps, says how that went, and predicts one sample with what there is. */
const script = (swapMemory: boolean) => `
import { layers, ops, sequential, setRandomSeed, tensor } from '${library}';
const [rows, steps] = [16, 144];
const values = (n, k) => Float32Array.from({ length: n }, (_, i) => Math.sin(k * i));
setRandomSeed(1);
const cell = layers.residualWrapper({ cell: layers.gruCell({ units: 16, activation: 'softmax' }) });
const own = { returnSequences: true, swapMemory: ${swapMemory} };
const model = sequential([
  layers.lstm({ units: 16, dropout: 0.2, recurrentDropout: 0.2, inputShape: [steps, 4], ...own }),
  layers.rnn({ cell, ...own }),
  layers.gru({ units: 16, ...own, returnSequences: false }),
  layers.dense({ units: 1 }),
]);
model.compile({ optimizer: 'sgd', loss: 'mse' });
const x = tensor(values(rows * steps * 4, 1), [rows, steps, 4]);
let error = null;
try {
  await model.fit(x, values(rows, 2), { batchSize: 8, epochs: 2, seed: 3, verbose: 0 });
} catch ({ name, message }) {
  error = name + ': ' + message;
}
const one = model.predictSync(x.slice([[0, 1]])).data[0];
console.log(JSON.stringify({ error, one, bytes: model.workingMemory, weights: model.getWeights().map((w) => [...w.data]) }));
`;

interface Trained {
  error: string | null;
  one: number;
  bytes: number;
  weights: number[][];
}

function train(swapMemory: boolean, memory = ''): Trained {
  const env = { ...process.env, SEQNN_DEVICE: 'gpu', SEQNN_EMULATE_MEMORY: memory };
  const run = ['--input-type=module', '--eval', script(swapMemory)];
  const { stdout, stderr } = spawnSync(process.execPath, run, { encoding: 'utf8', env });
  assert.ok(stdout.startsWith('{'), stderr);
  return JSON.parse(stdout) as Trained;
}

describe('the memory of a GPU', () => {
  before(function () {
    if (!about().gpu.description.includes('emulated')) this.skip();
  });

  it('is asked for less where swapMemory keeps the activations on the host: a sequence that does not fit otherwise', () => {
    const [plain, swapped] = [train(false), train(true)];
    assert.equal(plain.error, null);
    assert.equal(swapped.error, null);
    assert.ok(plain.bytes > 3 * swapped.bytes, `${plain.bytes} bytes, with swapMemory ${swapped.bytes}`);
    // The sums over the steps are in another order.
    swapped.weights.forEach((w, i) => near(w, plain.weights[i], 1e-5));
    const memory = `${plain.bytes}`;
    const refused = train(false, memory);
    assert.match(refused.error ?? '', /gpu: \d+\.\d MB were asked for, \d+\.\d of its \d+\.\d MB are free/);
    assert.ok(Number.isFinite(refused.one));
    assert.deepEqual(train(true, memory), swapped);
  });
});
