// node dist/examples/37_generators.js: batches that an async generator makes while the model trains, and classes that weigh differently.
import { setTimeout } from 'node:timers/promises';
import { layers, sequential, setRandomSeed, Tensor } from 'seqnn';
import { size } from './support/size.js';
import { uniform } from './support/wave.js';

const STEPS = 20;
const BATCH = 32;
const RARE = 0.05;

/** Noise, of which one in twenty has a bump somewhere: class 1. */
function makeBatch(random: () => number): [Tensor, Int32Array] {
  const x = new Float32Array(BATCH * STEPS).map(() => random() + random() - 1);
  const labels = new Int32Array(BATCH).map(() => (random() < RARE ? 1 : 0));
  labels.forEach((label, row) => {
    const at = row * STEPS + Math.floor(random() * (STEPS - 4));
    if (label) for (let i = 0; i < 4; i++) x[at + i] += 0.6;
  });
  return [new Tensor(x, [BATCH, STEPS, 1]), labels];
}

/** As from a database or a socket: each batch has to be waited for, and the next is not asked for before. */
async function* batches(seed: number) {
  const random = uniform(seed);
  for (;;) {
    await setTimeout(0);
    yield makeBatch(random);
  }
}

async function recalls(classWeight?: Record<number, number>): Promise<[rare: number, common: number]> {
  setRandomSeed(1);
  const model = sequential([
    layers.gru({ units: 16, inputShape: [STEPS, 1] }),
    layers.dense({ units: 2, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  await model.fit(batches(1), { epochs: size(20, 1), stepsPerEpoch: size(100, 10), classWeight, verbose: 0 });
  const [seen, found] = [[0, 0], [0, 0]]; // prettier-ignore
  const random = uniform(2);
  for (let i = 0; i < size(100, 10); i++) {
    const [x, labels] = makeBatch(random);
    const guess = (await model.predict(x)).data;
    labels.forEach((label, row) => {
      seen[label]++;
      if (guess[2 * row + label] > 0.5) found[label]++;
    });
  }
  return [found[1] / Math.max(1, seen[1]), found[0] / seen[0]];
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
for (const classWeight of [undefined, { 0: 1, 1: (1 - RARE) / RARE }]) {
  const [rare, common] = await recalls(classWeight);
  const how = classWeight ? `the rare class weighing ${classWeight[1].toFixed(0)}` : 'all samples weighing the same';
  console.log(
    `${how}: recognized ${percent(rare)} of the rare class, ${percent(common)} of the common one, mean ${percent((rare + common) / 2)}`,
  );
}
