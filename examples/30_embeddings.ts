// node dist/examples/30_embeddings.js: vectors of words, learnt with the task, or learnt before on texts without labels, read
// from a file and kept, or trained on. With few labels, most words of the test never had one.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layers, ops, optimizers, sequential, setRandomSeed, tensor, text, type EmbeddingOptions } from 'seqnn';
import { NAMES, notes, tales } from './support/names.js';
import { size } from './support/size.js';

setRandomSeed(1);
const DIMENSIONS = 8;

// First, vectors: predict from each name the word after it, in tales of invented animals and plants.
const told = tales(size(6000, 600), 1);
const words = text.tokenizer().fit([...told, NAMES.join(' ')]);
const pairs = words.encodeBatch(told);
const [name, next] = [0, 1].map((at) => ops.slice(pairs, [null, [at, at + 1]]));
const reader = sequential([
  layers.embedding({ inputDim: words.size, outputDim: DIMENSIONS, inputShape: [1] }),
  layers.flatten(),
  layers.dense({ units: words.size, activation: 'softmax' }),
]);
reader.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'sparseCategoricalCrossentropy' });
await reader.fit(name, next, { epochs: size(20, 2), batchSize: 64, verbose: 0 });
const folder = await mkdtemp(join(tmpdir(), 'seqnn-'));
await text.writeVectors(join(folder, 'vectors.txt'), words.vocabulary.tokens, reader.getWeights()[0]);
const vectors = await text.readVectors(join(folder, 'vectors.txt'), { only: words });
await rm(folder, { recursive: true });
const weights = vectors.embeddingMatrix(words);

// Then the task: whether a note of five names has more animals or more plants.
const [train, test] = [notes(size(60, 40), 2), notes(size(2000, 200), 3)];
const column = (labels: number[]) => tensor(labels, [labels.length, 1]);
async function accuracy(options: Partial<EmbeddingOptions>): Promise<number> {
  setRandomSeed(2);
  const model = sequential([
    layers.embedding({ inputDim: words.size, outputDim: DIMENSIONS, inputShape: [null], ...options }),
    layers.gru({ units: 16 }),
    layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.01 }),
    loss: 'binaryCrossentropy',
    metrics: ['accuracy'],
  });
  const x = words.encodeBatch(train.texts);
  await model.fit(x, column(train.labels), { epochs: size(60, 3), batchSize: 10, verbose: 0 });
  return ((await model.evaluate(words.encodeBatch(test.texts), column(test.labels), { verbose: 0 })) as number[])[1];
}

console.log(`right of ${test.texts.length} notes, after ${train.texts.length} with labels:`);
const percent = async (options: Partial<EmbeddingOptions>) => `${(100 * (await accuracy(options))).toFixed(1)}%`;
console.log(`  vectors learnt with the task      ${await percent({})}`);
console.log(`  vectors learnt before, trained on ${await percent({ weights })}`);
console.log(`  vectors learnt before, frozen     ${await percent({ weights, trainable: false })}`);
