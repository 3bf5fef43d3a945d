import { add, equal, mod, multiply, subtract, where } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { full } from '../ops/create.js';
import { assign } from '../ops/update.js';
import { checkInteger, show, ValueError } from '../program/errors.js';
import type { Tensor, TensorBase } from '../program/tensor.js';
import { Variable } from '../program/variable.js';

// Exponential moving averages of the weights (Polyak & Juditsky 1992): they swing less than the weights themselves.

export interface AveragingOptions {
  /** Keep an average of every weight, put in its place by finalizeVariableValues; default false. */
  useEma?: boolean;
  /** How much of itself the average keeps in a step; default 0.99. */
  emaMomentum?: number;
  /** Put the averages in place every so many steps; default null: only at the end. */
  emaOverwriteFrequency?: number | null;
}

export class Averaging {
  private readonly averages = new Map<Variable, Variable>();

  private constructor(
    private readonly momentum: number,
    private readonly frequency: number | null,
  ) {}

  /** @throws ValueError for a value out of its range, or one given without useEma. */
  static of(
    who: string,
    { useEma = false, emaMomentum = 0.99, emaOverwriteFrequency = null }: AveragingOptions,
  ): Averaging | null {
    if (typeof useEma !== 'boolean') throw new ValueError(`${who}: useEma must be true or false, got ${show(useEma)}.`);
    if (typeof emaMomentum !== 'number' || !(emaMomentum >= 0 && emaMomentum <= 1))
      throw new ValueError(`${who}: emaMomentum must be a number from 0 to 1, got ${show(emaMomentum)}.`);
    if (emaOverwriteFrequency !== null) {
      checkInteger(who, 'emaOverwriteFrequency', emaOverwriteFrequency, 1);
      if (!useEma) throw new ValueError(`${who}: emaOverwriteFrequency says nothing without useEma: true.`);
    }
    return useEma ? new Averaging(emaMomentum, emaOverwriteFrequency) : null;
  }

  get variables(): Variable[] {
    return [...this.averages.values()];
  }

  build(variables: readonly Variable[]): void {
    for (const v of variables) {
      if (!this.averages.has(v)) this.averages.set(v, v.sibling(v.value(), 'average'));
    }
  }

  /** The average of a variable so far. */
  of(variable: Variable): Tensor | undefined {
    return this.averages.get(variable)?.value();
  }

  /** Inside a traced function, after an update: the first step's average is the variable itself. */
  follow(variables: readonly Variable[], updatesBefore: TensorBase): void {
    const first = equal(updatesBefore, 0);
    for (const variable of variables) {
      const average = this.averages.get(variable) as Variable;
      const kept = cast(where(first, 0, full([], this.momentum, 'float64')), variable.dtype);
      const next = add(multiply(kept, average), multiply(subtract(1, kept), variable));
      assign(average, next);
      if (this.frequency === null) continue;
      const due = equal(mod(add(updatesBefore, 1), this.frequency), 0);
      assign(variable, where(due, next, variable));
    }
  }

  /** The variables take their averages' values. */
  overwrite(variables: readonly Variable[]): void {
    for (const variable of variables) {
      const average = this.averages.get(variable);
      if (average) variable.assign(average.value());
    }
  }
}
