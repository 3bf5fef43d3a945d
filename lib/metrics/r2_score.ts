import { multiply, square, subtract } from '../ops/arithmetic.js';
import { full } from '../ops/create.js';
import { checkChoice, checkInteger, checkOptions } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { Metric } from './metric.js';
import { addTo, mean, overRows, readSums, rowsOf } from './rows.js';

const AGGREGATIONS = ['uniformAverage', 'sum', 'varianceWeightedAverage'] as const;

export interface R2ScoreOptions {
  /** Over the outputs: their mean ('uniformAverage', default), sum, mean weighted by variance, or null: one each. */
  classAggregation?: (typeof AGGREGATIONS)[number] | null;
  /** Regressors of the model, for the adjusted score; default 0: not adjusted. */
  numRegressors?: number;
  name?: string;
}
const OPTIONS: readonly (keyof R2ScoreOptions)[] = ['classAggregation', 'numRegressors', 'name'];

/**
 * Share of the targets' variance that the predictions explain: 1 is perfect, 0 as good as the mean (Wright 1921). Targets
 * and predictions [..., outputs]. @throws ValueError for an unknown option or one out of its range.
 */
export class R2Score extends Metric<number | number[]> {
  private readonly aggregation: R2ScoreOptions['classAggregation'];
  private readonly regressors: number;

  constructor(options: R2ScoreOptions = {}) {
    checkOptions('r2Score', options, OPTIONS);
    super(options.name ?? 'r2Score');
    const { classAggregation = 'uniformAverage', numRegressors = 0 } = options;
    this.aggregation = classAggregation && checkChoice('r2Score', 'classAggregation', classAggregation, AGGREGATIONS);
    this.regressors = checkInteger('r2Score', 'numRegressors', numRegressors, 0);
  }

  createState(): Variable[] {
    return [];
  }

  update(state: Variable[], yTrue: TensorBase, yPred: TensorBase, sampleWeight?: TensorBase | null): void {
    const { truth, guess, weight } = rowsOf(this.name, yTrue, yPred, sampleWeight);
    const weighed = multiply(truth, weight);
    addTo(state, this.name, {
      sum: overRows(weighed),
      squares: overRows(multiply(truth, weighed)),
      errors: overRows(multiply(square(subtract(truth, guess)), weight)),
      weights: overRows(weight),
      entries: full([1], truth.size, 'float64'),
    });
  }

  compute(state: readonly Variable[]): number | number[] {
    const sums = readSums(state);
    if (!sums) return 0;
    const [sum, squares, errors, weights, [entries]] = sums;
    const variances = Array.from(sum, (s, c) => squares[c] - (s * s) / weights[c]);
    // Constant targets that are missed give −∞, which says nothing.
    const scores = variances.map((v, c) => 1 - errors[c] / v).map((r) => (Math.abs(r) === Infinity ? 0 : r));
    const adjusted = (score: number) => this.adjust(score, entries);
    if (this.aggregation === null) return scores.map(adjusted);
    const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    if (this.aggregation === 'sum') return adjusted(total(scores));
    if (this.aggregation === 'uniformAverage') return adjusted(mean(scores));
    return adjusted(total(scores.map((r, c) => r * variances[c])) / total(variances));
  }

  /** More regressors explain more by chance; with too few entries to say how much, nothing is adjusted. */
  private adjust(score: number, entries: number): number {
    const left = entries - this.regressors - 1;
    return this.regressors === 0 || left <= 0 ? score : 1 - ((1 - score) * (entries - 1)) / left;
  }
}
