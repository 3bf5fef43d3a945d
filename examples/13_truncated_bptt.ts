// node dist/examples/13_truncated_bptt.js: long sequences learned in chunks of 50 steps, against backpropagation through all of them.
import { data, layers, optimizers, ops, sequential, setRandomSeed, type Tensor } from 'seqnn';
import { size } from './support/size.js';

const STEPS = size(1000, 100);
const SERIES = size(64, 16);
const EPOCHS = size(8, 1);

// The value after every step, of fast waves under noise.
const waves = Array.from({ length: SERIES }, (_, i) => {
  const time = ops.arange(0, STEPS + 1);
  return ops.sin(ops.add(ops.multiply(time, 0.2 + 0.01 * i), i));
});
const noise = ops.random.uniform([SERIES, STEPS + 1, 1], -0.1, 0.1, { seed: 3 });
const series = ops.add(ops.expandDims(ops.stack(waves), -1), noise) as Tensor;
const x = series.slice([null, [0, -1]]);
const y = series.slice([null, [1, null]]) as Tensor;
const [[xTrain, yTrain], [xTest, yTest]] = data.split([x as Tensor, y], { fractions: [0.75, 0.25] });

async function train(tbptt: number): Promise<number> {
  setRandomSeed(1);
  const model = sequential([
    layers.lstm({ units: 16, returnSequences: true, inputShape: [null, 1] }),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'mse' });
  const start = performance.now();
  await model.fit(xTrain, yTrain, { epochs: EPOCHS, batchSize: 8, tbptt, verbose: 0 });
  const seconds = (performance.now() - start) / 1000;
  const memory = (model.workingMemory / 1e6).toFixed(1);
  const error = (await model.evaluate(xTest, yTest, { verbose: 0 })) as number;
  const updates = model.optimizer.iterations.value().item();
  console.log(
    `chunks of ${String(tbptt).padStart(4)} steps: ${updates} updates, ${seconds.toFixed(1)} s, ${memory} MB, held-out error ${error.toFixed(4)}`,
  );
  return error;
}

const whole = await train(STEPS);
const chunks = await train(50);
const naive = (ops.mean(ops.square(xTest.sub(yTest))) as Tensor).item();
console.log(
  `held-out error: repeating the last value ${naive.toFixed(4)}, all steps at once ${whole.toFixed(4)}, chunks of 50 ${chunks.toFixed(4)}`,
);
