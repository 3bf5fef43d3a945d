// node dist/examples/09_output_projection.js: one number per step out of 100 neurons: by a wrapper around the cell, or by one dense layer behind reshaped outputs.
import {
  Layer,
  layers,
  ops,
  optimizers,
  sequential,
  setRandomSeed,
  type Sequential,
  type Tensor,
  type TensorBase,
} from 'seqnn';
import { size } from './support/size.js';
import { STEPS, uniform, waveWindows } from './support/wave.js';

setRandomSeed(1);
const [NEURONS, BATCH] = [100, 50];
const cell = () => layers.simpleRNNCell({ units: NEURONS, activation: 'relu' });
const inputShape = [STEPS, 1];

const wrapped = sequential([
  layers.rnn({
    cell: layers.outputProjectionWrapper({ cell: cell(), outputSize: 1 }),
    returnSequences: true,
    inputShape,
  }),
]);
/** [B, T, H] to [B · T, H], one product, and back to [B, T, 1]. */
class ProjectAllSteps extends Layer {
  private readonly dense = this.track(layers.dense({ units: 1 }));

  override call(x: TensorBase): TensorBase {
    const [batch, steps, neurons] = x.shape;
    return this.dense.call(x.reshape([batch * steps, neurons])).reshape([batch, steps, 1]);
  }
}

const reshaped = sequential([layers.rnn({ cell: cell(), returnSequences: true, inputShape }), new ProjectAllSteps()]);
reshaped.setWeights(wrapped.getWeights());

const [x, y] = waveWindows(BATCH * size(40, 4), STEPS, uniform(1));
async function timed(name: string, model: Sequential): Promise<void> {
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.001 }), loss: 'mse' });
  const options = { batchSize: BATCH, verbose: 0 } as const;
  await model.fit(x, y, { ...options, epochs: 1 }); // the first step also makes the program
  const epochs = size(20, 1);
  const start = performance.now();
  await model.fit(x, y, { ...options, epochs });
  const ms = (performance.now() - start) / ((epochs * x.shape[0]) / BATCH);
  console.log(`${name.padEnd(28)} ${ms.toFixed(3)} ms a train step, ${model.countParams()} parameters`);
}

const [first, second] = [await wrapped.predict(x), await reshaped.predict(x)] as Tensor[];
const difference = (ops.max(ops.abs(ops.subtract(first, second))) as Tensor).item();
await timed('projection around the cell', wrapped);
await timed('dense behind the sequence', reshaped);
console.log(`largest difference of their predictions from the same weights: ${difference.toExponential(1)}`);
