import * as losses from '../losses/index.js';
import * as metrics from '../metrics/index.js';
import { accumulate, counter, ratio, reset, type Metric } from '../metrics/metric.js';
import { add, multiply } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { full } from '../ops/create.js';
import { sum } from '../ops/reduce.js';
import * as optimizers from '../optimizers/index.js';
import { checkChoice, checkOptions, show, ShapeError, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { PRECISIONS, showShape, type Precision } from '../program/types.js';
import type { Variable } from '../program/variable.js';
import type { Slot } from './slots.js';

/** A name, a loss, its factory, or a function of targets and predictions. */
export type LossLike = string | losses.LossFunction | { readonly lossName: string };
/** A name, a metric, its factory, a loss or its factory, or a function of targets and predictions. */
export type MetricLike =
  string | Metric<any> | metrics.MetricFunction | { readonly metricName: string } | { readonly lossName: string };

/** One value for all outputs, or one per output as a list or by name. */
export type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>;

export interface CompileOptions {
  /** A name or an optimizer; default rmsprop, as in Keras. */
  optimizer?: string | optimizers.Optimizer;
  loss?: PerOutput<LossLike | null>;
  /** What each output's loss is multiplied with. */
  lossWeights?: PerOutput<number>;
  metrics?:
    | readonly MetricLike[]
    | readonly (readonly MetricLike[])[]
    | Readonly<Record<string, MetricLike | readonly MetricLike[]>>;
  /** Like metrics, but sample weights count. */
  weightedMetrics?: CompileOptions['metrics'];
  /**
   * How the matrix products of fit, evaluate, predict and streams take their float32 operands, forward and back: rounded to 'tf32' or
   * 'bf16' (to the nearest, ties to even; a GPU's library may break ties otherwise), which a GPU multiplies faster. Sums, weights,
   * the optimizer and all else stay float32. Needs a GPU, and weights that are float32: without them the first run is an error.
   * Default 'float32'.
   */
  precision?: Precision;
}
const OPTIONS: readonly (keyof CompileOptions)[] = [
  'optimizer',
  'loss',
  'lossWeights',
  'metrics',
  'weightedMetrics',
  'precision',
];

interface TrackedMetric {
  readonly key: string;
  readonly metric: Metric<any>;
  readonly weighted: boolean;
}

interface OutputPlan {
  readonly loss: losses.LossFunction | null;
  readonly weight: number;
  readonly metrics: readonly TrackedMetric[];
}

/** The variables in which one kind of run (training, evaluation) gathers its figures. */
export interface RunState {
  readonly loss: Variable[];
  readonly outputLosses: Variable[][];
  readonly metrics: Variable[][];
}

export type Logs = Record<string, number>;

/** What `compile` was told, resolved for the outputs of a model. */
export class Compiled {
  readonly optimizer: optimizers.Optimizer;
  readonly precision: Precision;
  readonly training: RunState;
  readonly evaluation: RunState;
  private readonly plans: readonly OutputPlan[];
  private readonly keys: string[];

  constructor(
    readonly options: CompileOptions,
    private readonly outputs: readonly Slot[],
  ) {
    checkOptions('compile', options, OPTIONS);
    this.optimizer = optimizers.get(options.optimizer ?? 'rmsprop');
    this.precision = checkChoice('compile', 'precision', options.precision ?? 'float32', PRECISIONS);
    const lossOf = perOutput<LossLike | null>('loss', options.loss ?? null, outputs, null);
    const weights = perOutput('lossWeights', options.lossWeights ?? 1, outputs, 1);
    const plain = metricsOf('metrics', options.metrics, outputs);
    const weighted = metricsOf('weightedMetrics', options.weightedMetrics, outputs);
    const several = outputs.length > 1;
    this.keys = ['loss', ...(several ? outputs.filter((_, i) => lossOf[i] !== null).map((o) => `${o.name}_loss`) : [])];
    this.plans = outputs.map((output, i) => {
      const own = [
        ...plain[i].map((m) => ({ m, weighted: false })),
        ...weighted[i].map((m) => ({ m, weighted: true })),
      ];
      if (typeof weights[i] !== 'number' || Number.isNaN(weights[i]))
        throw new ValueError(`compile: lossWeights must be numbers, got ${show(weights[i])}.`);
      return {
        loss: lossOf[i] === null ? null : resolveLoss(lossOf[i]),
        weight: weights[i],
        metrics: own.map((entry) => {
          const metric = metrics.get(entry.m as string);
          return {
            metric,
            weighted: entry.weighted,
            key: this.newKey(several ? `${output.name}_${metric.name}` : metric.name),
          };
        }),
      };
    });
    [this.training, this.evaluation] = [this.newState(), this.newState()];
  }

  /** Names of the figures, in the order in which evaluate returns them. */
  get names(): readonly string[] {
    return this.keys;
  }

  private newKey(name: string): string {
    let key = name;
    for (let n = 1; this.keys.includes(key); n++) key = `${name}_${n}`;
    this.keys.push(key);
    return key;
  }

  /** Where a run of its own gathers its figures. */
  newState(): RunState {
    const mean = (name: string) => [counter(`${name}/total`), counter(`${name}/count`)];
    return {
      loss: mean('loss'),
      outputLosses: this.plans.length > 1 ? this.plans.filter((p) => p.loss).map(() => mean('loss')) : [],
      metrics: this.plans.flatMap((p) => p.metrics.map((m) => m.metric.createState())),
    };
  }

  /**
   * Inside a traced function: the number to minimise; and what was seen is added to the state.
   *
   * @param added Losses that layers brought along.
   * @param share How much each sample counts in the means of the run, where its steps come in parts of several lengths.
   */
  trace(
    state: RunState,
    targets: readonly TensorBase[],
    predictions: readonly TensorBase[],
    weights: readonly (TensorBase | null)[],
    added: readonly TensorBase[],
    share = 1,
  ): TensorBase {
    const batch = predictions[0].shape[0] ?? 1;
    const count = batch * share;
    const parts: TensorBase[] = [];
    let tracked = 0;
    this.plans.forEach(({ loss, weight }, i) => {
      if (!loss) return;
      const value = losses.reduceLoss(loss, targets[i], predictions[i], { sampleWeight: weights[i] });
      if (value.size !== 1)
        throw new ShapeError(
          `loss of '${this.outputs[i].name}': expected one number, got shape ${showShape(value.shape)}.`,
        );
      if (this.plans.length > 1)
        accumulate(state.outputLosses[tracked++], multiply(cast(value, 'float64'), count), count);
      parts.push(weight === 1 ? value : multiply(value, weight));
    });
    if (parts.length + added.length === 0)
      throw new ValueError('compile: there is no loss to minimise; give compile a loss.');
    const scalars = [...parts, ...added].map((p) => (p.rank === 0 ? p : sum(p)));
    const total = scalars.reduce((a, b) => add(a, cast(b, a.dtype)));
    accumulate(state.loss, multiply(cast(total, 'float64'), count), count);
    let next = 0;
    this.plans.forEach((plan, i) => {
      for (const { metric, weighted } of plan.metrics) {
        const weight = weighted ? weights[i] : null;
        // A mean counts samples; the other metrics count what they see.
        const partial = share !== 1 && metric instanceof metrics.MeanMetric;
        const own = partial ? multiply(weight ?? full([batch], 1, 'float64'), share) : weight;
        metric.update(state.metrics[next++], targets[i], predictions[i], own);
      }
    });
    return total;
  }

  /** The figures gathered since the last reset, by name. */
  logs(state: RunState): Logs {
    const tracked = this.plans.flatMap((p) => p.metrics);
    const values = [ratio(state.loss), ...state.outputLosses.map(ratio)];
    const logs: Logs = {};
    values.forEach((v, i) => (logs[this.keys[i]] = v));
    tracked.forEach(({ key, metric }, i) => (logs[key] = metric.logged(state.metrics[i])));
    return logs;
  }

  reset(state: RunState): void {
    reset([...state.loss, ...state.outputLosses.flat(), ...state.metrics.flat()]);
  }
}

function resolveLoss(given: LossLike): losses.LossFunction {
  const loss = losses.get(given);
  if ((loss as Partial<losses.Loss>).reduction === 'none')
    throw new ValueError("compile: a loss with reduction 'none' gives no single number to minimise.");
  return loss;
}

function isDictionary(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function perOutput<T>(what: string, given: PerOutput<T>, outputs: readonly Slot[], absent: T): T[] {
  if (isDictionary(given)) {
    checkOptions(
      `compile: ${what}`,
      given,
      outputs.map((o) => o.name),
    );
    return outputs.map((o) =>
      (given as Record<string, T>)[o.name] === undefined ? absent : (given as Record<string, T>)[o.name],
    );
  }
  if (!Array.isArray(given)) return outputs.map(() => given as T);
  if (given.length !== outputs.length)
    throw new ValueError(`compile: ${what} has ${given.length} entries for ${outputs.length} outputs.`);
  return [...given];
}

/** One list per output. A flat list belongs to the only output, or has one entry (or list) per output. */
function metricsOf(what: string, given: CompileOptions['metrics'], outputs: readonly Slot[]): MetricLike[][] {
  if (given === undefined || given === null) return outputs.map(() => []);
  const list = (value: unknown) =>
    (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]) as MetricLike[];
  if (isDictionary(given)) {
    checkOptions(
      `compile: ${what}`,
      given,
      outputs.map((o) => o.name),
    );
    return outputs.map((o) => list((given as Record<string, unknown>)[o.name]));
  }
  if (!Array.isArray(given))
    throw new ValueError(`compile: ${what} must be a list or a dictionary by output, got ${show(given)}.`);
  if (outputs.length === 1) return [given.flat() as MetricLike[]];
  if (given.length === 0) return outputs.map(() => []);
  if (given.length !== outputs.length)
    throw new ValueError(
      `compile: ${what} has ${given.length} entries for ${outputs.length} outputs; give a list per output or a dictionary.`,
    );
  return given.map(list);
}
