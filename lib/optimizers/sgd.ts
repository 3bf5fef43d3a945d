import { updateOp } from '../ops/update.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { checkRange, Optimizer, type OptimizerOptions, type UpdateContext } from './optimizer.js';

export interface SGDOptions extends OptimizerOptions {
  momentum?: number;
  nesterov?: boolean;
}

const sgdUpdate = updateOp('sgdUpdate', 3);

/** Gradient descent, with momentum if wanted. */
export class SGD extends Optimizer {
  private readonly momentum: number;

  constructor(options: SGDOptions = {}) {
    super('sgd', options, ['momentum', 'nesterov'], 0.01);
    this.momentum = checkRange('sgd', 'momentum', options.momentum ?? 0, 0, 1);
  }

  protected slotNames(): readonly string[] {
    return this.momentum === 0 ? [] : ['momentum'];
  }

  protected update(
    variable: Variable,
    grad: TensorBase,
    slots: readonly Variable[],
    { rate, weightDecay }: UpdateContext,
  ): void {
    const { nesterov } = this.options as SGDOptions;
    sgdUpdate([variable, grad, rate, ...slots], {
      momentum: this.momentum,
      nesterov: nesterov || undefined,
      weightDecay,
    });
  }
}
