import { optimizers, setRandomSeed, type Tensor } from '../lib/index.js';
import { buildModel, makeData, type Workload } from './workloads.js';

/** Largest difference between two tensors, relative to the second's largest value. */
function distance(a: Tensor, b: Tensor): number {
  let error = 0;
  let scale = 1e-30;
  for (let i = 0; i < a.data.length; i++) {
    error = Math.max(error, Math.abs(a.data[i] - b.data[i]));
    scale = Math.max(scale, Math.abs(b.data[i]));
  }
  return error / scale;
}

// float32 rounding through a hundred steps, some of them layer-normalized; a wrong gate or a transposed matrix is off by
// 1e-1.
const TOLERANCE = 5e-4;

/**
 * A prediction and a train step against the same in float64. Throws when they differ by more than rounding. (A second
 * step would start from a difference that fifty layer-normalized steps enlarge a hundredfold.)
 *
 * @returns The largest relative difference.
 */
export async function checkNumbers(name: string, w: Workload): Promise<number> {
  setRandomSeed(1);
  // Adam would turn the rounding of a gradient that is nearly 0 into a whole step.
  const single = buildModel(w, 'float32', optimizers.sgd({ learningRate: 0.1 }));
  const double = buildModel(w, 'float64', optimizers.sgd({ learningRate: 0.1 }));
  double.setWeights(single.getWeights().map((t) => ({ data: Float64Array.from(t.data), shape: t.shape })));
  const small = makeData(w, w.batch, single.outputShape);
  const exact = makeData(w, w.batch, single.outputShape, 'float64');
  let worst = distance(await single.predict(small.x), await double.predict(exact.x));
  const [a] = [await single.trainOnBatch(small.x, small.y)].flat();
  const [b] = [await double.trainOnBatch(exact.x, exact.y)].flat();
  worst = Math.max(worst, Math.abs(a - b) / Math.abs(b));
  single.getWeights().forEach((t, i) => (worst = Math.max(worst, distance(t, double.getWeights()[i]))));
  if (!(worst < TOLERANCE)) throw new Error(`${name}: float32 and float64 differ by ${worst}`);
  return worst;
}
