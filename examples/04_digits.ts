// node dist/examples/04_digits.js: handwritten digits, read row by row as sequences of eight steps.
import { fileURLToPath } from 'node:url';
import { callbacks, data, layers, losses, sequential, setRandomSeed } from 'seqnn';

setRandomSeed(1);
// Relative to the compiled file, dist/examples/.
const file = (name: string) => fileURLToPath(new URL(`../../data/digits-${name}-ubyte`, import.meta.url));
const pixels = { dtype: 'float32', scale: 1 / 255 } as const;
const [x, xTest] = await Promise.all([
  data.readIdx(file('train-images-idx3'), pixels),
  data.readIdx(file('test-images-idx3'), pixels),
]);
const [y, yTest] = await Promise.all([data.readIdx(file('train-labels-idx1')), data.readIdx(file('test-labels-idx1'))]);

const model = sequential([layers.simpleRNN({ units: 150, inputShape: [8, 8] }), layers.dense({ units: 10 })]);
model.compile({
  optimizer: 'adam',
  loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  metrics: ['accuracy'],
});
model.summary();
const stop = callbacks.earlyStopping({ monitor: 'val_loss', patience: 10, restoreBestWeights: true });
await model.fit(x, y, { epochs: 100, batchSize: 32, validationSplit: 0.1, callbacks: [stop], verbose: 2 });
const [, accuracy] = (await model.evaluate(xTest, yTest, { verbose: 0 })) as number[];
console.log(`accuracy on ${xTest.shape[0]} digits never seen: ${(100 * accuracy).toFixed(1)}%`);
