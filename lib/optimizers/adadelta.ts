import { add, divide, multiply, sqrt, square, subtract } from '../ops/arithmetic.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { blend, ComposedOptimizer, type Next } from './composed.js';
import { checkRange, type OptimizerOptions } from './optimizer.js';

export interface AdadeltaOptions extends OptimizerOptions {
  /** How much of the running means a step keeps; default 0.95. */
  rho?: number;
  /** Under both roots; default 1e-7. */
  epsilon?: number;
}

/**
 * Steps as large as the running mean of past steps (Zeiler 2012, who has a learning rate of 1). learningRate defaults
 * to 0.001, as in Keras. @throws ValueError for an unknown option or one out of its range.
 */
export class Adadelta extends ComposedOptimizer {
  private readonly rho: number;
  private readonly epsilon: number;

  constructor(options: AdadeltaOptions = {}) {
    super('adadelta', options, ['rho', 'epsilon']);
    this.rho = checkRange('adadelta', 'rho', options.rho ?? 0.95, 0, 1);
    this.epsilon = checkRange('adadelta', 'epsilon', options.epsilon ?? 1e-7, 0, Infinity);
  }

  protected slotNames(): readonly string[] {
    return ['averageSquare', 'averageStep'];
  }

  protected next(value: TensorBase, grad: TensorBase, [square0, step0]: readonly Variable[], rate: TensorBase): Next {
    const { rho, epsilon } = this;
    const mean = blend(square0, square(grad), rho);
    const move = multiply(grad, divide(sqrt(add(step0, epsilon)), sqrt(add(mean, epsilon))));
    return { value: subtract(value, multiply(rate, move)), slots: [mean, blend(step0, square(move), rho)] };
  }
}
