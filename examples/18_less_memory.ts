// node dist/examples/18_less_memory.js: swapMemory keeps about sqrt(T) states of a long sequence and computes the others again.
import { layers, ops, sequential, setRandomSeed, type Tensor } from 'seqnn';
import { size } from './support/size.js';

const STEPS = size(2000, 300);
const RUNS = size(10, 2);
const [BATCH, UNITS] = [32, 32];
const x = ops.random.normal([BATCH, STEPS, 1], 0, 1, { seed: 1 }) as Tensor;
const y = ops.mean(x, 1) as Tensor;

async function measure(swapMemory: boolean): Promise<{ bytes: number; ms: number; loss: number }> {
  setRandomSeed(1);
  const model = sequential([
    layers.lstm({ units: UNITS, returnSequences: true, swapMemory, inputShape: [null, 1] }),
    layers.lstm({ units: UNITS, swapMemory }),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  let [ms, loss] = [Infinity, 0];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    loss = (await model.trainOnBatch(x, y)) as number;
    if (run > 0) ms = Math.min(ms, performance.now() - start);
  }
  return { bytes: model.workingMemory, ms, loss };
}

const plain = await measure(false);
const less = await measure(true);
console.log(`two LSTMs of ${UNITS} units, ${BATCH} sequences of ${STEPS} steps, ${RUNS} updates:`);
for (const [what, { bytes, ms, loss }] of Object.entries({ 'all states kept': plain, swapMemory: less }))
  console.log(
    `${what.padEnd(16)} ${(bytes / 1e6).toFixed(1)} MB, ${ms.toFixed(1)} ms an update, loss ${loss.toFixed(6)}`,
  );
console.log(
  `swapMemory: ${(plain.bytes / less.bytes).toFixed(1)} times less memory, ${(less.ms / plain.ms).toFixed(2)} times the time`,
);
