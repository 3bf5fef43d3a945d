// node dist/examples/16_conv_shortens.js: a convolution of strides 2 halves the sequence before the GRUs, against GRUs alone.
import {
  data,
  layers,
  ops,
  optimizers,
  sequential,
  setRandomSeed,
  type Layer,
  type Tensor,
  type TensorBase,
} from 'seqnn';
import { size } from './support/size.js';

const AHEAD = 10;
const series = data.generateTimeSeries(size(10_000, 400), 60, { seed: 42 });
const windows = data.forecastWindows(series, { steps: 50, ahead: AHEAD, mode: 'sequence' });
const [[x, y], [xTest, yTest]] = data.split(windows, { fractions: [0.8, 0.2] });

function lastTimeStepMse(yTrue: TensorBase, yPred: TensorBase): TensorBase {
  return ops.mean(ops.square(yTrue.slice([null, -1]).sub(yPred.slice([null, -1]))), -1);
}

async function train(what: string, front: Layer[], targets: (y: Tensor) => Tensor): Promise<number> {
  const gru = (options: object = {}) => layers.gru({ units: 20, returnSequences: true, ...options });
  const recurrent = front.length > 0 ? gru() : gru({ inputShape: [null, 1] });
  const model = sequential([...front, recurrent, gru(), layers.dense({ units: AHEAD })]);
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.005 }), loss: 'mse', metrics: [lastTimeStepMse] });
  const start = performance.now();
  await model.fit(x, targets(y), { epochs: size(10, 1), batchSize: 32, verbose: 0 });
  const seconds = (performance.now() - start) / 1000;
  const [, last] = (await model.evaluate(xTest, targets(yTest), { verbose: 0 })) as number[];
  console.log(`${what}: ${seconds.toFixed(1)} s, error of the last step ${last.toFixed(5)}`);
  return last;
}

setRandomSeed(1);
const alone = await train('GRUs alone', [], (t) => t);
setRandomSeed(1);
const conv = layers.conv1D({ filters: 20, kernelSize: 4, strides: 2, padding: 'valid', inputShape: [null, 1] });
// Output t has seen the steps 2t … 2t + 3, so that its targets are those of step 2t + 3.
const shortened = await train('a convolution, then GRUs', [conv], (t) => t.slice([null, [3, null, 2]]));
const flat = data.forecastWindows(series, { steps: 50, ahead: AHEAD });
const repeated = ops.mean(ops.square(ops.subtract(flat[0].slice([null, -1]), flat[1]))) as Tensor;
console.log(
  `error of ${AHEAD} steps ahead: repeating the last value ${repeated.item().toFixed(5)}, GRUs ${alone.toFixed(5)}, behind the convolution ${shortened.toFixed(5)}`,
);
