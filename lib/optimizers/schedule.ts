import {
  add,
  ceil,
  cos,
  divide,
  floor,
  less,
  lessEqual,
  log,
  maximum,
  minimum,
  multiply,
  power,
  subtract,
  where,
} from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { checkOptions, show, ValueError } from '../program/errors.js';
import { TensorBase, Tensor } from '../program/tensor.js';

// Learning rates that change with the number of steps. A schedule is ops on the (float64) step, so that it runs inside
// the native train program.

/** Learning rate by the number of steps done so far, a float64 scalar. */
export interface Schedule {
  (step: TensorBase): TensorBase | number;
  readonly scheduleName?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

const HALF_TURN = Math.PI;

/** Checks options, fills defaults in, and names the schedule. A default of undefined means: must be given. */
function schedule<O extends object>(
  scheduleName: string,
  defaults: { [K in keyof O]: O[K] | undefined },
  formula: (options: O) => (step: TensorBase) => TensorBase,
) {
  return (options: Partial<O>): Schedule => {
    checkOptions(scheduleName, options ?? {}, Object.keys(defaults));
    const all = { ...defaults, ...options } as O;
    for (const [name, value] of Object.entries(all)) {
      const fine = Array.isArray(value)
        ? value.every(Number.isFinite)
        : typeof value === 'boolean' || value === null || Number.isFinite(value);
      if (!fine) throw new ValueError(`${scheduleName}: ${name} must be a number, got ${show(value)}.`);
    }
    return Object.assign(formula(all), { scheduleName, config: { ...all } as Record<string, unknown> });
  };
}

export interface Decay {
  initialLearningRate: number;
  decaySteps: number;
}

/** initial · rate^(step / decaySteps), in steps if `staircase`. */
export const exponentialDecay = schedule<Decay & { decayRate: number; staircase: boolean }>(
  'exponentialDecay',
  { initialLearningRate: undefined, decaySteps: undefined, decayRate: undefined, staircase: false },
  ({ initialLearningRate, decaySteps, decayRate, staircase }) =>
    (step) => {
      const part = divide(step, decaySteps);
      return multiply(
        initialLearningRate,
        power(new Tensor(Float64Array.of(decayRate), []), staircase ? floor(part) : part),
      );
    },
);

/** values[i] up to and including step boundaries[i], the last value after them. */
export const piecewiseConstantDecay = schedule<{ boundaries: readonly number[]; values: readonly number[] }>(
  'piecewiseConstantDecay',
  { boundaries: undefined, values: undefined },
  ({ boundaries, values }) => {
    if (!Array.isArray(boundaries) || !Array.isArray(values) || values.length !== boundaries.length + 1) {
      throw new ValueError('piecewiseConstantDecay: expected one more of values than of boundaries.');
    }
    return (step) => {
      const constant = (v: number) => multiply(step, 0).add(v);
      return boundaries.reduceRight(
        (later, bound, i) => where(lessEqual(step, bound), constant(values[i]), later),
        constant(values[values.length - 1]),
      );
    };
  },
);

/** initial / (1 + rate · step / decaySteps) */
export const inverseTimeDecay = schedule<Decay & { decayRate: number; staircase: boolean }>(
  'inverseTimeDecay',
  { initialLearningRate: undefined, decaySteps: undefined, decayRate: undefined, staircase: false },
  ({ initialLearningRate, decaySteps, decayRate, staircase }) =>
    (step) => {
      const part = divide(step, decaySteps);
      return divide(initialLearningRate, add(1, multiply(decayRate, staircase ? floor(part) : part)));
    },
);

/** From initial to end along a power; `cycle` starts again with a longer stretch. */
export const polynomialDecay = schedule<Decay & { endLearningRate: number; power: number; cycle: boolean }>(
  'polynomialDecay',
  { initialLearningRate: undefined, decaySteps: undefined, endLearningRate: 0.0001, power: 1, cycle: false },
  ({ initialLearningRate, decaySteps, endLearningRate, power: exponent, cycle }) =>
    (step) => {
      const stretch = cycle ? multiply(decaySteps, maximum(ceil(divide(step, decaySteps)), 1)) : decaySteps;
      const part = divide(cycle ? step : minimum(step, decaySteps), stretch);
      return add(multiply(initialLearningRate - endLearningRate, power(subtract(1, part), exponent)), endLearningRate);
    },
);

/** Half a cosine from initial (or the warm-up's target) to alpha times it. */
export const cosineDecay = schedule<Decay & { alpha: number; warmupTarget: number | null; warmupSteps: number }>(
  'cosineDecay',
  { initialLearningRate: undefined, decaySteps: undefined, alpha: 0, warmupTarget: null, warmupSteps: 0 },
  ({ initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps }) =>
    (step) => {
      const top = warmupTarget ?? initialLearningRate;
      const after = warmupTarget === null ? step : subtract(step, warmupSteps);
      const wave = multiply(0.5, add(1, cos(multiply(HALF_TURN, divide(minimum(after, decaySteps), decaySteps)))));
      const decayed = multiply(top, add(multiply(1 - alpha, wave), alpha));
      if (warmupTarget === null || warmupSteps === 0) return decayed;
      const warming = add(multiply(divide(step, warmupSteps), warmupTarget - initialLearningRate), initialLearningRate);
      return where(less(step, warmupSteps), warming, decayed);
    },
);

/** Cosines one after the other, each tMul times as long and mMul times as high as the one before. */
export const cosineDecayRestarts = schedule<{
  initialLearningRate: number;
  firstDecaySteps: number;
  tMul: number;
  mMul: number;
  alpha: number;
}>(
  'cosineDecayRestarts',
  { initialLearningRate: undefined, firstDecaySteps: undefined, tMul: 2, mMul: 1, alpha: 0 },
  ({ initialLearningRate, firstDecaySteps, tMul, mMul, alpha }) =>
    (step) => {
      const done = divide(step, firstDecaySteps);
      let round: TensorBase;
      let part: TensorBase;
      if (tMul === 1) {
        round = floor(done);
        part = subtract(done, round);
      } else {
        const base = new Tensor(Float64Array.of(tMul), []);
        // At a restart the logarithm may fall short of the whole number by its rounding.
        round = floor(add(divide(log(subtract(1, multiply(done, 1 - tMul))), Math.log(tMul)), 1e-12));
        const length = power(base, round);
        part = divide(subtract(done, divide(subtract(1, length), 1 - tMul)), length);
      }
      const height = power(new Tensor(Float64Array.of(mMul), []), round);
      const wave = multiply(multiply(0.5, height), add(1, cos(multiply(HALF_TURN, part))));
      return multiply(initialLearningRate, add(multiply(1 - alpha, wave), alpha));
    },
);

/** The learning rate of a schedule at a step, as a number. */
export function rateAt(schedule: Schedule, step: number): number {
  const rate = schedule(new Tensor(Float64Array.of(step), []));
  return typeof rate === 'number' ? rate : (rate as Tensor).item();
}

/** The learning rate as a float64 scalar of the program being traced. */
export function traceRate(schedule: Schedule, iterations: TensorBase): TensorBase {
  const rate = schedule(cast(iterations, 'float64'));
  if (rate instanceof TensorBase) {
    if (rate.size !== 1)
      throw new ValueError(`learning rate schedule: expected a scalar, got shape [${rate.shape.join(', ')}].`);
    return cast(rate, 'float64');
  }
  if (typeof rate !== 'number')
    throw new ValueError(`learning rate schedule: expected a tensor or a number, got ${show(rate)}.`);
  return new Tensor(Float64Array.of(rate), []);
}
