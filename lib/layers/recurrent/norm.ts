import { add } from '../../ops/arithmetic.js';
import { dense } from '../../ops/dense.js';
import { layerNorm } from '../../ops/normalize.js';
import { concatenate, transpose } from '../../ops/shape.js';
import type { Operand } from '../../program/apply.js';
import type { TensorBase } from '../../program/tensor.js';
import type { Variable } from '../../program/variable.js';
import type { WeightOptions } from '../layer.js';

// Layer normalization inside a cell.

export interface NormOptions {
  /** Added to the variance; default 1e-5. */
  epsilon?: number;
}
export const NORM_EPSILON = 1e-5;
export const NORM_OPTIONS: readonly (keyof NormOptions)[] = ['epsilon'];

/** Scale and shift of one normalised vector. */
export interface Norm {
  readonly gamma: Variable;
  readonly beta: Variable;
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

/** The norms of a fused step, one after the other. */
export function joined(norms: readonly Norm[]): { scale: TensorBase; shift: TensorBase } {
  const all = (part: keyof Norm) =>
    norms.length === 1
      ? norms[0][part]
      : concatenate(
          norms.map((norm) => norm[part]),
          0,
        );
  return { scale: all('gamma'), shift: all('beta') };
}

/**
 * The normalised product of a fused step's input, for all steps at once: [B, T, F] to [B, T, columns]. It is computed
 * with the batch innermost, as the kernel reads it.
 *
 * @param bias Added behind the norm.
 */
export function normalizedInput(
  x: Operand,
  kernel: Variable,
  { gamma, beta }: Norm,
  bias: Variable | null,
  epsilon: number,
): TensorBase {
  const sums = dense(transpose(x, [1, 2, 0]), kernel, null, { axis: 1 });
  const shift = bias ? add(beta, bias) : beta;
  return transpose(layerNorm(sums, gamma, shift, { axis: 1, epsilon }), [2, 0, 1]);
}
