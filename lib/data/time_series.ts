import { freshSeed, checkSeed } from '../ops/random.js';
import { checkInteger, checkOptions } from '../program/errors.js';
import { Tensor } from '../program/tensor.js';
import { PhiloxStream } from './philox.js';

export interface TimeSeriesOptions {
  /** Same seed, same series; and series i is the same however many are made. Default: a fresh one. */
  seed?: number;
}

/**
 * Synthetic series: two sine waves of random frequency and phase, plus noise.
 *
 * @returns float32 [count, steps, 1] of 0.5·sin((t−o1)(10·f1+10)) + 0.2·sin((t−o2)(20·f2+20)) + 0.1·(u−0.5), t from 0 to 1.
 */
export function generateTimeSeries(count: number, steps: number, options: TimeSeriesOptions = {}): Tensor {
  checkInteger('generateTimeSeries', 'count', count, 1);
  checkInteger('generateTimeSeries', 'steps', steps, 1);
  checkOptions('generateTimeSeries', options, ['seed']);
  const seed = options.seed === undefined ? freshSeed() : checkSeed('generateTimeSeries', options.seed);
  const data = new Float32Array(count * steps);
  const scale = steps > 1 ? 1 / (steps - 1) : 0;
  for (let i = 0; i < count; i++) {
    const random = new PhiloxStream(seed, i);
    const f1 = random.uniform();
    const f2 = random.uniform();
    const o1 = random.uniform();
    const o2 = random.uniform();
    for (let s = 0; s < steps; s++) {
      const t = s * scale;
      const waves = 0.5 * Math.sin((t - o1) * (f1 * 10 + 10)) + 0.2 * Math.sin((t - o2) * (f2 * 20 + 20));
      data[i * steps + s] = waves + 0.1 * (random.uniform() - 0.5);
    }
  }
  return new Tensor(data, [count, steps, 1]);
}
