import { add, divide, clip, maximum, multiply, sqrt, square } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { sum } from '../ops/reduce.js';
import { show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';

/** How gradients are cut before they are applied; at most one of the three. */
export interface ClipOptions {
  /** Each gradient to this norm at most. */
  clipnorm?: number | null;
  /** Each element to [-clipvalue, clipvalue]. */
  clipvalue?: number | null;
  /** All gradients together to this norm at most. */
  globalClipnorm?: number | null;
}

export const CLIP_OPTIONS = ['clipnorm', 'clipvalue', 'globalClipnorm'] as const;

export function checkClip(who: string, options: ClipOptions): void {
  const given = CLIP_OPTIONS.filter((name) => options[name] != null);
  for (const name of given) {
    const value = options[name];
    if (typeof value !== 'number' || !(value > 0))
      throw new ValueError(`${who}: ${name} must be a positive number, got ${show(value)}.`);
  }
  if (given.length > 1)
    throw new ValueError(`${who}: only one of ${CLIP_OPTIONS.join(', ')} can be set, got ${given.join(' and ')}.`);
}

const squares = (g: TensorBase): TensorBase => sum(square(g));

/** The factor that brings a norm down to the limit; 1 below it. */
const factor = (squared: TensorBase, limit: number): TensorBase => divide(limit, maximum(sqrt(squared), limit));

export function clipGradients(
  grads: readonly TensorBase[],
  { clipnorm, clipvalue, globalClipnorm }: ClipOptions,
): TensorBase[] {
  if (clipvalue != null) return grads.map((g) => clip(g, -clipvalue, clipvalue));
  if (clipnorm != null) return grads.map((g) => multiply(g, factor(squares(g), clipnorm)));
  if (globalClipnorm != null && grads.length > 0) {
    const total = grads.map(squares).reduce((a, b) => add(a, cast(b, a.dtype)));
    const scale = factor(total, globalClipnorm);
    return grads.map((g) => multiply(g, cast(scale, g.dtype)));
  }
  return [...grads];
}
