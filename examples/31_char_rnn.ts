// node dist/examples/31_char_rnn.js: a GRU reads a text character by character and writes on. The text comes from a grammar,
// so that its true entropy is known: no model can need fewer bits per character.
import { layers, optimizers, sequential, setRandomSeed, text, type Sequential } from 'seqnn';
import { bitsPerCharacter, countingBits, write } from './support/grammar.js';
import { size } from './support/size.js';

setRandomSeed(1);
const [BATCH, STEPS] = [32, 50];
const known = write(size(160_000, 8_000), 1);
const held = write(size(20_000, 2_000), 2);
const tokenizer = text.tokenizer({ level: 'char', specials: false }).fit(known);
const ids = tokenizer.encode(known);
const epochs = size(12, 1);

function charRnn(stateful: boolean): Sequential {
  const shape = stateful ? { batchInputShape: [BATCH, STEPS] } : { inputShape: [null] };
  const model = sequential([
    layers.embedding({ inputDim: tokenizer.size, outputDim: 16, ...shape }),
    layers.gru({ units: 96, returnSequences: true, stateful }),
    layers.dense({ units: tokenizer.size, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.005 }), loss: 'sparseCategoricalCrossentropy' });
  return model;
}

/** The held-out text in long pieces, read by a model of these weights. */
async function heldOutBits(trained: Sequential): Promise<number> {
  const reader = charRnn(false);
  reader.setWeights(trained.getWeights());
  const steps = size(2_000, 500);
  const [x, y] = text.nextTokenWindows(tokenizer.encode(held), { steps, stride: steps });
  return text.bitsPerToken((await reader.evaluate(x, y, { verbose: 0 })) as number);
}

// Stateless: windows in any order, each begun without knowing what came before it.
const stateless = charRnn(false);
const windows = text.nextTokenWindows(ids, { steps: STEPS, stride: STEPS });
await stateless.fit(...windows, { epochs, batchSize: BATCH, verbose: 0 });

// Stateful: 32 readers, each somewhere else in the text, go on from batch to batch where they were.
const stateful = charRnn(true);
const batches = text.statefulBatches(ids, { batchSize: BATCH, steps: STEPS });
const again = { onEpochBegin: () => stateful.resetStates() };
await stateful.fit(...batches, { epochs, batchSize: BATCH, shuffle: false, callbacks: again, verbose: 0 });

for (const temperature of [0.2, 1, 2]) {
  const written = await text.generate(stateful, { tokenizer, seedText: 'the ', length: 100, temperature, seed: 5 });
  console.log(`temperature ${temperature}: ${written}`);
}
console.log('Bits per character of a text never seen:');
for (const order of [0, 2, 4])
  console.log(`  counting, ${order} characters back  ${countingBits(order, known, held).toFixed(3)}`);
console.log(`  GRU, stateless windows      ${(await heldOutBits(stateless)).toFixed(3)}`);
console.log(`  GRU, stateful               ${(await heldOutBits(stateful)).toFixed(3)}`);
console.log(`  entropy of the grammar      ${bitsPerCharacter().toFixed(3)}`);
