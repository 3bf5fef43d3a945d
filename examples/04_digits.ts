// node dist/examples/04_digits.js: handwritten digits, read row by row as sequences of eight steps.
import { callbacks, layers, losses, sequential, setRandomSeed } from 'seqnn';
import { readDigits } from './support/digits.js';
import { size } from './support/size.js';

setRandomSeed(1);
const { x, y, xTest, yTest } = await readDigits();

const model = sequential([layers.simpleRNN({ units: 150, inputShape: [8, 8] }), layers.dense({ units: 10 })]);
model.compile({
  optimizer: 'adam',
  loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  metrics: ['accuracy'],
});
model.summary();
const stop = callbacks.earlyStopping({ monitor: 'val_loss', patience: 10, restoreBestWeights: true });
await model.fit(x, y, { epochs: size(100, 2), batchSize: 32, validationSplit: 0.1, callbacks: [stop], verbose: 2 });
const [, accuracy] = (await model.evaluate(xTest, yTest, { verbose: 0 })) as number[];
console.log(`accuracy on ${xTest.shape[0]} digits never seen: ${(100 * accuracy).toFixed(1)}%`);
