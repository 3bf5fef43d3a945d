import {
  input,
  layers,
  model,
  optimizers,
  setRandomSeed,
  tensor,
  type LayerTensor,
  type Tensor,
} from '../../lib/index.js';
import { median } from '../measure.js';
import type { Bench, Variant } from './variants.js';

// One variant ready to be timed, and all of one table timed in turns.

export interface Shape extends Bench {
  features: number;
}

export interface Measured {
  name: string;
  /** Of a train step: the fastest round. */
  ms: number;
  /** To the plain layer's, per recurrent pass: the median of the rounds. */
  ratio: number;
  path: string;
}

const OUTPUTS = 10;
const ROUNDS = 9;

/** Values like data: bounded, and not the same in all samples. */
function inputFor({ shape, dtype }: LayerTensor, rows: number, steps: number): Tensor {
  const full = [rows, ...(shape.slice(1) as number[])];
  const size = full.reduce((a, b) => a * b, 1);
  const wave = (i: number) => Math.sin(i * 0.37) * 0.5 + Math.sin(i * 0.011) * 0.3;
  const lengthOf = (row: number) => 1 + Math.floor(Math.abs(Math.sin(row * 12.9898) * 43758.5453) % steps);
  if (dtype === 'int32')
    return tensor(
      Int32Array.from({ length: size }, (_, row) => lengthOf(row)),
      full,
    );
  if (dtype === 'bool')
    return tensor(
      Uint8Array.from({ length: size }, (_, i) => Number(i % steps < lengthOf(Math.floor(i / steps)))),
      full,
      'bool',
    );
  return tensor(
    Float32Array.from({ length: size }, (_, i) => wave(i)),
    full,
  );
}

/** The milliseconds of a train step, at each call measured anew. */
function prepare(variant: Variant, shape: Shape, trainSteps: number) {
  setRandomSeed(1);
  const x = input({ shape: [shape.steps, shape.features] });
  const { inputs, output } = variant.build(shape, x);
  const y = layers.timeDistributed({ layer: layers.dense({ units: OUTPUTS }) }).apply(output) as LayerTensor;
  const made = model({ inputs: [x, ...inputs], outputs: y });
  made.compile({ optimizer: optimizers.adam({ learningRate: 1e-3 }), loss: 'mse' });
  const rows = shape.batch * trainSteps;
  const given = [x, ...inputs].map((t) => inputFor(t, rows, shape.steps));
  const target = inputFor(y, rows, shape.steps);
  const time = async () => {
    const start = performance.now();
    await made.fit(given, target, { epochs: 1, batchSize: shape.batch, verbose: 0, shuffle: false });
    return (performance.now() - start) / trainSteps;
  };
  const paths = made.layers.flatMap((layer) => ('path' in layer ? [String(layer.path)] : []));
  return { time, path: [...new Set(paths)].join(', ') };
}

/**
 * All variants (the plain one first) in turns, the plain layer right before each of them: a machine that is slow for a
 * while is so for both. The ratio is the median of these pairs.
 *
 * @param budget About how many milliseconds each variant may take.
 */
export async function timeVariants(variants: readonly Variant[], shape: Shape, budget: number): Promise<Measured[]> {
  const plain = prepare(variants[0], shape, 2);
  await plain.time();
  const trainSteps = Math.max(2, Math.round(budget / ROUNDS / (await plain.time()) / 2));
  const base = prepare(variants[0], shape, trainSteps);
  const running = variants.map((variant) => ({
    variant,
    times: [] as number[],
    ratios: [] as number[],
    ...prepare(variant, shape, trainSteps),
  }));
  for (const r of [base, ...running]) await r.time();
  for (let round = 0; round < ROUNDS; round++) {
    for (const r of running) {
      const before = await base.time();
      const ms = await r.time();
      r.times.push(ms);
      r.ratios.push(ms / before / (r.variant.passes ?? 1));
    }
  }
  return running.map(({ variant, times, ratios, path }) => ({
    name: variant.name,
    ms: Math.min(...times),
    ratio: median(ratios),
    path,
  }));
}
