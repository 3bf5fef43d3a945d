import { greater, multiply, where } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { sum } from '../ops/reduce.js';
import { expandDims, slice } from '../ops/shape.js';
import { checkInteger, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, type TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import type { Counts } from './curves.js';
import { Metric } from './metric.js';
import { addTo, ratioOf, readSums, rowsOf } from './rows.js';
import { largest } from './top.js';

export type Count = Counts[number];

/** What of the predictions counts. */
export interface Selection {
  /** Only the k largest predictions of a row can be positive. */
  topK?: number | null;
  /** Only this column counts. */
  classId?: number | null;
}

/** Those given, as a list. @throws ValueError for others than numbers from 0 to 1. */
export function thresholdsOf(
  who: string,
  given: number | readonly number[] | null | undefined,
  fallback = 0.5,
): readonly number[] {
  if (given == null) return [fallback];
  const list = [given].flat();
  const bad = (v: number) => typeof v !== 'number' || !(v >= 0 && v <= 1);
  if (list.length === 0 || list.some(bad))
    throw new ValueError(`${who}: thresholds must be numbers from 0 to 1, got ${show(given)}.`);
  return list;
}

/** Counts true and false positives and negatives at thresholds. Targets are 0 or 1, predictions from 0 to 1, of one shape. */
export abstract class Confusion<R extends number | number[]> extends Metric<R> {
  private readonly topK: number | null;
  private readonly classId: number | null;

  protected constructor(
    who: string,
    name: string,
    private readonly thresholds: readonly number[],
    { topK, classId }: Selection = {},
  ) {
    super(name);
    this.topK = topK == null ? null : checkInteger(who, 'topK', topK, 1);
    this.classId = classId == null ? null : checkInteger(who, 'classId', classId, 0);
  }

  createState(): Variable[] {
    return [];
  }

  update(state: Variable[], yTrue: TensorBase, yPred: TensorBase, sampleWeight?: TensorBase | null): void {
    const { topK, classId } = this;
    const { truth, guess: all, weight } = rowsOf(this.name, yTrue, yPred, sampleWeight);
    if (classId !== null && classId >= all.shape[1])
      throw new ShapeError(`${this.name}: classId ${classId} is not one of ${all.shape[1]} columns.`);
    const guess = topK === null ? all : where(largest(all, topK), all, -Infinity);
    const only = (x: TensorBase) => (classId === null ? x : slice(x, [null, [classId, classId + 1]]));
    const limits = new Tensor(Float64Array.from(this.thresholds), [this.thresholds.length, 1, 1]);
    const above = cast(greater(expandDims(only(guess), 0), limits), 'float64'); // [thresholds, N, C]
    const positive = multiply(cast(cast(only(truth), 'bool'), 'float64'), only(weight));
    addTo(state, this.name, {
      truePositives: sum(multiply(above, expandDims(positive, 0)), [1, 2]),
      predicted: sum(multiply(above, expandDims(only(weight), 0)), [1, 2]),
      positives: sum(positive),
      weights: sum(only(weight)),
    });
  }

  /** One entry per threshold. */
  protected counts(state: readonly Variable[]): Counts {
    const [truePositives, predicted, [positives], [weights]] = readSums(state) ?? [[], [], [0], [0]];
    return this.thresholds.map((_, i) => {
      const tp = truePositives[i] ?? 0;
      const fp = (predicted[i] ?? 0) - tp;
      return { tp, fp, fn: positives - tp, tn: weights - positives - fp };
    });
  }
}

export interface CountOptions {
  /** A prediction above it is positive; a list gives a list of results. Default 0.5. */
  thresholds?: number | readonly number[] | null;
  name?: string;
}

/** One figure per threshold: a number, or a list where a list of thresholds is given. */
export abstract class PerThreshold extends Confusion<number | number[]> {
  protected abstract figure(count: Count): number;
  protected abstract readonly several: boolean;

  compute(state: readonly Variable[]): number | number[] {
    const found = this.counts(state).map((count) => this.figure(count));
    return this.several ? found : found[0];
  }
}

/** One of the four counts, weighted. */
export class Counted extends PerThreshold {
  protected readonly several: boolean;

  /** @throws ValueError for an unknown option or one out of its range. */
  constructor(
    who: string,
    private readonly of: keyof Count,
    options: CountOptions,
  ) {
    checkOptions(who, options, ['thresholds', 'name']);
    super(who, options.name ?? who, thresholdsOf(who, options.thresholds));
    this.several = Array.isArray(options.thresholds);
  }

  protected figure(count: Count): number {
    return count[this.of];
  }
}

export const FIGURES = {
  recall: ({ tp, fn }: Count) => ratioOf(tp, tp + fn),
  sensitivity: ({ tp, fn }: Count) => ratioOf(tp, tp + fn),
  precision: ({ tp, fp }: Count) => ratioOf(tp, tp + fp),
  specificity: ({ tn, fp }: Count) => ratioOf(tn, tn + fp),
};
export type Figure = keyof typeof FIGURES;

/** Thresholds from 0 to 1, evenly spread; a single one is in the middle. */
function evenly(who: string, count: number): number[] {
  checkInteger(who, 'numThresholds', count, 1);
  return count === 1 ? [0.5] : Array.from({ length: count }, (_, i) => i / (count - 1));
}

export type PointOptions<K extends Figure> = Readonly<Record<K, number>> &
  Pick<Selection, 'classId'> & {
    /** Evenly spread over 0 … 1; default 200. */
    numThresholds?: number;
    name?: string;
  };

/** The best of one figure among the thresholds at which the other is at least the option of its name; 0 where it never is. */
export class BestAt<K extends Figure> extends Confusion<number> {
  private readonly limit: number;

  /** @throws ValueError for an unknown option or one out of its range. */
  constructor(
    who: string,
    private readonly best: Figure,
    private readonly at: K,
    options: PointOptions<K>,
  ) {
    checkOptions(who, options, [at, 'numThresholds', 'classId', 'name']);
    const { numThresholds = 200, classId, name = who } = options;
    const limit: unknown = options[at];
    if (typeof limit !== 'number' || !(limit >= 0 && limit <= 1))
      throw new ValueError(`${who}: ${at} must be a number from 0 to 1, got ${show(limit)}.`);
    super(who, name, evenly(who, numThresholds), { classId });
    this.limit = limit;
  }

  compute(state: readonly Variable[]): number {
    const reached = this.counts(state).filter((count) => FIGURES[this.at](count) >= this.limit);
    return Math.max(0, ...reached.map(FIGURES[this.best]));
  }
}
