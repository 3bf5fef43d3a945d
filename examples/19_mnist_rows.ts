// node dist/examples/19_mnist_rows.js [train-images train-labels test-images test-labels]: MNIST's IDX files (gzipped or not), each image read row by row by 150 neurons; without arguments the 8×8 digits of data/.
import { layers, losses, ops, optimizers, sequential, setRandomSeed, type Tensor } from 'seqnn';
import { readDigits } from './support/digits.js';
import { size } from './support/size.js';

setRandomSeed(42);
const files = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
if (files.length !== 0 && files.length !== 4) throw new Error(`expected four IDX files, got ${files.length}.`);
const { x, y, xTest, yTest } = await readDigits(files.length === 4 ? files : undefined);
const [count, rows, columns] = x.shape;
console.log(`${count} images to learn from, ${rows} steps of ${columns} inputs`);

const model = sequential([layers.simpleRNN({ units: 150, inputShape: [rows, columns] }), layers.dense({ units: 10 })]);
model.compile({
  optimizer: optimizers.adam({ learningRate: 0.001 }),
  loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  metrics: ['accuracy'],
});
await model.fit(x, y, { epochs: size(100, 2), batchSize: 150, verbose: 2 });

const logits = (await model.predict(xTest)) as Tensor;
const hits = (k: number) => (ops.mean(ops.cast(ops.inTopK(yTest, logits, k), 'float32')) as Tensor).item();
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
console.log(`test accuracy ${percent(hits(1))}, in the top three ${percent(hits(3))}, by chance ${percent(1 / 10)}`);
