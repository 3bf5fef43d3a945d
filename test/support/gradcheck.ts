import assert from 'node:assert/strict';
import { compile, ops, Tensor, type TensorLike } from '../../lib/index.js';
import { gradients } from '../../lib/ops/grad.js';
import type { TensorBase } from '../../lib/program/tensor.js';

/** A small generator for test data (mulberry32): same seed, same numbers. */
export function randomizer(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** float64 numbers in [low, high). */
export function random64(shape: readonly number[], seed: number, low = -1, high = 1): Tensor {
  const next = randomizer(seed);
  const data = new Float64Array(shape.reduce((n, d) => n * d, 1));
  for (let i = 0; i < data.length; i++) data[i] = low + (high - low) * next();
  return new Tensor(data, shape);
}

/**
 * Compares the gradient of sum(fn(...args) · seed) with central differences along random directions, in double.
 *
 * @param fn Returns one tensor or several.
 */
export function checkGradients(
  fn: (...args: TensorBase[]) => TensorBase | TensorBase[],
  args: Tensor[],
  options: { tolerance?: number; step?: number } = {},
): void {
  const { tolerance = 2e-6, step = 1e-5 } = options;
  const listOf = (result: TensorBase | TensorBase[]) => (Array.isArray(result) ? result : [result]);
  const value = compile((...xs: TensorBase[]) => listOf(fn(...xs)));
  const outputs = value(...args);
  const seeds = outputs.map((o, i) =>
    o.dtype === 'float64' ? random64(o.shape, 900 + i) : ops.zeros(o.shape, o.dtype),
  );
  const used = outputs.map((o, i) => [o, i] as const).filter(([o]) => o.dtype === 'float64');
  const n = args.length;
  const gradient = compile((...xs: TensorBase[]) => {
    const results = listOf(fn(...xs.slice(0, n)));
    return gradients(
      used.map(([, i]) => results[i]),
      xs.slice(0, n).filter((x) => x.dtype === 'float64'),
      used.map((_, k) => xs[n + k]),
    );
  });
  const found = gradient(...args, ...used.map(([, i]) => seeds[i]));
  const loss = (xs: TensorLike[]) =>
    value(...xs).reduce((sum, o, i) => sum + (o.dtype === 'float64' ? dot(o, seeds[i]) : 0), 0);
  let k = 0;
  args.forEach((arg, i) => {
    if (arg.dtype !== 'float64') return;
    const grad = found[k++];
    assert.deepEqual(grad.shape, arg.shape, `gradient of argument ${i}`);
    for (let direction = 0; direction < 2; direction++) {
      const d = random64(arg.shape, 500 + 10 * i + direction);
      const moved = (h: number) =>
        loss(
          args.map((a, j) =>
            j === i
              ? new Tensor(
                  (a.data as Float64Array).map((v, m) => v + h * d.data[m]),
                  a.shape,
                )
              : a,
          ),
        );
      const numeric = (moved(step) - moved(-step)) / (2 * step);
      const analytic = dot(grad, d);
      const scale = Math.max(1, Math.abs(numeric), Math.abs(analytic));
      assert.ok(
        Math.abs(numeric - analytic) <= tolerance * scale,
        `argument ${i}, direction ${direction}: gradient ${analytic}, central difference ${numeric}`,
      );
    }
  });
}

function dot(a: Tensor, b: Tensor): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += a.data[i] * b.data[i];
  return sum;
}
