import { updateOp } from '../ops/update.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { checkRange, Optimizer, type OptimizerOptions, type UpdateContext } from './optimizer.js';

export interface RMSpropOptions extends OptimizerOptions {
  rho?: number;
  momentum?: number;
  epsilon?: number;
  centered?: boolean;
}

const rmspropUpdate = updateOp('rmspropUpdate', 3);

/** Gradients divided by a running root of their mean square (epsilon under the root). */
export class RMSprop extends Optimizer {
  private readonly rho: number;
  private readonly momentum: number;
  private readonly epsilon: number;
  private readonly centered: boolean;

  constructor(options: RMSpropOptions = {}) {
    super('rmsprop', options, ['rho', 'momentum', 'epsilon', 'centered']);
    this.rho = checkRange('rmsprop', 'rho', options.rho ?? 0.9, 0, 1);
    this.momentum = checkRange('rmsprop', 'momentum', options.momentum ?? 0, 0, 1);
    this.epsilon = checkRange('rmsprop', 'epsilon', options.epsilon ?? 1e-7, 0, Infinity);
    this.centered = options.centered ?? false;
  }

  protected slotNames(): readonly string[] {
    return ['velocity', ...(this.momentum > 0 ? ['momentum'] : []), ...(this.centered ? ['averageGradient'] : [])];
  }

  protected update(
    variable: Variable,
    grad: TensorBase,
    slots: readonly Variable[],
    { rate, weightDecay }: UpdateContext,
  ): void {
    const { rho, momentum, epsilon, centered } = this;
    // The kernel's places: mean square, momentum, mean.
    const rest = slots.slice(1);
    const places = centered && momentum === 0 ? [slots[0], null, rest[0]] : slots;
    rmspropUpdate([variable, grad, rate, ...places], {
      rho,
      momentum,
      epsilon,
      centered: centered || undefined,
      weightDecay,
    });
  }
}
