import { compile } from '../ops/grad.js';
import { add, multiply } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { full } from '../ops/create.js';
import { sum } from '../ops/reduce.js';
import { assign } from '../ops/update.js';
import { overSamples } from '../losses/reduce.js';
import { StateError, ValueError, show } from '../program/errors.js';
import { SymbolicTensor } from '../program/graph.js';
import { Tensor, TensorBase, type TensorLike } from '../program/tensor.js';
import { Variable } from '../program/variable.js';

/** One value per sample, per step, or for the whole batch. */
export type MetricFunction = (yTrue: TensorBase, yPred: TensorBase) => TensorBase;

/**
 * A figure that is gathered over batches. `update` is traced into the program of a training or evaluation step and adds
 * to the variables; `result` is computed from them when somebody asks.
 */
export abstract class Metric<R extends number | number[] = number> {
  /** The factory and the options that it comes from, for saving; a metric of one's own has none. */
  made?: { readonly metricName: string; readonly options: object };
  private state?: Variable[];
  private step?: (...values: TensorLike[]) => Tensor;

  protected constructor(readonly name: string) {}

  /** Fresh variables, all zero; none where `update` makes them, since only it knows their shapes. */
  abstract createState(): Variable[];

  /** Inside a traced function: adds a batch. */
  abstract update(state: Variable[], yTrue: TensorBase, yPred: TensorBase, sampleWeight?: TensorBase | null): void;

  abstract compute(state: readonly Variable[]): R;

  /** One number for a log: of several figures the mean. */
  logged(state: readonly Variable[]): number {
    const found: number | number[] = this.compute(state);
    if (typeof found === 'number') return found;
    return found.reduce((a, b) => a + b, 0) / Math.max(found.length, 1);
  }

  /** Adds a batch of values, for use without a model. */
  updateState(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike | null): void {
    const state = (this.state ??= this.createState());
    this.step ??= compile((t: TensorBase, p: TensorBase, w?: TensorBase) => {
      this.update(state, t, p, w);
      return full([], 0);
    }) as (...values: TensorLike[]) => Tensor;
    if (sampleWeight == null) this.step(yTrue, yPred);
    else this.step(yTrue, yPred, sampleWeight);
  }

  /** Of everything added since the last reset. */
  result(): R {
    if (!this.state) throw new StateError(`${this.name}: result before the first updateState.`);
    return this.compute(this.state);
  }

  resetState(): void {
    if (this.state) reset(this.state);
  }
}

export function reset(state: readonly Variable[]): void {
  for (const v of state) v.assign(full(v.shape, 0, v.dtype));
}

export const counter = (name: string): Variable => new Variable(new Tensor(new Float64Array(1), []), name, false);

/** Inside a traced function: total += value, count += weight. */
export function accumulate([total, count]: readonly Variable[], value: TensorBase, weight: TensorBase | number): void {
  assign(total, add(total, cast(value, 'float64')));
  assign(count, add(count, typeof weight === 'number' ? weight : cast(weight, 'float64')));
}

export function ratio([total, count]: readonly Variable[]): number {
  const n = count.value().item();
  return n === 0 ? 0 : total.value().item() / n;
}

/** The mean over samples of a function of targets and predictions, weighted if weights are given. */
export class MeanMetric extends Metric {
  /** @param last Applied to the mean (a root, say). */
  constructor(
    name: string,
    private readonly fn: MetricFunction,
    private readonly last: (mean: number) => number = (mean) => mean,
  ) {
    super(name);
  }

  createState(): Variable[] {
    return [counter(`${this.name}/total`), counter(`${this.name}/count`)];
  }

  update(state: readonly Variable[], yTrue: TensorBase, yPred: TensorBase, sampleWeight?: TensorBase | null): void {
    const found: unknown = this.fn(yTrue, yPred);
    if (!(found instanceof TensorBase))
      throw new ValueError(`metric '${this.name}': expected a tensor, got ${show(found)}.`);
    const values = cast(found, 'float64');
    // Each sample counts once, however many steps it has; a figure for the whole batch counts for all its samples.
    const samples = values.rank > 0 ? values.shape[0] : yPred.shape[0];
    const share = values.size === 0 ? 0 : samples / values.size;
    const mask = yPred instanceof SymbolicTensor ? yPred.mask : null;
    // A figure for the whole batch has no samples to weigh, one per sample no steps to hide.
    const givens = [values.rank > 0 ? sampleWeight : null, mask && mask.rank <= values.rank ? mask : null];
    let weight: TensorBase | null = null;
    for (const given of givens) {
      if (!given) continue;
      const one = overSamples(`metric '${this.name}'`, cast(given, 'float64'), values);
      weight = weight ? multiply(weight, one) : one;
    }
    if (!weight) {
      accumulate(state, multiply(sum(values), share), samples);
      return;
    }
    const all = multiply(weight, full(values.shape, 1, 'float64'));
    accumulate(state, multiply(sum(multiply(values, weight)), share), multiply(sum(all), share));
  }

  compute(state: readonly Variable[]): number {
    return this.last(ratio(state));
  }
}
