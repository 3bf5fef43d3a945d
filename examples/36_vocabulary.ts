// node dist/examples/36_vocabulary.js: pooling, padding, cropping, up-sampling, merging and every kind of convolution in one graph that takes the noise off waves.
import {
  data,
  input,
  layers,
  model,
  ops,
  optimizers,
  setRandomSeed,
  tensor,
  type LayerTensor,
  type Tensor,
} from 'seqnn';
import { size } from './support/size.js';

setRandomSeed(1);
const [STEPS, FILTERS] = [48, 12];
const [COUNT, HELD] = [size(1200, 120), size(200, 20)];

// Clean: two sines of random frequency and phase. Noisy: the same with noise of a third of their spread.
const phase = ops.random.uniform([COUNT, 4], 0, 1, { seed: 1 }) as Tensor;
const clean = tensor(
  Float32Array.from({ length: COUNT * STEPS }, (_, i) => {
    const [f1, f2, o1, o2] = phase.data.slice(4 * Math.floor(i / STEPS));
    const t = (i % STEPS) / STEPS;
    return Math.sin((t + o1) * (6 + 8 * f1)) + 0.5 * Math.sin((t + o2) * (12 + 16 * f2));
  }),
  [COUNT, STEPS, 1],
);
const noisy = clean.add(ops.random.normal(clean.shape, 0, 0.3, { seed: 2 })) as Tensor;
const [[x, y], [xTest, yTest]] = data.split([noisy, clean], { sizes: [null, HELD] });

type Unit = { apply(x: LayerTensor | LayerTensor[]): unknown };
/** Applies a layer and prints what it gives. */
function put(name: string, layer: Unit, from: LayerTensor | LayerTensor[]): LayerTensor {
  const y = layer.apply(from) as LayerTensor;
  console.log(`${name.padEnd(26)} ${y.shape.map((n) => n ?? 'any').join(' × ')}`);
  return y;
}
const kernelSize = 3;
const same = { kernelSize, padding: 'same', activation: 'relu' } as const;

const start = input({ shape: [STEPS, 1] });
const edges = put('zero padding by 2', layers.zeroPadding1d({ padding: 2 }), start);
const wide = put('convolution', layers.conv1d({ filters: FILTERS, kernelSize, activation: 'relu' }), edges);
const fine = put('cropping by 1', layers.cropping1d({ cropping: 1 }), wide);
const half = put('separable convolution', layers.separableConv1d({ filters: FILTERS, ...same }), fine);
const peaks = put('max pooling', layers.maxPooling1d({ poolSize: 2 }), half);
const means = put('average pooling', layers.averagePooling1d({ poolSize: 2 }), half);
const pooled = put('both, concatenated', layers.concatenate(), [peaks, means]);
const deep = put('depthwise convolution', layers.depthwiseConv1d(same), pooled);
const up = put('up-sampling', layers.upSampling1d({ size: 2 }), deep);
const mixed = put('convolution of width 1', layers.conv1d({ filters: FILTERS, kernelSize: 1 }), up);
const grown = put('transposed convolution', layers.conv1dTranspose({ filters: FILTERS, ...same, strides: 2 }), deep);
const sum = put('sum with the fine path', layers.add(), [mixed, grown, fine]);
const gate = put('gate from the mean', layers.dense({ units: FILTERS, activation: 'sigmoid' }), put('global average pooling', layers.globalAveragePooling1d(), sum)); // prettier-ignore
const gated = put('product with the gate', layers.multiply(), [sum, gate]);
const change = put('one value per step', layers.conv1d({ filters: 1, kernelSize: 1 }), gated);
const denoiser = model({ inputs: start, outputs: put('noise taken off', layers.subtract(), [start, change]) });

denoiser.compile({ optimizer: optimizers.adam({ learningRate: 0.003 }), loss: 'mse' });
await denoiser.fit(x, y, { epochs: size(20, 1), batchSize: 32, verbose: 0 });
const after = (await denoiser.evaluate(xTest, yTest, { verbose: 0 })) as number;
const before = (ops.mean(ops.square(xTest.sub(yTest))) as Tensor).item();
console.log(
  `${denoiser.countParams()} parameters; error of the noisy waves ${before.toFixed(4)}, cleaned ${after.toFixed(4)}`,
);
