import { setRandomSeed } from 'seqnn';
import { reluModel } from '../../examples/support/relu_model.js';
import { STEPS, uniform, waveWindows } from '../../examples/support/wave.js';
import type { OwnRow } from './rows.js';

/** 100 ReLU neurons with an output projection on random windows; an epoch is one iteration on a new batch of 50. */
export const relu100: OwnRow = {
  name: 'relu100',
  epochs: 400,
  published: 0.1,
  async run(seed, epochs) {
    setRandomSeed(seed);
    const random = uniform(seed);
    const model = reluModel();
    for (let i = 0; i < epochs; i++) await model.trainOnBatch(...waveWindows(50, STEPS, random));
    const valid_mse = (await model.testOnBatch(...waveWindows(1000, STEPS, random))) as number;
    return { figures: { valid_mse }, params: model.countParams() };
  },
};
