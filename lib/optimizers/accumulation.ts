import { add, equal, floorDivide, mod, multiply, where } from '../ops/arithmetic.js';
import { zeros } from '../ops/create.js';
import { assign } from '../ops/update.js';
import { checkInteger } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { Variable } from '../program/variable.js';

// One update from the mean gradient of several batches, for batches that do not fit in memory.

export interface AccumulationOptions {
  /** Batches per update, at least 2; default null: every batch updates. */
  gradientAccumulationSteps?: number | null;
}

/** Sums gradients over batches, and updates with their mean when the last of `count` has come. */
export class Accumulation {
  private readonly sums = new Map<Variable, Variable>();

  private constructor(private readonly count: number) {}

  /** @throws ValueError unless the option is an integer of at least 2. */
  static of(who: string, { gradientAccumulationSteps: count }: AccumulationOptions): Accumulation | null {
    return count == null ? null : new Accumulation(checkInteger(who, 'gradientAccumulationSteps', count, 2));
  }

  get variables(): Variable[] {
    return [...this.sums.values()];
  }

  build(variables: readonly Variable[]): void {
    for (const v of variables) {
      if (!this.sums.has(v)) this.sums.set(v, v.sibling(zeros(v.shape, v.dtype), 'gradientSum'));
    }
  }

  /** Updates done after so many batches, an int32 scalar. */
  updatesAfter(batches: TensorBase): TensorBase {
    return floorDivide(batches, this.count);
  }

  /** The same outside a program. */
  updates(batches: number): number {
    return Math.floor(batches / this.count);
  }

  /** Whether the batch after so many is the last before an update, a bool scalar. */
  updatesNow(batches: TensorBase): TensorBase {
    return equal(mod(add(batches, 1), this.count), 0);
  }

  /**
   * Inside a traced function: adds the gradients and runs the update; unless the time has come, what it wrote to
   * `written` is taken back.
   */
  run(
    grads: readonly TensorBase[],
    variables: readonly Variable[],
    written: readonly Variable[],
    now: TensorBase,
    update: (mean: readonly TensorBase[]) => void,
  ): void {
    const sums = variables.map((v) => this.sums.get(v) as Variable);
    const totals = grads.map((g, i) => add(sums[i], g));
    // A product is a copy: the variable itself is about to change.
    const before = written.map((v) => multiply(v, 1));
    update(totals.map((t) => multiply(t, 1 / this.count)));
    written.forEach((v, i) => assign(v, where(now, v, before[i])));
    sums.forEach((sum, i) => assign(sum, where(now, 0, totals[i])));
  }
}
