import { layers, optimizers, sequential, Tensor, type Model, type Sequential } from '../../lib/index.js';
import { randomizer } from '../support/gradcheck.js';

/** Uniform float32 numbers from -1 to 1. */
export function random32(shape: readonly number[], seed: number): Tensor {
  const next = randomizer(seed);
  const data = new Float32Array(shape.reduce((n, d) => n * d, 1));
  for (let i = 0; i < data.length; i++) data[i] = 2 * next() - 1;
  return new Tensor(data, shape);
}

/** Rows whose target is a fixed linear function of them. */
export function linearData(rows: number, seed = 1): { x: Tensor; y: Tensor } {
  const x = random32([rows, 4], seed);
  const y = new Float32Array(rows);
  for (let r = 0; r < rows; r++) for (let i = 0; i < 4; i++) y[r] += x.data[r * 4 + i] * (i - 1.5);
  return { x, y: new Tensor(y, [rows, 1]) };
}

/** Weights 4 → hidden → 1 that are the same in every run. */
export function smallModel({ hidden = 5, dropout = 0 } = {}): Sequential {
  const list = [
    layers.dense({ units: hidden, activation: 'tanh', inputShape: [4] }),
    ...(dropout ? [layers.dropout({ rate: dropout })] : []),
    layers.dense({ units: 1 }),
  ];
  const model = sequential(list);
  model.setWeights(model.weights.map((v, i) => random32(v.shape, 50 + i)));
  return model;
}

export function compiled(options: Parameters<typeof smallModel>[0] = {}): Sequential {
  const model = smallModel(options);
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'mse', metrics: ['mae'] });
  return model;
}

export const bits = (model: Model): number[][] => model.getWeights().map((w) => Array.from(w.data));
