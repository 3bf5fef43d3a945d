import { greater, multiply, where } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { sum } from '../ops/reduce.js';
import { expandDims, slice } from '../ops/shape.js';
import { checkInteger, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, type TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { Metric } from './metric.js';
import { addTo, ratioOf, readSums, rowsOf } from './rows.js';
import { largest } from './top.js';

export interface PrecisionOptions {
  /** A prediction above it is positive; a list gives a list of results. Default 0.5, with topK none. */
  thresholds?: number | readonly number[] | null;
  /** Only the k largest predictions of a row can be positive. */
  topK?: number | null;
  /** Only this column counts. */
  classId?: number | null;
  name?: string;
}
const OPTIONS: readonly (keyof PrecisionOptions)[] = ['thresholds', 'topK', 'classId', 'name'];

/** True positives over what one counts: the predicted or the real positives. */
abstract class Hits extends Metric<number | number[]> {
  private readonly thresholds: readonly number[];

  constructor(
    who: string,
    private readonly options: PrecisionOptions,
  ) {
    checkOptions(who, options, OPTIONS);
    super(options.name ?? who);
    const { topK, classId } = options;
    if (topK != null) checkInteger(who, 'topK', topK, 1);
    if (classId != null) checkInteger(who, 'classId', classId, 0);
    this.thresholds = [options.thresholds ?? (topK == null ? 0.5 : -Infinity)].flat();
    const bad = (v: number) => typeof v !== 'number' || !(v >= 0 && v <= 1);
    if (options.thresholds != null && (this.thresholds.length === 0 || this.thresholds.some(bad)))
      throw new ValueError(`${who}: thresholds must be numbers from 0 to 1, got ${show(options.thresholds)}.`);
  }

  createState(): Variable[] {
    return [];
  }

  update(state: Variable[], yTrue: TensorBase, yPred: TensorBase, sampleWeight?: TensorBase | null): void {
    const { topK, classId } = this.options;
    const rows = rowsOf(this.name, yTrue, yPred, sampleWeight);
    const columns = rows.guess.shape[1];
    if (classId != null && classId >= columns)
      throw new ShapeError(`${this.name}: classId ${classId} is not one of ${columns} columns.`);
    const guess = topK == null ? rows.guess : where(largest(rows.guess, topK), rows.guess, -Infinity);
    const only = (x: TensorBase) => (classId == null ? x : slice(x, [null, [classId, classId + 1]]));
    const limits = new Tensor(Float64Array.from(this.thresholds), [this.thresholds.length, 1, 1]);
    const above = cast(greater(expandDims(only(guess), 0), limits), 'float64'); // [thresholds, N, C]
    const truth = cast(cast(only(rows.truth), 'bool'), 'float64');
    const positive = multiply(truth, only(rows.weight));
    addTo(state, this.name, {
      truePositives: sum(multiply(above, expandDims(positive, 0)), [1, 2]),
      counted: this.counted(multiply(above, expandDims(only(rows.weight), 0)), positive),
    });
  }

  /** [thresholds], or one number for all. */
  protected abstract counted(predicted: TensorBase, positive: TensorBase): TensorBase;

  compute(state: readonly Variable[]): number | number[] {
    const sums = readSums(state);
    const found = this.thresholds.map((_, i) => (sums ? ratioOf(sums[0][i], sums[1][i % sums[1].length]) : 0));
    return Array.isArray(this.options.thresholds) ? found : found[0];
  }
}

/**
 * How many of the predicted positives are real. Targets 0 or 1, predictions of their shape.
 * @throws ValueError for an unknown option or one out of its range.
 */
export class Precision extends Hits {
  constructor(options: PrecisionOptions = {}) {
    super('precision', options);
  }

  protected counted(predicted: TensorBase): TensorBase {
    return sum(predicted, [1, 2]);
  }
}

/**
 * How many of the real positives are predicted. Targets 0 or 1, predictions of their shape.
 * @throws ValueError for an unknown option or one out of its range.
 */
export class Recall extends Hits {
  constructor(options: PrecisionOptions = {}) {
    super('recall', options);
  }

  protected counted(_predicted: TensorBase, positive: TensorBase): TensorBase {
    return sum(positive, undefined, false).reshape([1]);
  }
}
