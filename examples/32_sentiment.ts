// node dist/examples/32_sentiment.js: whether a review is favourable, from its words in their order, beside the same from a
// bag of words. The reviews are generated and full of negations.
import { layers, ops, optimizers, sequential, setRandomSeed, tensor, text, type Sequential, type Tensor } from 'seqnn';
import { reviews } from './support/reviews.js';
import { size } from './support/size.js';

setRandomSeed(1);
const [train, test] = [reviews(size(6000, 400), 1), reviews(size(2000, 200), 2)];
const words = text.tokenizer({ specials: { go: false, eos: false } }).fit(train.texts);
const longest = Math.max(...train.texts.map((review) => words.split(review).length));
const encode = (texts: string[]) => words.encodeBatch(texts, { maxLength: longest, padToMaxLength: true });
const column = (labels: number[]) => tensor(labels, [labels.length, 1]);
const count = (texts: string[]) => ops.sum(words.oneHot(encode(texts)), 1) as Tensor;

async function accuracy(model: Sequential, inputs: (texts: string[]) => Tensor, epochs: number): Promise<number> {
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.005 }),
    loss: 'binaryCrossentropy',
    metrics: ['accuracy'],
  });
  await model.fit(inputs(train.texts), column(train.labels), { epochs, batchSize: 32, verbose: 0 });
  const [, right] = (await model.evaluate(inputs(test.texts), column(test.labels), { verbose: 0 })) as number[];
  return right;
}

const bag = sequential([layers.dense({ units: 1, activation: 'sigmoid', inputShape: [words.size] })]);
const gru = sequential([
  layers.embedding({ inputDim: words.size, outputDim: 16, maskZero: true, inputShape: [longest] }),
  layers.gru({ units: 32 }),
  layers.dense({ units: 1, activation: 'sigmoid' }),
]);
const found = { bag: await accuracy(bag, count, size(20, 2)), gru: await accuracy(gru, encode, size(10, 2)) };

console.log(`"${test.texts[0]}": ${test.labels[0] ? 'favourable' : 'not favourable'}`);
console.log(`GRU: ${((await gru.predict(encode(test.texts.slice(0, 1)))) as Tensor).item().toFixed(3)}`);
console.log(`right of ${test.texts.length} reviews never seen:`);
console.log(`  bag of words  ${(100 * found.bag).toFixed(1)}%`);
console.log(`  GRU           ${(100 * found.gru).toFixed(1)}%`);
