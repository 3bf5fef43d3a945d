import { abs, greater, greaterEqual, logicalAnd, multiply, subtract } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { max } from '../ops/reduce.js';
import { checkChoice, checkOptions, show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { Metric } from './metric.js';
import { addTo, mean, overRows, readSums, rowsOf } from './rows.js';

const AVERAGES = ['micro', 'macro', 'weighted'] as const;

export interface F1ScoreOptions {
  /** Over the classes: null (default) gives one figure each, 'micro' one of all counts together, 'macro' the mean,
   * 'weighted' the mean weighted by how often a class is real. */
  average?: (typeof AVERAGES)[number] | null;
  /** A prediction above it is positive; null (default): the largest of its row. */
  threshold?: number | null;
  name?: string;
}
export interface FBetaScoreOptions extends F1ScoreOptions {
  /** How much more recall counts than precision; default 1. */
  beta?: number;
}
const OPTIONS: readonly (keyof FBetaScoreOptions)[] = ['average', 'threshold', 'name'];
const EPSILON = 1e-7;
// The largest prediction of a row must be this far from 0 to count as one.
const NEAR_ZERO = 1e-9;

/**
 * Harmonic mean of precision and recall, recall counting beta² times (van Rijsbergen 1979). Targets and predictions
 * [..., classes]. @throws ValueError for an unknown option or one out of its range.
 */
export class FBetaScore extends Metric<number | number[]> {
  private readonly average: F1ScoreOptions['average'];
  private readonly beta: number;
  private readonly threshold: number | null;

  constructor(options: FBetaScoreOptions = {}, who = 'fBetaScore') {
    checkOptions(who, options, who === 'fBetaScore' ? [...OPTIONS, 'beta'] : OPTIONS);
    super(options.name ?? who);
    const { average = null, beta = 1, threshold = null } = options;
    this.average = average === null ? null : checkChoice(who, 'average', average, AVERAGES);
    if (typeof beta !== 'number' || !(beta > 0))
      throw new ValueError(`${who}: beta must be a positive number, got ${show(beta)}.`);
    if (threshold !== null && (typeof threshold !== 'number' || !(threshold > 0 && threshold <= 1)))
      throw new ValueError(`${who}: threshold must be null or a number above 0 and at most 1, got ${show(threshold)}.`);
    this.beta = beta;
    this.threshold = threshold;
  }

  createState(): Variable[] {
    return [];
  }

  update(state: Variable[], yTrue: TensorBase, yPred: TensorBase, sampleWeight?: TensorBase | null): void {
    const { truth, guess, weight } = rowsOf(this.name, yTrue, yPred, sampleWeight);
    const chosen =
      this.threshold === null
        ? logicalAnd(greaterEqual(guess, max(guess, 1, true)), greater(abs(guess), NEAR_ZERO))
        : greater(guess, this.threshold);
    const hit = cast(chosen, 'float64');
    const weighed = (x: TensorBase) => overRows(multiply(x, weight));
    addTo(state, this.name, {
      truePositives: weighed(multiply(hit, truth)),
      falsePositives: weighed(multiply(hit, subtract(1, truth))),
      falseNegatives: weighed(multiply(subtract(1, hit), truth)),
      positives: weighed(truth),
    });
  }

  compute(state: readonly Variable[]): number | number[] {
    const sums = readSums(state);
    if (!sums) return 0;
    const all = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
    if (this.average === 'micro') return this.score(all(sums[0]), all(sums[1]), all(sums[2]));
    const scores = Array.from(sums[0], (tp, c) => this.score(tp, sums[1][c], sums[2][c]));
    if (this.average === null) return scores;
    if (this.average === 'macro') return mean(scores);
    const total = all(sums[3]) + EPSILON;
    return scores.reduce((s, score, c) => s + (score * sums[3][c]) / total, 0);
  }

  private score(tp: number, fp: number, fn: number): number {
    const [precision, recall] = [tp / (tp + fp + EPSILON), tp / (tp + fn + EPSILON)];
    const favour = this.beta ** 2;
    return (precision * recall * (1 + favour)) / (favour * precision + recall + EPSILON);
  }
}

/** FBetaScore with precision and recall counting alike. */
export class F1Score extends FBetaScore {
  constructor(options: F1ScoreOptions = {}) {
    super(options, 'f1Score');
  }
}
