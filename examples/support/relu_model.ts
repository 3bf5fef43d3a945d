import { layers, optimizers, sequential, type Sequential } from 'seqnn';
import { STEPS } from './wave.js';

/** 100 ReLU neurons, their outputs projected to one number at every step; 10,301 parameters. */
export function reluModel(): Sequential {
  const cell = layers.simpleRNNCell({ units: 100, activation: 'relu', recurrentInitializer: 'glorotUniform' });
  const projected = layers.outputProjectionWrapper({ cell, outputSize: 1 });
  const model = sequential([layers.rnn({ cell: projected, returnSequences: true, inputShape: [STEPS, 1] })]);
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.001 }), loss: 'mse' });
  return model;
}
