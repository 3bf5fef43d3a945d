import { add, divide, multiply, sqrt, square, subtract } from '../ops/arithmetic.js';
import { full } from '../ops/create.js';
import type { Tensor, TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { ComposedOptimizer, type Next } from './composed.js';
import { checkRange, type OptimizerOptions } from './optimizer.js';

export interface AdagradOptions extends OptimizerOptions {
  /** Where the sum of squares starts; default 0.1. */
  initialAccumulatorValue?: number;
  /** Under the root; default 1e-7. */
  epsilon?: number;
}

/**
 * Gradients divided by the root of the sum of all their squares (Duchi, Hazan & Singer 2011). learningRate defaults to
 * 0.001. @throws ValueError for an unknown option or one out of its range.
 */
export class Adagrad extends ComposedOptimizer {
  private readonly start: number;
  private readonly epsilon: number;

  constructor(options: AdagradOptions = {}) {
    super('adagrad', options, ['initialAccumulatorValue', 'epsilon']);
    this.start = checkRange('adagrad', 'initialAccumulatorValue', options.initialAccumulatorValue ?? 0.1, 0, Infinity);
    this.epsilon = checkRange('adagrad', 'epsilon', options.epsilon ?? 1e-7, 0, Infinity);
  }

  protected slotNames(): readonly string[] {
    return ['accumulator'];
  }

  protected override newSlot({ shape, dtype }: Variable): Tensor {
    return full(shape, this.start, dtype);
  }

  protected next(value: TensorBase, grad: TensorBase, [before]: readonly Variable[], rate: TensorBase): Next {
    const sum = add(before, square(grad));
    const move = divide(multiply(rate, grad), sqrt(add(sum, this.epsilon)));
    return { value: subtract(value, move), slots: [sum] };
  }
}
