// node dist/examples/14_stateful.js: sequences cut into batches, with a GRU that goes on where the batch before ended (stateful), and one that starts anew.
import { layers, ops, optimizers, sequential, setRandomSeed, type Tensor, type TensorBase } from 'seqnn';
import { size } from './support/size.js';

// Twenty series in parallel: a level of −1 or 1 that changes rarely, seen through noise three times its size.
const SERIES = 20;
const WINDOW = 10;
const WINDOWS = size(60, 12);
const STEPS = WINDOWS * WINDOW;

function makeSeries(seed: number): [x: Tensor, y: Tensor] {
  const changes = ops.less(ops.random.uniform([SERIES, STEPS, 1], 0, 1, { seed }), 1 / 100);
  const level = ops.subtract(
    1,
    ops.multiply(2, ops.abs(ops.sin(ops.multiply(Math.PI / 2, ops.cumsum(ops.cast(changes, 'float32'), 1))))),
  );
  const seen = ops.add(level, ops.random.normal([SERIES, STEPS, 1], 0, 3, { seed: seed + 1 }));
  return [inWindows(seen), inWindows(level)];
}

/** [S, T, 1] to batches of all series: first everybody's first window, then everybody's second, and so on. */
function inWindows(t: TensorBase): Tensor {
  const windows = ops.transpose(ops.reshape(t, [SERIES, WINDOWS, WINDOW, 1]), [1, 0, 2, 3]);
  return ops.reshape(windows, [WINDOWS * SERIES, WINDOW, 1]);
}

const [x, y] = makeSeries(1);
const [xTest, yTest] = makeSeries(3);

async function train(stateful: boolean): Promise<number> {
  setRandomSeed(1);
  const model = sequential([
    layers.gru({ units: 8, returnSequences: true, stateful, batchInputShape: [SERIES, null, 1] }),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'mse' });
  const restart = { onEpochBegin: () => model.resetStates() };
  await model.fit(x, y, { epochs: size(60, 4), batchSize: SERIES, shuffle: false, callbacks: restart, verbose: 0 });
  model.resetStates();
  return (await model.evaluate(xTest, yTest, { batchSize: SERIES, verbose: 0 })) as number;
}

const anew = await train(false);
const carried = await train(true);
console.log(
  `error of the level: always 0 1.000, windows of ${WINDOW} steps each by itself ${anew.toFixed(3)}, with the states of the window before ${carried.toFixed(3)}`,
);
