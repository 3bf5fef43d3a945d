import * as losses from '../losses/index.js';
import { show, suggestion, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import * as accuracies from './accuracy.js';
import * as counting from './counting.js';
import * as factories from './factories.js';
import { MeanMetric, Metric, type MetricFunction } from './metric.js';

// All metrics by name; `metrics.topKCategoricalAccuracy({ k: 3 })` makes one with options of its own.

export { Metric, MeanMetric, type MetricFunction };
export * from './counting.js';
export * from './factories.js';

/** What these names mean is decided by the shapes of targets and predictions. */
const BY_SHAPES: Record<string, MetricFunction> = {
  accuracy: accuracies.byShapes,
  acc: accuracies.byShapes,
  crossentropy: crossentropyByShapes,
  ce: crossentropyByShapes,
};

function crossentropyByShapes(t: TensorBase, p: TensorBase): TensorBase {
  return accuracies.chosen(
    t,
    p,
    losses.binaryCrossentropy(),
    losses.categoricalCrossentropy(),
    losses.sparseCategoricalCrossentropy(),
  );
}

const FACTORIES: Record<string, factories.MetricFactory<any, Metric<any>>> = { ...factories, ...counting };
const ALIASES: typeof FACTORIES = {
  mse: factories.meanSquaredError,
  rmse: factories.rootMeanSquaredError,
  mae: factories.meanAbsoluteError,
  mape: factories.meanAbsolutePercentageError,
  msle: factories.meanSquaredLogarithmicError,
};
// Keras knows these in capitals, too.
const CAPITALS = Object.fromEntries(Object.entries(ALIASES).map(([name, factory]) => [name.toUpperCase(), factory]));
const BY_NAME = new Map(Object.entries({ ...FACTORIES, ...ALIASES, ...CAPITALS }));

/** A metric by name (which becomes its name), a metric, a factory, or a function (yTrue, yPred) → values to average. */
export function get(
  metric: string | Metric<any> | MetricFunction | { readonly metricName: string } | { readonly lossName: string },
): Metric<any> {
  if (metric instanceof Metric) return metric;
  if (typeof metric === 'string') {
    if (Object.hasOwn(BY_SHAPES, metric)) return new MeanMetric(metric, BY_SHAPES[metric]);
    const found = BY_NAME.get(metric);
    if (!found)
      throw new ValueError(
        `metric: unknown name '${metric}'.${suggestion(metric, [...BY_NAME.keys(), ...Object.keys(BY_SHAPES)])}`,
      );
    return found({ name: metric });
  }
  if (typeof metric !== 'function')
    throw new ValueError(`metric: expected a name, a metric or a function (yTrue, yPred), got ${show(metric)}.`);
  if ('metricName' in metric) return (metric as unknown as factories.MetricFactory)();
  if ('lossName' in metric) {
    const loss = losses.get(metric) as losses.Loss;
    return new MeanMetric(loss.lossName, loss);
  }
  return new MeanMetric(metric.name || 'metric', metric);
}
