import { show, suggestion, ValueError } from '../program/errors.js';
import * as crossentropy from './crossentropy.js';
import * as hinges from './hinge.js';
import type { Loss, LossFactory, LossFunction } from './loss.js';
import * as regression from './regression.js';
import { sampledSoftmax } from './sampled_softmax.js';

// All losses by name; `losses.huber({ delta: 0.5 })` makes one with options of its own.

export * from './crossentropy.js';
export * from './hinge.js';
export * from './regression.js';
export { sampledSoftmax };
export { type Loss, type LossFactory, type LossFunction, type Reduction } from './loss.js';
export { reduceLoss, type Weighting } from './reduce.js';

const FACTORIES: Record<string, LossFactory<any>> = { ...regression, ...hinges, ...crossentropy, sampledSoftmax };

/** Other names that people know these losses by. */
const SHORT: Record<string, string> = {
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  mape: 'meanAbsolutePercentageError',
  msle: 'meanSquaredLogarithmicError',
  kld: 'klDivergence',
  bce: 'binaryCrossentropy',
};
const ALIASES: Record<string, string> = {
  ...SHORT,
  ...Object.fromEntries(Object.entries(SHORT).map(([name, known]) => [name.toUpperCase(), known])),
  logcosh: 'logCosh',
  kullbackLeiblerDivergence: 'klDivergence',
  cosineProximity: 'cosineSimilarity',
};
export const mse = regression.meanSquaredError;
export const mae = regression.meanAbsoluteError;
export const mape = regression.meanAbsolutePercentageError;
export const msle = regression.meanSquaredLogarithmicError;
export const kld = regression.klDivergence;

/** The factory behind a name, if there is one. */
export function factoryOf(name: string): LossFactory<any> | undefined {
  const known = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
  return Object.hasOwn(FACTORIES, known) ? FACTORIES[known] : undefined;
}

/** A loss by name, a loss made by a factory, or a function (yTrue, yPred) → losses. */
export function get(loss: string | LossFunction | { readonly lossName: string }): LossFunction | Loss {
  if (typeof loss === 'string') {
    const factory = factoryOf(loss);
    if (!factory)
      throw new ValueError(
        `loss: unknown name '${loss}'.${suggestion(loss, [...Object.keys(FACTORIES), ...Object.keys(ALIASES)])}`,
      );
    return factory();
  }
  if (typeof loss !== 'function')
    throw new ValueError(`loss: expected a name or a function (yTrue, yPred) => losses, got ${show(loss)}.`);
  // A factory that was given without being called.
  if (Object.values(FACTORIES).includes(loss as LossFactory<any>)) return (loss as LossFactory<any>)();
  return loss;
}
