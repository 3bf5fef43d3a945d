import { multiply, sign, subtract } from '../ops/arithmetic.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { blend, ComposedOptimizer, type Next } from './composed.js';
import { checkRange, type OptimizerOptions } from './optimizer.js';

export interface LionOptions extends OptimizerOptions {
  /** How much of the mean the step sees; default 0.9. */
  beta1?: number;
  /** How much of itself the mean keeps; default 0.99. */
  beta2?: number;
}

/**
 * Steps of one size along the sign of the mean gradient (Chen et al. 2023). learningRate defaults to 0.001.
 * @throws ValueError for an unknown option or one out of its range.
 */
export class Lion extends ComposedOptimizer {
  private readonly beta1: number;
  private readonly beta2: number;

  constructor(options: LionOptions = {}) {
    super('lion', options, ['beta1', 'beta2']);
    this.beta1 = checkRange('lion', 'beta1', options.beta1 ?? 0.9, 0, 1);
    this.beta2 = checkRange('lion', 'beta2', options.beta2 ?? 0.99, 0, 1);
  }

  protected slotNames(): readonly string[] {
    return ['momentum'];
  }

  protected next(value: TensorBase, grad: TensorBase, [m]: readonly Variable[], rate: TensorBase): Next {
    const move = multiply(rate, sign(blend(m, grad, this.beta1)));
    return { value: subtract(value, move), slots: [blend(m, grad, this.beta2)] };
  }
}
