import { data, type Tensor } from 'seqnn';

// 10,000 series of 50 steps and what follows them, in 7,000 to train on, 2,000 to validate and 1,000 to test.

export const STEPS = 50;
export const AHEAD = 10;
const COUNT = 10_000;

/** What a row is trained on: one step, ten steps after the window, ten steps at every step, or at every second from the fourth. */
export type Task = 'oneStep' | 'vector' | 'sequence' | 'strided';

export interface Part {
  x: Tensor;
  y: Tensor;
}

export interface Dataset {
  train: Part;
  valid: Part;
  test: Part;
}

function windows(task: Task, seed: number): [Tensor, Tensor] {
  const ahead = task === 'oneStep' ? 1 : AHEAD;
  const series = data.generateTimeSeries(COUNT, STEPS + ahead, { seed });
  const sequence = task === 'sequence' || task === 'strided';
  const [x, y] = data.forecastWindows(series, { steps: STEPS, ahead, mode: sequence ? 'sequence' : 'last' });
  return [x, task === 'strided' ? y.slice([null, [3, null, 2]]) : y];
}

/** The data of a task; the seed decides the series. */
export function dataset(task: Task, seed: number): Dataset {
  const parts = data.split(windows(task, seed), { sizes: [7000, 2000, 1000] });
  const [train, valid, test] = parts.map(([x, y]) => ({ x, y }));
  return { train, valid, test };
}
