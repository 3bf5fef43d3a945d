// node dist/examples/23_streaming.js: models that take one new value and give its prediction at once, equal to predict on the whole sequence.
import {
  data,
  input,
  layers,
  model,
  sequential,
  setRandomSeed,
  type LayerTensor,
  type Stream,
  type Tensor,
} from 'seqnn';
import { size } from './support/size.js';

setRandomSeed(1);
const STEPS = size(2000, 200);
const series = data.generateTimeSeries(1, STEPS, { seed: 42 });
const inputShape = [null, 1];

const recurrent = sequential([
  layers.lstm({ units: 20, returnSequences: true, inputShape }),
  layers.gru({ units: 20, returnSequences: true }),
  layers.dense({ units: 1 }),
]);

/** Gated, dilated convolutions with residual and skip connections; sees 1024 steps back. */
function waveNet(filters = 16) {
  const causal = (from: LayerTensor, dilationRate: number, activation?: 'tanh' | 'sigmoid') =>
    layers.conv1d({ filters, kernelSize: 2, padding: 'causal', dilationRate, activation }).apply(from) as LayerTensor;
  const mix = (from: LayerTensor) => layers.conv1d({ filters, kernelSize: 1 }).apply(from) as LayerTensor;
  const x = input({ shape: inputShape });
  let h = causal(x, 1);
  const skips: LayerTensor[] = [];
  for (let dilation = 1; dilation <= 512; dilation *= 2) {
    const gated = layers.multiply().apply([causal(h, dilation, 'tanh'), causal(h, dilation, 'sigmoid')]) as LayerTensor;
    skips.push(mix(gated));
    h = layers.add().apply([h, mix(gated)]) as LayerTensor;
  }
  const out = layers.activation({ activation: 'relu' }).apply(layers.add().apply(skips)) as LayerTensor;
  return model({ inputs: x, outputs: layers.dense({ units: 1 }).apply(out) as LayerTensor });
}

function compare(name: string, stream: Stream, whole: Tensor): number {
  let difference = 0;
  const start = performance.now();
  for (let t = 0; t < STEPS; t++)
    difference = Math.max(difference, Math.abs(stream.next([series.data[t]]).data[0] - whole.data[t]));
  const each = ((performance.now() - start) / STEPS) * 1000;
  console.log(
    `${name}: ${each.toFixed(1)} µs per value, largest difference from predict ${difference.toExponential(1)}`,
  );
  return difference;
}

const net = waveNet();
const found = [
  compare('LSTM and GRU', recurrent.stream(), recurrent.predictSync(series) as Tensor),
  compare('WaveNet', net.stream(), net.predictSync(series) as Tensor),
];
console.log(`largest difference of both ${Math.max(...found).toExponential(1)}, expected below 1e-5`);
