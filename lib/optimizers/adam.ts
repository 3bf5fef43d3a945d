import { updateOp } from '../ops/update.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { checkRange, Optimizer, type OptimizerOptions, type UpdateContext } from './optimizer.js';

export interface AdamOptions extends OptimizerOptions {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  amsgrad?: boolean;
}

const adamUpdate = updateOp('adamUpdate', 4);

/** Adam as Keras has it: epsilon stands outside the bias correction. */
export class Adam extends Optimizer {
  private readonly amsgrad: boolean;
  private readonly beta1: number;
  private readonly beta2: number;
  private readonly epsilon: number;

  constructor(options: AdamOptions = {}, className = 'adam') {
    super(className, options, ['beta1', 'beta2', 'epsilon', 'amsgrad']);
    this.amsgrad = options.amsgrad ?? false;
    this.beta1 = checkRange(className, 'beta1', options.beta1 ?? 0.9, 0, 1);
    this.beta2 = checkRange(className, 'beta2', options.beta2 ?? 0.999, 0, 1);
    this.epsilon = checkRange(className, 'epsilon', options.epsilon ?? 1e-7, 0, Infinity);
  }

  protected slotNames(): readonly string[] {
    return this.amsgrad ? ['momentum', 'velocity', 'velocityHat'] : ['momentum', 'velocity'];
  }

  protected update(
    variable: Variable,
    grad: TensorBase,
    slots: readonly Variable[],
    { rate, step, weightDecay }: UpdateContext,
  ): void {
    const { beta1, beta2, epsilon, amsgrad } = this;
    adamUpdate([variable, grad, rate, step, ...slots], {
      beta1,
      beta2,
      epsilon,
      amsgrad: amsgrad || undefined,
      weightDecay,
    });
  }
}
