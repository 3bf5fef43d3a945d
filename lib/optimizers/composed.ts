import { multiply, subtract } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { assign } from '../ops/update.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { Optimizer, type UpdateContext } from './optimizer.js';

/** What one step makes of a variable and its slots. */
export interface Next {
  readonly value: TensorBase;
  readonly slots: readonly TensorBase[];
}

/** An optimizer whose update is written in ops; all new values are computed from the old ones. */
export abstract class ComposedOptimizer extends Optimizer {
  /**
   * @param value The variable, after the weight decay.
   * @param rate Learning rate, a scalar of the variable's dtype.
   * @param step Number of the step from 1, a float64 scalar.
   */
  protected abstract next(
    value: TensorBase,
    grad: TensorBase,
    slots: readonly Variable[],
    rate: TensorBase,
    step: TensorBase,
  ): Next;

  protected update(variable: Variable, grad: TensorBase, slots: readonly Variable[], context: UpdateContext): void {
    const { weightDecay } = context;
    const rate = cast(context.rate, variable.dtype);
    const value =
      weightDecay === undefined ? variable : subtract(variable, multiply(variable, multiply(rate, weightDecay)));
    const after = this.next(value, grad, slots, rate, cast(context.step, 'float64'));
    slots.forEach((slot, i) => assign(slot, after.slots[i]));
    assign(variable, after.value);
  }
}

/** kept · old + (1 − kept) · now, as old + (now − old) · (1 − kept). */
export function blend(old: TensorBase, now: TensorBase, kept: number): TensorBase {
  return old.add(multiply(subtract(now, old), 1 - kept));
}
