import { AUC } from './auc.js';
import { F1Score, FBetaScore } from './f_score.js';
import type { Metric } from './metric.js';
import { Precision, Recall } from './precision.js';
import { R2Score } from './r2_score.js';

// The metrics that are more than a mean over samples: they count, and divide only when asked.

/** The factory of a class of metrics. */
const factory = <O extends object, M extends Metric<any>>(metricName: string, Class: new (options?: O) => M) =>
  Object.assign(
    (options?: O): M => Object.assign(new Class(options), { made: { metricName, options: options ?? {} } }),
    { metricName },
  );

export const auc = factory('auc', AUC);
export const precision = factory('precision', Precision);
export const recall = factory('recall', Recall);
export const f1Score = factory('f1Score', F1Score);
export const fBetaScore = factory('fBetaScore', FBetaScore);
export const r2Score = factory('r2Score', R2Score);
