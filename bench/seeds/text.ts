import { layers, optimizers, sequential, setRandomSeed, tensor, text } from 'seqnn';
import { write } from '../../examples/support/grammar.js';
import { reviews } from '../../examples/support/reviews.js';
import type { OwnRow } from './rows.js';

const [BATCH, STEPS] = [32, 50];
const adam = () => optimizers.adam({ learningRate: 0.005 });

/** A stateful GRU on a text of a grammar; valid_loss is in nats per character, and no model can be below the grammar's entropy. */
export const charRnn: OwnRow = {
  name: 'char-rnn',
  epochs: 8,
  async run(seed, epochs) {
    setRandomSeed(seed);
    const [known, held] = [write(160_000, 2 * seed), write(20_000, 2 * seed + 1)];
    const tokenizer = text.tokenizer({ level: 'char', specials: false }).fit(known);
    const batches = (of: string) => text.statefulBatches(tokenizer.encode(of), { batchSize: BATCH, steps: STEPS });
    const model = sequential([
      layers.embedding({ inputDim: tokenizer.size, outputDim: 16, batchInputShape: [BATCH, STEPS] }),
      layers.gru({ units: 96, returnSequences: true, stateful: true }),
      layers.dense({ units: tokenizer.size, activation: 'softmax' }),
    ]);
    model.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossentropy' });
    const again = { onEpochBegin: () => model.resetStates() };
    const options = { epochs, batchSize: BATCH, shuffle: false, callbacks: again, verbose: 0, seed } as const;
    await model.fit(...batches(known), options);
    model.resetStates();
    const valid_loss = (await model.evaluate(...batches(held), { batchSize: BATCH, verbose: 0 })) as number;
    return { figures: { valid_loss }, params: model.countParams() };
  },
};

/** Whether generated reviews, full of negations, are favourable; a bag of words is right half the time. */
export const sentiment: OwnRow = {
  name: 'sentiment',
  epochs: 8,
  async run(seed, epochs) {
    setRandomSeed(seed);
    const [train, test] = [reviews(6000, 2 * seed), reviews(2000, 2 * seed + 1)];
    const words = text.tokenizer({ specials: { go: false, eos: false } }).fit(train.texts);
    const column = (labels: readonly number[]) => tensor(labels, [labels.length, 1]);
    const model = sequential([
      layers.embedding({ inputDim: words.size, outputDim: 16, maskZero: true, inputShape: [null] }),
      layers.gru({ units: 32 }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ]);
    model.compile({ optimizer: adam(), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
    const options = { epochs, batchSize: 32, verbose: 0, seed } as const;
    await model.fit(words.encodeBatch(train.texts), column(train.labels), options);
    const held = words.encodeBatch(test.texts);
    const [valid_loss, accuracy] = (await model.evaluate(held, column(test.labels), { verbose: 0 })) as number[];
    return { figures: { valid_loss, accuracy }, params: model.countParams() };
  },
};
