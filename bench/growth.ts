import { report } from '../lib/index.js';
import { measure } from './measure.js';
import type { Workload } from './workloads.js';

// npm run bench -- --growth: how a train step of stacked LSTM layers grows with each size while the others stay.

const BASE = { batch: 32, steps: 50, units: 20, layers: 2 };
type Size = keyof typeof BASE;
const SIZES: Record<Size, readonly number[]> = {
  batch: [8, 16, 32, 64, 128, 256],
  steps: [12, 25, 50, 100, 200, 400],
  units: [8, 16, 20, 32, 64, 128, 256],
  layers: [1, 2, 3, 4],
};
const PAGE = 'growth.html';

export interface Growth {
  size: Size;
  values: readonly number[];
  train_ms: number[];
}

function workloadOf({ batch, steps, units, layers }: typeof BASE): Workload {
  const lstm = ['LSTM', units, 'seq'];
  const stack = Array.from({ length: layers }, () => lstm);
  return { note: '', batch, steps, features: 1, layers: [...stack, ['TDDense', 10]], loss: 'mse', n: 4 };
}

/** Times them all, prints a table per size and writes growth.html. */
export async function benchGrowth(budget: number, print: (line: string) => void): Promise<Growth[]> {
  const results: Growth[] = [];
  print(
    `train ms of ${BASE.layers} × lstm(${BASE.units}), batch ${BASE.batch}, ${BASE.steps} steps, where not said otherwise`,
  );
  for (const size of Object.keys(SIZES) as Size[]) {
    const values = SIZES[size];
    const train_ms: number[] = [];
    for (const value of values) train_ms.push((await measure(workloadOf({ ...BASE, [size]: value }), budget)).train_ms);
    results.push({ size, values, train_ms });
    print(`${size.padEnd(8)}${values.map((v) => String(v).padStart(10)).join('')}`);
    print(`${'ms'.padEnd(8)}${train_ms.map((ms) => ms.toFixed(3).padStart(10)).join('')}`);
  }
  await report({
    path: PAGE,
    title: 'How a train step grows',
    intro: `Milliseconds of ${BASE.layers} × lstm(${BASE.units}), batch ${BASE.batch}, ${BASE.steps} steps, with one size changed; dashed: in proportion.`,
    charts: results.map(({ size, values, train_ms }) => ({
      title: `By ${size}`,
      x: values,
      xLabel: size,
      yLabel: 'ms',
      series: [
        { name: 'train step', values: train_ms },
        {
          name: 'in proportion',
          values: values.map((v) => (train_ms[values.indexOf(BASE[size])] * v) / BASE[size]),
          style: 'dashed',
        },
      ],
    })),
  });
  print(`the picture: ${PAGE}`);
  return results;
}
