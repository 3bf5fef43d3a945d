// node dist/examples/02_custom_cell.js: a recurrent cell of one's own, trained by native code like a built-in one.
import { data, layers, ops, optimizers, sequential, setRandomSeed, type TensorBase } from 'seqnn';
import { LNSimpleRNNCell } from './ln_simple_rnn_cell.js';
import { size } from './support/size.js';

setRandomSeed(1);
const series = data.generateTimeSeries(size(10_000, 500), 60, { seed: 42 });
const windows = data.forecastWindows(series, { steps: 50, ahead: 10, mode: 'sequence' });
const [[x, y], [xValid, yValid]] = data.split(windows, { fractions: [0.8, 0.2] });

function lastTimeStepMse(yTrue: TensorBase, yPred: TensorBase): TensorBase {
  return ops.mean(ops.square(yTrue.slice([null, -1]).sub(yPred.slice([null, -1]))), -1);
}

const model = sequential([
  layers.rnn({ cell: new LNSimpleRNNCell(20), returnSequences: true, inputShape: [null, 1] }),
  layers.rnn({ cell: new LNSimpleRNNCell(20), returnSequences: true }),
  layers.timeDistributed({ layer: layers.dense({ units: 10 }) }),
]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'mse', metrics: [lastTimeStepMse] });
await model.fit(x, y, { epochs: size(10, 1), batchSize: 32, validationData: [xValid, yValid] });
const [loss, last] = (await model.evaluate(xValid, yValid, { verbose: 0 })) as number[];
console.log(
  `${model.countParams()} parameters, validation error ${loss.toFixed(5)}, of the last time step ${last.toFixed(5)}`,
);
