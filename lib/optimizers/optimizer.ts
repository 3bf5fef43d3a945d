import { stopGradient } from '../ops/cast.js';
import { assign } from '../ops/update.js';
import { add } from '../ops/arithmetic.js';
import { zeros } from '../ops/create.js';
import { checkOptions, show, StateError, ValueError } from '../program/errors.js';
import { Tensor, type TensorBase } from '../program/tensor.js';
import { Variable } from '../program/variable.js';
import { Accumulation, type AccumulationOptions } from './accumulation.js';
import { Averaging, type AveragingOptions } from './averaging.js';
import { checkClip, CLIP_OPTIONS, clipGradients, type ClipOptions } from './clip.js';
import { rateAt, traceRate, type Schedule } from './schedule.js';

/** Options of every optimizer. */
export interface OptimizerOptions extends ClipOptions, AveragingOptions, AccumulationOptions {
  /** A number, or a schedule: ops on the step. */
  learningRate?: number | Schedule;
  /** Before each step, variable −= variable · weightDecay · learningRate. */
  weightDecay?: number | null;
  name?: string;
}

const COMMON: readonly (keyof OptimizerOptions)[] = [
  'learningRate',
  'weightDecay',
  'name',
  ...CLIP_OPTIONS,
  'useEma',
  'emaMomentum',
  'emaOverwriteFrequency',
  'gradientAccumulationSteps',
];

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
  readonly options: OptimizerOptions;
  /** Batches applied so far; with gradientAccumulationSteps several of them make one update. */
  readonly iterations = new Variable(new Tensor(new Int32Array(1), []), 'iterations', false);
  readonly schedule: Schedule | null;
  private readonly rate: Variable;
  private readonly slots = new Map<Variable, Variable[]>();
  private readonly averaging: Averaging | null;
  private readonly accumulation: Accumulation | null;
  private undecayed: (variable: Variable) => boolean = () => false;

  /**
   * @param own Names of the options that only this optimizer has.
   * @param learningRate The default.
   */
  protected constructor(
    readonly className: string,
    given: OptimizerOptions,
    own: readonly string[],
    learningRate = 0.001,
  ) {
    checkOptions(className, given, [...COMMON, ...own]);
    const options = { learningRate, ...given };
    this.options = options;
    checkClip(className, options);
    this.averaging = Averaging.of(className, options);
    this.accumulation = Accumulation.of(className, options);
    this.name = options.name ?? className;
    const rate = options.learningRate;
    this.schedule = typeof rate === 'function' ? rate : null;
    this.rate = new Variable(Float64Array.of(0), 'learningRate', false);
    if (!this.schedule) this.learningRate = rate as number;
    const decay = options.weightDecay;
    if (decay != null && (typeof decay !== 'number' || !(decay >= 0)))
      throw new ValueError(`${className}: weightDecay must be a number of at least 0, got ${show(decay)}.`);
  }

  /** The rate of the next step. Setting it changes running programs at once. */
  get learningRate(): number {
    if (!this.schedule) return this.rate.value().item();
    const batches = this.iterations.value().item();
    return rateAt(this.schedule, this.accumulation?.updates(batches) ?? batches);
  }

  set learningRate(rate: number) {
    if (this.schedule)
      throw new StateError(`${this.className}: the learning rate follows a schedule and cannot be set.`);
    if (typeof rate !== 'number' || !(rate >= 0))
      throw new ValueError(
        `${this.className}: learningRate must be a number of at least 0 or a schedule, got ${show(rate)}.`,
      );
    this.rate.assign(Float64Array.of(rate));
  }

  /** The counter, then the slots of every variable in the order of `build`, then sums of gradients and averages. */
  get variables(): Variable[] {
    const more = [this.accumulation, this.averaging].flatMap((part) => part?.variables ?? []);
    return [this.iterations, ...[...this.slots.values()].flat(), ...more];
  }

  /** The variables that have slots, in the order of `build`. */
  get followed(): Variable[] {
    return [...this.slots.keys()];
  }

  /** Whether a weight decay applies to the variable. */
  decays(variable: Variable): boolean {
    return !this.undecayed(variable);
  }

  /** Leaves variables without weight decay: by name (part of it) or one by one. */
  excludeFromWeightDecay({
    variables = [],
    names = [],
  }: {
    variables?: readonly Variable[];
    names?: readonly string[];
  }): void {
    this.undecayed = (v) => variables.includes(v) || names.some((name) => v.name.includes(name));
  }

  /** Makes the slots of variables that have none yet. */
  build(variables: readonly Variable[]): void {
    for (const variable of variables) {
      if (this.slots.has(variable)) continue;
      const slots = this.slotNames().map((slot) => variable.sibling(this.newSlot(variable, slot), slot));
      this.slots.set(variable, slots);
    }
    this.averaging?.build(variables);
    this.accumulation?.build(variables);
  }

  /** Inside a traced function: cuts the gradients, updates the variables, counts the batch. */
  apply(grads: readonly TensorBase[], variables: readonly Variable[]): void {
    this.build(variables);
    const { accumulation, averaging, iterations } = this;
    const done = accumulation ? accumulation.updatesAfter(iterations) : iterations;
    if (accumulation) {
      const written = variables.flatMap((v) => [v, ...(this.slots.get(v) as Variable[])]);
      const now = accumulation.updatesNow(iterations);
      accumulation.run(grads, variables, written, now, (mean) => this.updateAll(mean, variables, done));
    } else this.updateAll(grads, variables, done);
    averaging?.follow(variables, done);
    assign(iterations, add(iterations, 1));
  }

  private updateAll(grads: readonly TensorBase[], variables: readonly Variable[], done: TensorBase): void {
    const step = add(done, 1);
    const rate = this.schedule ? traceRate(this.schedule, done) : this.rate;
    const clipped = clipGradients(grads, this.options);
    variables.forEach((variable, i) => {
      const weightDecay = this.undecayed(variable) ? undefined : (this.options.weightDecay ?? undefined);
      this.update(variable, clipped[i], this.slots.get(variable) as Variable[], { rate, step, weightDecay });
    });
    // Read through a symbol of its own, which stands behind the update.
    for (const v of variables) if (v.constraint) assign(v, v.constraint(stopGradient(v)));
  }

  /** The average that useEma keeps of a variable; undefined before the first step or without useEma. */
  averageOf(variable: Variable): Tensor | undefined {
    return this.averaging?.of(variable);
  }

  /** With useEma the variables take the values of their averages, as `fit` does at its end; else nothing happens. */
  finalizeVariableValues(variables: readonly Variable[]): void {
    this.averaging?.overwrite(variables);
  }

  /** The first value of a slot. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  protected newSlot(variable: Variable, _slot: string): Tensor {
    return zeros(variable.shape, variable.dtype);
  }

  /** One optimizer's slots, in the order its update takes them. */
  protected abstract slotNames(): readonly string[];

  protected abstract update(
    variable: Variable,
    grad: TensorBase,
    slots: readonly Variable[],
    context: UpdateContext,
  ): void;

  /** The options, to make another one like it. */
  getConfig(): Record<string, unknown> {
    const rate = this.schedule
      ? { className: this.schedule.scheduleName ?? 'function', config: this.schedule.config }
      : this.learningRate;
    return { ...this.options, learningRate: rate };
  }
}

/** An option of an optimizer that must be a number in a range. */
export function checkRange(who: string, name: string, value: unknown, low: number, high: number): number {
  if (typeof value !== 'number' || !(value >= low && value <= high))
    throw new ValueError(`${who}: ${name} must be a number from ${low} to ${high}, got ${show(value)}.`);
  return value;
}
