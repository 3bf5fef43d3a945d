import { assign } from '../ops/update.js';
import { add } from '../ops/arithmetic.js';
import { zeros } from '../ops/create.js';
import { checkOptions, show, StateError, ValueError } from '../program/errors.js';
import { Tensor, type TensorBase } from '../program/tensor.js';
import { Variable } from '../program/variable.js';
import { checkClip, CLIP_OPTIONS, clipGradients, type ClipOptions } from './clip.js';
import { rateAt, traceRate, type Schedule } from './schedule.js';

/** Options of every optimizer. */
export interface OptimizerOptions extends ClipOptions {
  /** A number, or a schedule: ops on the step. */
  learningRate?: number | Schedule;
  /** Before each step, variable −= variable · weightDecay · learningRate. */
  weightDecay?: number | null;
  name?: string;
}

/** What the update of one variable is given. */
export interface UpdateContext {
  /** float64 scalar. */
  readonly rate: TensorBase;
  /** Number of this step, from 1: int32 scalar. */
  readonly step: TensorBase;
  readonly weightDecay: number | undefined;
}

/** Turns gradients into new weights. `apply` is traced into the train program, so the whole update runs natively. */
export abstract class Optimizer {
  readonly name: string;
  /** Steps done so far. */
  readonly iterations = new Variable(new Tensor(new Int32Array(1), []), 'iterations', false);
  readonly schedule: Schedule | null;
  private readonly rate: Variable;
  private readonly slots = new Map<Variable, Variable[]>();
  private undecayed: (variable: Variable) => boolean = () => false;

  /** @param own Names of the options that only this optimizer has. */
  protected constructor(
    readonly className: string,
    readonly options: OptimizerOptions,
    own: readonly string[],
  ) {
    checkOptions(className, options, [...own, 'learningRate', 'weightDecay', 'name', ...CLIP_OPTIONS]);
    checkClip(className, options);
    this.name = options.name ?? className;
    const rate = options.learningRate;
    this.schedule = typeof rate === 'function' ? rate : null;
    this.rate = new Variable(Float64Array.of(0), 'learningRate', false);
    if (!this.schedule) this.learningRate = rate as number;
    const decay = options.weightDecay;
    if (decay != null && (typeof decay !== 'number' || !(decay >= 0))) throw new ValueError(`${className}: weightDecay must be a number of at least 0, got ${show(decay)}.`);
  }

  /** The rate of the next step. Setting it changes running programs at once. */
  get learningRate(): number {
    return this.schedule ? rateAt(this.schedule, this.iterations.value().item()) : this.rate.value().item();
  }

  set learningRate(rate: number) {
    if (this.schedule) throw new StateError(`${this.className}: the learning rate follows a schedule and cannot be set.`);
    if (typeof rate !== 'number' || !(rate >= 0)) throw new ValueError(`${this.className}: learningRate must be a number of at least 0 or a schedule, got ${show(rate)}.`);
    this.rate.assign(Float64Array.of(rate));
  }

  /** The counter, then the slots of every variable in the order of `build`. */
  get variables(): Variable[] {
    return [this.iterations, ...[...this.slots.values()].flat()];
  }

  /** Leaves variables without weight decay: by name (part of it) or one by one. */
  excludeFromWeightDecay({ variables = [], names = [] }: { variables?: readonly Variable[]; names?: readonly string[] }): void {
    this.undecayed = (v) => variables.includes(v) || names.some((name) => v.name.includes(name));
  }

  /** Makes the slots of variables that have none yet. */
  build(variables: readonly Variable[]): void {
    for (const variable of variables) {
      if (this.slots.has(variable)) continue;
      const slots = this.slotNames().map((slot) => new Variable(zeros(variable.shape, variable.dtype), `${variable.name}/${slot}`, false));
      this.slots.set(variable, slots);
    }
  }

  /** Inside a traced function: cuts the gradients, updates the variables, counts the step. */
  apply(grads: readonly TensorBase[], variables: readonly Variable[]): void {
    this.build(variables);
    const step = add(this.iterations, 1);
    const rate = this.schedule ? traceRate(this.schedule, this.iterations) : this.rate;
    const clipped = clipGradients(grads, this.options);
    variables.forEach((variable, i) => {
      const weightDecay = this.undecayed(variable) ? undefined : (this.options.weightDecay ?? undefined);
      this.update(variable, clipped[i], this.slots.get(variable) as Variable[], { rate, step, weightDecay });
    });
    assign(this.iterations, step);
  }

  /** One optimizer's slots, in the order its update takes them. */
  protected abstract slotNames(): readonly string[];

  protected abstract update(variable: Variable, grad: TensorBase, slots: readonly Variable[], context: UpdateContext): void;

  /** The options, to make another one like it. */
  getConfig(): Record<string, unknown> {
    const rate = this.schedule ? { className: this.schedule.scheduleName ?? 'function', config: this.schedule.config } : this.learningRate;
    return { ...this.options, learningRate: rate };
  }
}

/** An option of an optimizer that must be a number in a range. */
export function checkRange(who: string, name: string, value: unknown, low: number, high: number): number {
  if (typeof value !== 'number' || !(value >= low && value <= high)) throw new ValueError(`${who}: ${name} must be a number from ${low} to ${high}, got ${show(value)}.`);
  return value;
}
