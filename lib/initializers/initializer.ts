import { checkOptions } from '../program/errors.js';
import type { TensorLike } from '../program/tensor.js';
import type { DType, Shape } from '../program/types.js';
import { checkSeed, freshSeed } from '../ops/random.js';

/** Gives a weight its first value. */
export type Initializer = (shape: Shape, dtype: DType) => TensorLike;

export interface SeedOption {
  /** Same seed, same values at every call; default: fresh ones each time. */
  seed?: number;
}

/** Checks a random initializer's options; gives the seed of its next call. */
export function seeds(who: string, options: SeedOption & object, valid: readonly string[]): () => number {
  checkOptions(who, options, [...valid, 'seed']);
  const { seed } = options;
  if (seed === undefined) return freshSeed;
  checkSeed(who, seed);
  return () => seed;
}
