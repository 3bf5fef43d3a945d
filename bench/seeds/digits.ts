import { layers, losses, optimizers, sequential, setRandomSeed } from 'seqnn';
import { readDigits } from '../../examples/support/digits.js';
import type { OwnRow } from './rows.js';

/** Handwritten digits read as eight rows of eight pixels. */
export const digits: OwnRow = {
  name: 'digits',
  epochs: 100,
  reference: 'digits_simplernn150',
  async run(seed, epochs) {
    const { x, y, xTest, yTest } = await readDigits();
    setRandomSeed(seed);
    const model = sequential([layers.simpleRNN({ units: 150, inputShape: [8, 8] }), layers.dense({ units: 10 })]);
    const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
    model.compile({ optimizer: optimizers.adam({ learningRate: 1e-3 }), loss, metrics: ['accuracy'] });
    await model.fit(x, y, { epochs, batchSize: 32, verbose: 0, seed });
    const [, accuracy] = (await model.evaluate(xTest, yTest, { verbose: 0 })) as number[];
    return { figures: { accuracy }, params: model.countParams() };
  },
};
