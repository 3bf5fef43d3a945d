// node dist/examples/17_wavenet.js: WaveNet (van den Oord et al. 2016) as a graph: gated, dilated, causal convolutions over samples in 256 classes.
import { input, layers, losses, model, ops, optimizers, setRandomSeed, type LayerTensor, type Tensor } from 'seqnn';
import { size } from './support/size.js';

const CLASSES = 256;
const [CHANNELS, SKIPS] = [16, 32];
const DILATIONS = Array.from({ length: size(10, 4) }, (_, i) => 2 ** i); // 1 … 512
const STACKS = size(3, 1);
const STEPS = size(4096, 128);

const conv = (filters: number, kernelSize: number, options: object = {}) =>
  layers.conv1D({ filters, kernelSize, padding: 'causal', ...options });

setRandomSeed(1);
const samples = input({ shape: [null, 1] });
let residual = conv(CHANNELS, 2).apply(samples) as LayerTensor;
const skips: LayerTensor[] = [];
for (let stack = 0; stack < STACKS; stack++) {
  for (const dilationRate of DILATIONS) {
    const filter = conv(CHANNELS, 2, { dilationRate, activation: 'tanh' }).apply(residual);
    const gate = conv(CHANNELS, 2, { dilationRate, activation: 'sigmoid' }).apply(residual);
    const gated = layers.multiply().apply([filter, gate]);
    skips.push(conv(SKIPS, 1).apply(gated));
    residual = layers.add().apply([residual, conv(CHANNELS, 1).apply(gated)]);
  }
}
const summed = layers.activation({ activation: 'relu' }).apply(layers.add().apply(skips));
const logits = conv(CLASSES, 1).apply(conv(SKIPS, 1, { activation: 'relu' }).apply(summed));
const net = model({ inputs: samples, outputs: logits });

// A tone whose loudness and pitch waver, with a little noise, in 256 classes of the mu-law.
function tones(count: number, seed: number): [x: Tensor, classes: Tensor] {
  const time = ops.multiply(ops.arange(0, STEPS + 1), 2 * Math.PI);
  const phase = ops.random.uniform([count, 1], 0, 2 * Math.PI, { seed });
  const wave = (period: number) => ops.sin(ops.add(ops.divide(time, period), phase));
  const tone = ops.multiply(
    ops.sin(ops.add(ops.divide(time, 25), wave(700))),
    ops.add(0.5, ops.multiply(0.3, wave(1100))),
  );
  const x = ops.add(tone, ops.random.uniform([count, STEPS + 1], -0.01, 0.01, { seed: seed + 1 }));
  const mu = CLASSES - 1;
  const loud = ops.divide(ops.log(ops.add(1, ops.multiply(mu, ops.abs(x)))), Math.log(1 + mu));
  const companded = ops.multiply(ops.sign(x), loud);
  const classes = ops.cast(ops.add(ops.multiply(ops.add(companded, 1), mu / 2), 0.5), 'int32');
  return [ops.expandDims(companded.slice([null, [0, -1]]), -1), classes];
}
const [x, classes] = tones(size(24, 4), 1);
const [xTest, classesTest] = tones(4, 9);
const next = (t: Tensor) => t.slice([null, [1, null]]) as Tensor;

net.compile({
  optimizer: optimizers.adam({ learningRate: 0.003 }),
  loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
});
const field = 2 + STACKS * DILATIONS.reduce((sum, d) => sum + d, 0);
console.log(`${net.countParams()} parameters, ${field} samples are seen by each output`);
await net.fit(x, next(classes), { epochs: size(6, 1), batchSize: 2, verbose: 2 });
const nats = (await net.evaluate(xTest, next(classesTest), { batchSize: 2, verbose: 0 })) as number;

// How far off the next class is: the most likely one, and the class of the last sample.
const guess = ops.argmax((await net.predict(xTest, { batchSize: 2 })) as Tensor, -1);
const off = (t: Tensor) => (ops.mean(ops.abs(ops.subtract(t, next(classesTest)))) as Tensor).item().toFixed(2);
console.log(
  `held-out: ${(nats / Math.LN2).toFixed(2)} bits a sample of 8; classes off: the last sample again ${off(classesTest.slice([null, [0, -1]]))}, the most likely ${off(guess)}`,
);
