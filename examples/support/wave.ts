import { Tensor } from 'seqnn';

// The series f(t) = t sin(t) / 3 + 2 sin(5t) for t from 0 to 30, in windows of steps of 0.1.

export const RESOLUTION = 0.1;
export const T_MAX = 30;
export const wave = (t: number): number => (t * Math.sin(t)) / 3 + 2 * Math.sin(5 * t);

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The series from t on, [1, steps, 1]. */
export function waveFrom(t: number, steps: number): Tensor {
  return new Tensor(
    Float32Array.from({ length: steps }, (_, i) => wave(t + i * RESOLUTION)),
    [1, steps, 1],
  );
}

/** Windows at random places, and the same one step later: two of [count, steps, 1]. */
export function waveWindows(count: number, steps: number, random: () => number): [Tensor, Tensor] {
  const [x, y] = [new Float32Array(count * steps), new Float32Array(count * steps)];
  for (let row = 0; row < count; row++) {
    const start = random() * (T_MAX - (steps + 1) * RESOLUTION);
    for (let i = 0; i < steps; i++) {
      x[row * steps + i] = wave(start + i * RESOLUTION);
      y[row * steps + i] = wave(start + (i + 1) * RESOLUTION);
    }
  }
  return [new Tensor(x, [count, steps, 1]), new Tensor(y, [count, steps, 1])];
}

export const STEPS = 20;
