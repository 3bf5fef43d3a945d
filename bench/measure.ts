import Benchmark from 'benchmark';
import { buildModel, makeData, type Workload } from './workloads.js';

/**
 * Milliseconds: a train step through fit, predict of the batch, predictSync of one sequence. Each is the fastest of several
 * rounds, here and in the scripts of the peers: what else runs on a shared machine only ever adds, and to each as it comes.
 */
export interface Timing {
  train_ms: number;
  predict_ms: number;
  predict1_ms: number;
  path: string;
}

const ROUNDS = 5;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Of one run. */
export async function milliseconds(body: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await body();
  return performance.now() - start;
}

/** Times one workload; `budget` is about how many milliseconds each figure may take. */
export async function measure(w: Workload, budget: number): Promise<Timing> {
  const model = buildModel(w);
  const steps = Math.max(w.n, 2);
  const { x, y } = makeData(w, w.batch * steps, model.outputShape);
  const fit = () => model.fit(x, y, { epochs: 1, batchSize: w.batch, verbose: 0, shuffle: true });
  await fit();
  const rounds: number[] = [];
  const deadline = performance.now() + budget;
  while (rounds.length < ROUNDS || (performance.now() < deadline && rounds.length < 50))
    rounds.push((await milliseconds(fit)) / steps);

  const many = makeData(w, w.batch, model.outputShape).x;
  const one = makeData(w, 1, model.outputShape).x;
  return {
    train_ms: Math.min(...rounds),
    predict_ms: timeCall(() => model.predictSync(many), budget),
    predict1_ms: timeCall(() => model.predictSync(one), budget),
    path: model.layers.map((layer) => ('path' in layer ? String(layer.path) : layer.name)).join(', '),
  };
}

/** Milliseconds a call, the fastest of benchmark.js's samples. */
function timeCall(fn: () => void, budget: number): number {
  const bench = new Benchmark(fn, { maxTime: budget / 1000, minSamples: 5 });
  bench.run({ async: false });
  return Math.min(...bench.stats.sample) * 1000;
}
