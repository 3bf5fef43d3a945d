// node dist/examples/20_relu_windows.js: 100 ReLU neurons learn the next value at each of 20 steps, from windows at random places of one series.
import { setRandomSeed, type Tensor } from 'seqnn';
import { reluModel } from './support/relu_model.js';
import { size } from './support/size.js';
import { STEPS, uniform, waveFrom, waveWindows } from './support/wave.js';

setRandomSeed(1);
const ITERATIONS = size(400, 20);
const random = uniform(1);
const model = reluModel();
let error = NaN;
for (let iteration = 1; iteration <= ITERATIONS; iteration++) {
  error = (await model.trainOnBatch(...waveWindows(50, STEPS, random))) as number;
  if (iteration % (ITERATIONS / 4) === 0) console.log(`iteration ${iteration}: mean squared error ${error.toFixed(4)}`);
}

// A window that was never drawn exactly, and what comes one step later.
const window = waveFrom(12.2, STEPS + 1);
const next = (await model.predict(window.slice([null, [0, STEPS]]))) as Tensor;
console.log('step   true  predicted');
for (let t = 0; t < STEPS; t += 4)
  console.log(
    `${String(t).padStart(4)} ${window.data[t + 1].toFixed(3).padStart(6)} ${next.data[t].toFixed(3).padStart(10)}`,
  );
console.log(`error after ${ITERATIONS} iterations: ${error.toFixed(4)}; below 0.1 is expected after 400`);
