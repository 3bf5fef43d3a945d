import type { Tensor } from '../../lib/index.js';

/** What a case's check found: the largest error of each thing compared, beside its bound. */
export interface Finding {
  readonly what: string;
  readonly error: number;
  readonly bound: number;
  /** Largest absolute value expected, at least 1: what the reported error is relative to. */
  readonly size?: number;
}

/** How large a case's sums are: the bounds grow with the root of their length. */
export interface Scale {
  readonly steps: number;
  readonly width: number;
  readonly epsilon: number;
  /** Of the terms behind the values, where it is known to be more than the values themselves. */
  readonly size?: number;
}

// Measured over all cases: the largest ratio of an error to epsilon · scale · √(steps · width) is 5.2 (the bias of a
// normalised cell, whose sum nearly cancels), all others are below 3.2.
const FACTOR = 8;

// Below this, an error is judged absolutely: some gradients are zero in exact arithmetic.
const FLOOR = 0.01;

// What the fixtures' own values are good for in float64, as far as other backends confirm them.
const CONFIRMED = 1e-12;

export function largest(values: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) max = Math.max(max, Math.abs(values[i]));
  return max;
}

/** The largest absolute difference; infinite for a NaN or another shape. */
export function distance(found: Tensor, expected: Tensor): number {
  if (found.shape.join() !== expected.shape.join()) return Infinity;
  let max = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const d = Math.abs(found.data[i] - expected.data[i]);
    if (!(d <= max)) max = Number.isNaN(d) ? Infinity : d;
  }
  return max;
}

/** Compares two tensors within the rounding that their computation may cost. */
export function close(what: string, found: Tensor, expected: Tensor, scale: Scale): Finding {
  const { steps, width, epsilon } = scale;
  const size = Math.max(largest(expected.data), scale.size ?? 0);
  const rounding = FACTOR * epsilon * Math.sqrt(steps * width);
  const bound = Math.max(CONFIRMED, rounding) * Math.max(FLOOR, size);
  return { what, error: distance(found, expected), bound, size: Math.max(1, size) };
}

export function within(what: string, found: Tensor, expected: Tensor, bound: number): Finding {
  return { what, error: distance(found, expected), bound };
}

/** Fails unless the fact holds. */
export function fact(what: string, holds: boolean): Finding {
  return { what, error: holds ? 0 : Infinity, bound: 0 };
}

export const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 } as const;
