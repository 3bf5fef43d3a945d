import { add, divide, multiply, power, sqrt, square, subtract } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { full } from '../ops/create.js';
import type { Tensor, TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { blend, ComposedOptimizer, type Next } from './composed.js';
import { checkRange, type OptimizerOptions } from './optimizer.js';

export interface NadamOptions extends OptimizerOptions {
  /** Of the mean, before its schedule; default 0.9. */
  beta1?: number;
  /** Of the mean square; default 0.999. */
  beta2?: number;
  /** Added to the root; default 1e-7. */
  epsilon?: number;
}

// Dozat's schedule: beta1 grows to its full value as this power of the step vanishes.
const WARM_UP = 0.96;

/**
 * Adam with Nesterov's look ahead (Dozat 2016). learningRate defaults to 0.001.
 * @throws ValueError for an unknown option or one out of its range.
 */
export class Nadam extends ComposedOptimizer {
  private readonly beta1: number;
  private readonly beta2: number;
  private readonly epsilon: number;

  constructor(options: NadamOptions = {}) {
    super('nadam', options, ['beta1', 'beta2', 'epsilon']);
    this.beta1 = checkRange('nadam', 'beta1', options.beta1 ?? 0.9, 0, 1);
    this.beta2 = checkRange('nadam', 'beta2', options.beta2 ?? 0.999, 0, 1);
    this.epsilon = checkRange('nadam', 'epsilon', options.epsilon ?? 1e-7, 0, Infinity);
  }

  protected slotNames(): readonly string[] {
    return ['momentum', 'velocity', 'product'];
  }

  /** The product of all beta1 so far is one number. */
  protected override newSlot(variable: Variable, name: string): Tensor {
    return name === 'product' ? full([], 1, 'float64') : super.newSlot(variable, name);
  }

  /** beta1 at a step. */
  private keptAt(step: TensorBase): TensorBase {
    return multiply(this.beta1, subtract(1, multiply(0.5, power(full([], WARM_UP, 'float64'), step))));
  }

  protected next(
    value: TensorBase,
    grad: TensorBase,
    [m0, v0, product0]: readonly Variable[],
    rate: TensorBase,
    step: TensorBase,
  ): Next {
    const [kept, keptNext] = [this.keptAt(step), this.keptAt(add(step, 1))];
    const product = multiply(product0, kept);
    const m = blend(m0, grad, this.beta1);
    const v = blend(v0, square(grad), this.beta2);
    const scalar = (s: TensorBase) => cast(s, value.dtype);
    const ahead = scalar(divide(keptNext, subtract(1, multiply(product, keptNext))));
    const now = scalar(divide(subtract(1, kept), subtract(1, product)));
    const correction = scalar(subtract(1, power(full([], this.beta2, 'float64'), step)));
    const mean = add(multiply(ahead, m), multiply(now, grad));
    const root = add(sqrt(divide(v, correction)), this.epsilon);
    return { value: subtract(value, divide(multiply(rate, mean), root)), slots: [m, v, product] };
  }
}
