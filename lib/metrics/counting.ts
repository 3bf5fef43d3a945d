import { AUC } from './auc.js';
import { BestAt, Counted, type CountOptions, type Figure, type PointOptions } from './confusion.js';
import { F1Score, FBetaScore } from './f_score.js';
import type { Metric } from './metric.js';
import { Precision, Recall } from './precision.js';
import { R2Score } from './r2_score.js';

// The metrics that are more than a mean over samples: they count, and divide only when asked.

/** A factory that metrics remember, with their options. */
const remembered = <A extends [options?: object], M extends Metric<any>>(
  metricName: string,
  make: (...args: A) => M,
) => {
  const create = (...args: A): M => Object.assign(make(...args), { made: { metricName, options: args[0] ?? {} } });
  return Object.assign(create, { metricName });
};

/** The factory of a class of metrics. */
const factory = <O extends object, M extends Metric<any>>(metricName: string, Class: new (options?: O) => M) =>
  remembered(metricName, (options?: O) => new Class(options));

export const auc = factory('auc', AUC);
export const precision = factory('precision', Precision);
export const recall = factory('recall', Recall);
export const f1Score = factory('f1Score', F1Score);
export const fBetaScore = factory('fBetaScore', FBetaScore);
export const r2Score = factory('r2Score', R2Score);

const counted = (metricName: string, of: ConstructorParameters<typeof Counted>[1]) =>
  remembered(metricName, (options: CountOptions = {}) => new Counted(metricName, of, options));

export const truePositives = counted('truePositives', 'tp');
export const trueNegatives = counted('trueNegatives', 'tn');
export const falsePositives = counted('falsePositives', 'fp');
export const falseNegatives = counted('falseNegatives', 'fn');

const bestAt = <K extends Figure>(metricName: string, best: Figure, at: K) =>
  remembered(metricName, (options: PointOptions<K>) => new BestAt(metricName, best, at, options));

export const precisionAtRecall = bestAt('precisionAtRecall', 'precision', 'recall');
export const recallAtPrecision = bestAt('recallAtPrecision', 'recall', 'precision');
export const sensitivityAtSpecificity = bestAt('sensitivityAtSpecificity', 'sensitivity', 'specificity');
export const specificityAtSensitivity = bestAt('specificityAtSensitivity', 'specificity', 'sensitivity');
