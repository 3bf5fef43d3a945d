import { negative } from '../ops/arithmetic.js';
import { factoryOf } from '../losses/index.js';
import { operand, type Operand } from '../program/apply.js';
import { checkInteger, checkOptions, checkObject, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import * as accuracies from './accuracy.js';
import { MeanMetric, type Metric, type MetricFunction } from './metric.js';

// One factory per metric: options in, metric out.

interface NameOption {
  name?: string;
}
export interface MetricFactory<O extends object = object, M = Metric> {
  (options?: O & NameOption): M;
  readonly metricName: string;
}

/** Makes a metric from options, or, given targets and predictions, the values that it averages. */
export interface MeanFactory<O extends object = object> extends MetricFactory<O> {
  (yTrue: Operand, yPred: Operand): TensorBase;
}

/** @param values With the default options; null where the metric is no plain mean. */
function meanFactory<O extends object>(
  metricName: string,
  make: (options: O & NameOption) => Metric,
  values: (() => MetricFunction) | null,
): MeanFactory<O> {
  const create = (first: (O & NameOption) | Operand = {} as O, yPred?: Operand) => {
    if (yPred === undefined) return make(first as O);
    if (!values)
      throw new ValueError(
        `${metricName}: is no mean over samples; use ${metricName}() and its updateState and result.`,
      );
    const of = (y: Operand) => operand(y, undefined, metricName);
    return values()(of(first as Operand), of(yPred));
  };
  return Object.assign(create, { metricName }) as MeanFactory<O>;
}

/** A factory whose metric averages a function made from the options. */
function factory<O extends object>(
  metricName: string,
  defaults: O,
  make: (options: O) => MetricFunction,
): MeanFactory<Partial<O>> {
  const create = (options: Partial<O> & NameOption): Metric => {
    checkOptions(metricName, options, [...Object.keys(defaults), 'name']);
    const metric = new MeanMetric(options.name ?? metricName, make({ ...defaults, ...options }));
    return Object.assign(metric, { made: { metricName, options } });
  };
  return meanFactory(metricName, create, () => make(defaults));
}

/** The mean of a loss of the same name, with the loss's options. */
function ofLoss(
  metricName: string,
  lossName = metricName,
  change: (values: TensorBase) => TensorBase = (values) => values,
  last?: (mean: number) => number,
): MeanFactory<Record<string, unknown>> {
  const values = (options: object): MetricFunction => {
    const loss = factoryOf(lossName)!(options);
    return (t, p) => change(loss(t, p));
  };
  const create = (given: Record<string, unknown> & NameOption): Metric => {
    checkObject(metricName, given);
    const { name = metricName, ...options } = given;
    const metric = new MeanMetric(name, values(options), last);
    return Object.assign(metric, { made: { metricName, options: { name, ...options } } });
  };
  return meanFactory(metricName, create, last ? null : () => values({}));
}

export const meanSquaredError = ofLoss('meanSquaredError');
export const rootMeanSquaredError = ofLoss('rootMeanSquaredError', 'meanSquaredError', undefined, Math.sqrt);
export const meanAbsoluteError = ofLoss('meanAbsoluteError');
export const meanAbsolutePercentageError = ofLoss('meanAbsolutePercentageError');
export const meanSquaredLogarithmicError = ofLoss('meanSquaredLogarithmicError');
export const logCoshError = ofLoss('logCoshError', 'logCosh');
export const huber = ofLoss('huber');
export const quantile = ofLoss('quantile');
/** The cosine itself: 1 where the directions are the same. */
export const cosineSimilarity = ofLoss('cosineSimilarity', 'cosineSimilarity', negative);
export const klDivergence = ofLoss('klDivergence');
export const poisson = ofLoss('poisson');
export const hinge = ofLoss('hinge');
export const squaredHinge = ofLoss('squaredHinge');
export const categoricalHinge = ofLoss('categoricalHinge');
export const binaryCrossentropy = ofLoss('binaryCrossentropy');
export const categoricalCrossentropy = ofLoss('categoricalCrossentropy');
export const sparseCategoricalCrossentropy = ofLoss('sparseCategoricalCrossentropy');

/** How often the predictions equal the targets. The name 'accuracy' in compile picks one of the next three by the shapes. */
export const accuracy = factory('accuracy', {}, () => accuracies.exact);
export const binaryAccuracy = factory(
  'binaryAccuracy',
  { threshold: 0.5 },
  ({ threshold }) =>
    (t, p) =>
      accuracies.binary(t, p, threshold),
);
export const categoricalAccuracy = factory('categoricalAccuracy', {}, () => accuracies.categorical);
export const sparseCategoricalAccuracy = factory('sparseCategoricalAccuracy', {}, () => accuracies.sparseCategorical);
export const topKCategoricalAccuracy = factory('topKCategoricalAccuracy', { k: 5 }, ({ k }) => {
  checkInteger('topKCategoricalAccuracy', 'k', k, 1);
  return (t, p) => accuracies.topK(t, p, k);
});
export const sparseTopKCategoricalAccuracy = factory('sparseTopKCategoricalAccuracy', { k: 5 }, ({ k }) => {
  checkInteger('sparseTopKCategoricalAccuracy', 'k', k, 1);
  return (t, p) => accuracies.sparseTopK(t, p, k);
});
