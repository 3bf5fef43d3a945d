// node dist/examples/03_training_loop.js: no layers and no fit; a traced train step of one's own.
import { compile, data, initializers, ops, optimizers, Variable, type TensorBase } from 'seqnn';
import { size } from './support/size.js';

const UNITS = 16;
const BATCH = 32;
const series = data.generateTimeSeries(BATCH * 250, 51, { seed: 42 });
const [x, y] = data.forecastWindows(series, { steps: 50 });
const batches = data.split([x, y], { sizes: new Array<number>(250).fill(BATCH) });
const held = batches.splice(200);

const glorot = initializers.glorotUniform({ seed: 1 });
const orthogonal = initializers.orthogonal({ seed: 2 });
const kernel = new Variable(glorot([1, 3 * UNITS], 'float32'), 'kernel');
const recurrentKernel = new Variable(orthogonal([UNITS, 3 * UNITS], 'float32'), 'recurrentKernel');
const bias = new Variable(ops.zeros([2, 3 * UNITS]), 'bias');
const out = new Variable(glorot([UNITS, 1], 'float32'), 'out');
const weights = [kernel, recurrentKernel, bias, out];

function error(xs: TensorBase, ys: TensorBase): TensorBase {
  const { states } = ops.gru({ x: xs, kernel, recurrentKernel, bias });
  return ops.mean(ops.square(states[0].matmul(out).sub(ys)));
}

const optimizer = optimizers.adam({ learningRate: 0.01 });
const step = compile((xs: TensorBase, ys: TensorBase) => {
  const loss = error(xs, ys);
  optimizer.apply(ops.gradients(loss, weights), weights);
  return loss;
});
const measure = compile(error);

for (let epoch = 1; epoch <= size(10, 1); epoch++) {
  const start = performance.now();
  for (const [xs, ys] of batches) step(xs, ys);
  const perStep = (performance.now() - start) / batches.length;
  const heldOut = held.reduce((sum, [xs, ys]) => sum + measure(xs, ys).item(), 0) / held.length;
  console.log(`epoch ${epoch}: held-out error ${heldOut.toFixed(5)}, ${perStep.toFixed(3)} ms a step`);
}
