// node dist/examples/33_vector_to_sequence.js: one vector in, a sequence out: the frequencies, phases and heights of two waves to the waves themselves.
import { data, layers, ops, optimizers, sequential, setRandomSeed, tensor, type Tensor } from 'seqnn';
import { size } from './support/size.js';

setRandomSeed(1);
const STEPS = 40;
const [COUNT, HELD] = [size(6000, 600), size(1000, 100)];

/** Two waves: height and phase of each as sine and cosine parts, and how fast it swings. */
const vectors = ops.random.uniform([COUNT, 6], -1, 1, { seed: 2 }) as Tensor;
const waves = tensor(
  Float32Array.from({ length: COUNT * STEPS }, (_, i) => {
    const [a, b, c, d, slow, fast] = vectors.data.subarray(6 * Math.floor(i / STEPS));
    const t = (i % STEPS) / STEPS;
    const [u, v] = [(5 + 2 * slow) * t, (12 + 3 * fast) * t];
    return a * Math.sin(u) + b * Math.cos(u) + 0.5 * (c * Math.sin(v) + d * Math.cos(v));
  }),
  [COUNT, STEPS, 1],
);
const [[x, y], [xTest, yTest]] = data.split([vectors, waves], { sizes: [null, HELD] });

// The vector is the input of every step; what changes from step to step is the state.
const model = sequential([
  layers.repeatVector({ n: STEPS, inputShape: [6] }),
  layers.lstm({ units: 48, returnSequences: true }),
  layers.timeDistributed({ layer: layers.dense({ units: 1 }) }),
]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.005 }), loss: 'mse' });
await model.fit(x, y, { epochs: size(30, 2), batchSize: 32, verbose: 0 });

// The same without states: a dense network that gives all steps at once.
const flat = sequential([
  layers.dense({ units: 100, activation: 'relu', inputShape: [6] }),
  layers.dense({ units: 100, activation: 'relu' }),
  layers.dense({ units: STEPS }),
  layers.reshape({ targetShape: [STEPS, 1] }),
]);
flat.compile({ optimizer: optimizers.adam({ learningRate: 0.005 }), loss: 'mse' });
await flat.fit(x, y, { epochs: size(30, 2), batchSize: 32, verbose: 0 });

const spread = (ops.variance(yTest) as Tensor).item();
for (const [name, trained] of [
  ['dense', flat],
  ['LSTM', model],
] as const) {
  // prettier-ignore
  const error = (await trained.evaluate(xTest, yTest, { verbose: 0 })) as number;
  console.log(
    `${name.padEnd(6)} ${trained.countParams()} parameters: error ${error.toFixed(5)}, ${((100 * error) / spread).toFixed(2)}% of the waves' variance`,
  );
}
