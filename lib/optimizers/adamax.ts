import { abs, add, divide, maximum, multiply, power, subtract } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { full } from '../ops/create.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { blend, ComposedOptimizer, type Next } from './composed.js';
import { checkRange, type OptimizerOptions } from './optimizer.js';

export interface AdamaxOptions extends OptimizerOptions {
  /** Of the mean; default 0.9. */
  beta1?: number;
  /** Of the largest size; default 0.999. */
  beta2?: number;
  /** Added to the largest size; default 1e-7. */
  epsilon?: number;
}

/**
 * Adam with the largest size of past gradients instead of their mean square (Kingma & Ba 2014, section 7). learningRate
 * defaults to 0.001. @throws ValueError for an unknown option or one out of its range.
 */
export class Adamax extends ComposedOptimizer {
  private readonly beta1: number;
  private readonly beta2: number;
  private readonly epsilon: number;

  constructor(options: AdamaxOptions = {}) {
    super('adamax', options, ['beta1', 'beta2', 'epsilon']);
    this.beta1 = checkRange('adamax', 'beta1', options.beta1 ?? 0.9, 0, 1);
    this.beta2 = checkRange('adamax', 'beta2', options.beta2 ?? 0.999, 0, 1);
    this.epsilon = checkRange('adamax', 'epsilon', options.epsilon ?? 1e-7, 0, Infinity);
  }

  protected slotNames(): readonly string[] {
    return ['momentum', 'largest'];
  }

  protected next(
    value: TensorBase,
    grad: TensorBase,
    [m0, u0]: readonly Variable[],
    rate: TensorBase,
    step: TensorBase,
  ): Next {
    const m = blend(m0, grad, this.beta1);
    const u = maximum(multiply(u0, this.beta2), abs(grad));
    const correction = subtract(1, power(full([], this.beta1, 'float64'), step));
    const scale = divide(rate, cast(correction, value.dtype));
    return { value: subtract(value, multiply(scale, divide(m, add(u, this.epsilon)))), slots: [m, u] };
  }
}
