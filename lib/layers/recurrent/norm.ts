import { layerNorm } from '../../ops/normalize.js';
import { show, ValueError } from '../../program/errors.js';
import type { TensorBase } from '../../program/tensor.js';
import type { Variable } from '../../program/variable.js';
import type { WeightOptions } from '../layer.js';

// Layer normalization inside a cell.

export interface NormOptions {
  /** Added to the variance; default 1e-5. */
  epsilon?: number;
}
export const NORM_OPTIONS: readonly (keyof NormOptions)[] = ['epsilon'];

/** Scale and shift of one normalised vector. */
export interface Norm {
  readonly gamma: Variable;
  readonly beta: Variable;
}

export function epsilonOf(who: string, { epsilon = 1e-5 }: NormOptions): number {
  if (typeof epsilon !== 'number' || !(epsilon >= 0))
    throw new ValueError(`${who}: epsilon must be a number of at least 0, got ${show(epsilon)}.`);
  return epsilon;
}

export function addNorm(addWeight: (options: WeightOptions) => Variable, part: string, size: number): Norm {
  return {
    gamma: addWeight({ name: `gamma_${part}`, shape: [size], initializer: 'ones' }),
    beta: addWeight({ name: `beta_${part}`, shape: [size], initializer: 'zeros' }),
  };
}

export function normalize(x: TensorBase, { gamma, beta }: Norm, epsilon: number): TensorBase {
  return layerNorm(x, gamma, beta, { epsilon });
}
