import { greater, multiply, sigmoid } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { sum } from '../ops/reduce.js';
import { expandDims } from '../ops/shape.js';
import { checkChoice, checkInteger, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, type TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { area, CURVES, SUMMATIONS, type Counts, type Curve, type Summation } from './curves.js';
import { Metric } from './metric.js';
import { addTo, mean, overRows, ratioOf, readSums, rowsOf } from './rows.js';

export interface AUCOptions {
  /** Points of the curve, evenly spread over 0 … 1; default 200. */
  numThresholds?: number;
  /** Points of one's own between 0 and 1, instead of numThresholds. */
  thresholds?: readonly number[] | null;
  /** 'ROC' (default): recall over false positive rate; 'PR': precision over recall. */
  curve?: Curve;
  /** Between two points the mean ('interpolation', default), the lower ('minoring') or the higher ('majoring'). */
  summationMethod?: Summation;
  /** The mean of one area per column instead of one for all entries; default false. */
  multiLabel?: boolean;
  /** Columns, with multiLabel; default: those of the first predictions. */
  numLabels?: number | null;
  /** Weight of each column's area, with multiLabel. */
  labelWeights?: readonly number[] | null;
  /** The predictions are not probabilities yet; default false. */
  fromLogits?: boolean;
  name?: string;
}
const OPTIONS: readonly (keyof AUCOptions)[] = [
  'numThresholds',
  'thresholds',
  'curve',
  'summationMethod',
  'multiLabel',
  'numLabels',
  'labelWeights',
  'fromLogits',
  'name',
];
// Just outside 0 … 1, so that the first point counts everything as positive and the last nothing.
const MARGIN = 1e-7;

function thresholdsOf({ numThresholds = 200, thresholds }: AUCOptions): Float64Array {
  const bad = (v: number) => typeof v !== 'number' || !(v >= 0 && v <= 1);
  if (thresholds?.some(bad))
    throw new ValueError(`auc: thresholds must be numbers from 0 to 1, got ${show(thresholds)}.`);
  const inner = thresholds
    ? [...thresholds].sort((a, b) => a - b)
    : Array.from(
        { length: checkInteger('auc', 'numThresholds', numThresholds, 2) - 2 },
        (_, i) => (i + 1) / (numThresholds - 1),
      );
  return Float64Array.of(-MARGIN, ...inner, 1 + MARGIN);
}

/**
 * Area under the ROC or the precision-recall curve (Davis & Goadrich 2006 for its interpolation). Targets are 0 or 1,
 * predictions from 0 to 1, of one shape. @throws ValueError for an unknown option or one out of its range.
 */
export class AUC extends Metric {
  private readonly thresholds: Float64Array;
  private readonly curve: Curve;
  private readonly summation: Summation;

  constructor(private readonly options: AUCOptions = {}) {
    checkOptions('auc', options, OPTIONS);
    super(options.name ?? 'auc');
    this.thresholds = thresholdsOf(options);
    this.curve = checkChoice('auc', 'curve', options.curve ?? 'ROC', CURVES);
    this.summation = checkChoice('auc', 'summationMethod', options.summationMethod ?? 'interpolation', SUMMATIONS);
    for (const name of ['labelWeights', 'numLabels'] as const) {
      if (options[name] != null && !options.multiLabel)
        throw new ValueError(`auc: ${name} says nothing without multiLabel: true.`);
    }
    if (options.numLabels != null) checkInteger('auc', 'numLabels', options.numLabels, 1);
  }

  createState(): Variable[] {
    return [];
  }

  update(state: Variable[], yTrue: TensorBase, yPred: TensorBase, sampleWeight?: TensorBase | null): void {
    const { multiLabel, fromLogits, labelWeights, numLabels } = this.options;
    const columns = multiLabel ? undefined : 1;
    const rows = rowsOf(this.name, yTrue, fromLogits ? sigmoid(yPred) : yPred, sampleWeight, columns);
    if (numLabels != null && numLabels !== rows.guess.shape[1])
      throw new ShapeError(`auc: expected ${numLabels} columns (numLabels), got ${rows.guess.shape[1]}.`);
    if (labelWeights && labelWeights.length !== rows.guess.shape[1])
      throw new ValueError(`auc: ${labelWeights.length} labelWeights for ${rows.guess.shape[1]} columns.`);
    const positive = multiply(rows.truth, rows.weight);
    const limits = new Tensor(this.thresholds, [this.thresholds.length, 1, 1]);
    const above = cast(greater(expandDims(rows.guess, 0), limits), 'float64'); // [thresholds, N, C]
    addTo(state, this.name, {
      truePositives: sum(multiply(above, expandDims(positive, 0)), 1),
      predicted: sum(multiply(above, expandDims(rows.weight, 0)), 1),
      positives: overRows(positive),
      weights: overRows(rows.weight),
    });
  }

  compute(state: readonly Variable[]): number {
    const sums = readSums(state);
    if (!sums) return 0;
    const [truePositives, predicted, positives, weights] = sums;
    const columns = positives.length;
    const areas = Array.from(positives, (all, c) => {
      const counts: Counts = Array.from(this.thresholds, (_, i) => {
        const tp = truePositives[i * columns + c];
        const fp = predicted[i * columns + c] - tp;
        return { tp, fp, fn: all - tp, tn: weights[c] - all - fp };
      });
      return area(counts, this.curve, this.summation);
    });
    const shares = this.options.labelWeights;
    if (!shares) return mean(areas);
    return ratioOf(mean(areas.map((a, c) => a * shares[c])), mean(shares));
  }
}
