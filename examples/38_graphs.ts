// node dist/examples/38_graphs.js: two inputs, two outputs, a shared layer, a model inside the model, and losses that weigh differently.
import { data, input, layers, model, ops, optimizers, setRandomSeed, type LayerTensor, type Tensor } from 'seqnn';
import { size } from './support/size.js';

setRandomSeed(1);
const [STEPS, COUNT] = [30, size(3000, 200)];
// Two sensors that see the same wave through noise; asked: its next value, and whether it goes up.
const wave = data.generateTimeSeries(COUNT, STEPS + 1, { seed: 1 });
const seen = wave.slice([null, [0, STEPS]]) as Tensor;
const noise = (seed: number) => ops.random.normal(seen.shape, 0, 0.15, { seed });
const [left, right] = [seen.add(noise(2)), seen.add(noise(3))] as Tensor[];
const next = wave.slice([null, -1]) as Tensor; // [n, 1]
const rises = ops.cast(ops.greater(next, wave.slice([null, -2])), 'float32') as Tensor;
const [train, test] = data.split([left, right, next, rises], { fractions: [0.8, 0.2] });

const a = input({ shape: [STEPS, 1], name: 'left' });
const b = input({ shape: [STEPS, 1], name: 'right' });
const reader = layers.gru({ units: 16, returnSequences: true, name: 'reader' }); // one set of weights for both
const steps = input({ shape: [STEPS, 32] });
const summary = layers.dense({ units: 16, activation: 'tanh' }).apply(layers.gru({ units: 16 }).apply(steps));
const head = model({ inputs: steps, outputs: summary as LayerTensor, name: 'head' });

const joined = layers.concatenate().apply([reader.apply(a), reader.apply(b)]) as LayerTensor;
const found = head.apply(joined) as LayerTensor;
const value = layers.dense({ units: 1, name: 'value' }).apply(found) as LayerTensor;
const up = layers.dense({ units: 1, activation: 'sigmoid', name: 'up' }).apply(found) as LayerTensor;
const both = model({ inputs: [a, b], outputs: [value, up] });
both.compile({
  optimizer: optimizers.adam({ learningRate: 0.005 }),
  loss: { value: 'mse', up: 'binaryCrossentropy' },
  lossWeights: { value: 1, up: 0.1 },
  metrics: { up: ['binaryAccuracy'] },
});
both.summary();

const [xLeft, xRight, yNext, yRises] = train;
await both.fit(
  { left: xLeft, right: xRight },
  { value: yNext, up: yRises },
  { epochs: size(12, 1), batchSize: 32, verbose: 0 },
);

const [tLeft, tRight, tNext, tRises] = test;
const [forecast, chance] = (await both.predict([tLeft, tRight])) as Tensor[];
const meanSquare = (t: Tensor) => (ops.mean(ops.square(ops.subtract(t, tNext))) as Tensor).item();
const share = (t: Tensor) => (ops.mean(ops.cast(t, 'float32')) as Tensor).item();
const naive = tLeft.add(tRight).mul(0.5).slice([null, -1]) as Tensor;
const right01 = share(ops.equal(ops.greater(chance, 0.5), ops.greater(tRises, 0.5)));
const always = share(tRises);
console.log(
  `up or down: right in ${(100 * right01).toFixed(1)}%, always the same answer ${(100 * Math.max(always, 1 - always)).toFixed(1)}%`,
);
console.log(
  `next value: error ${meanSquare(forecast).toFixed(4)}, the sensors' last mean ${meanSquare(naive).toFixed(4)}`,
);
