import { data, ops, optimizers, sequential, setRandomSeed, type Sequential, type Tensor, type TensorBase } from 'seqnn';
import { AHEAD, dataset, type Part } from './datasets.js';
import type { Figures, Row, Run, SeriesRow } from './rows.js';

function lastTimeStepMse(yTrue: TensorBase, yPred: TensorBase): TensorBase {
  return ops.mean(ops.square(yTrue.slice([null, -1]).sub(yPred.slice([null, -1]))), -1);
}

function meanSquare(a: TensorBase, b: TensorBase): number {
  return (ops.mean(ops.square(ops.subtract(a, b))) as Tensor).item();
}

async function measure(row: SeriesRow, model: Sequential, seed: number, valid: Part): Promise<Figures> {
  if (row.iterated) {
    const { x, y } = dataset('vector', seed).valid;
    const forecast = await data.iteratedForecast(model, x, AHEAD);
    return { valid_mse: meanSquare(y, forecast.squeeze(-1)) };
  }
  const values = await model.evaluate(valid.x, valid.y, { verbose: 0 });
  if (typeof values === 'number') return { valid_mse: values };
  const [mse, last] = values as number[];
  return { valid_mse: mse, valid_last_step_mse: last };
}

/** Trains the model of a row once; the seed decides the series, the first weights and the order of the batches. */
export async function train(row: Row, seed: number, epochs: number): Promise<Run> {
  if ('run' in row) return row.run(seed, epochs);
  const { train: given, valid } = dataset(row.task, seed);
  if (!row.layers) return { figures: { valid_mse: meanSquare(valid.x.slice([null, -1]), valid.y) }, params: 0 };
  setRandomSeed(seed);
  const model = sequential(row.layers());
  const metrics = row.task === 'sequence' || row.task === 'strided' ? [lastTimeStepMse] : [];
  model.compile({ optimizer: optimizers.adam({ learningRate: row.learningRate }), loss: 'mse', metrics });
  await model.fit(given.x, given.y, { epochs, batchSize: 32, verbose: 0, seed });
  return { figures: await measure(row, model, seed, valid), params: model.countParams() };
}
