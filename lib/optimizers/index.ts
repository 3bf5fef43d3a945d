import { show, suggestion, ValueError } from '../program/errors.js';
import { Adam, type AdamOptions } from './adam.js';
import { Optimizer } from './optimizer.js';
import { RMSprop, type RMSpropOptions } from './rmsprop.js';
import { SGD, type SGDOptions } from './sgd.js';

// All optimizers by name, as factories of one options object; and the learning rate schedules.

export { Adam, Optimizer, RMSprop, SGD, type AdamOptions, type RMSpropOptions, type SGDOptions };
export type { OptimizerOptions } from './optimizer.js';
export { cosineDecay, cosineDecayRestarts, exponentialDecay, inverseTimeDecay, piecewiseConstantDecay, polynomialDecay, rateAt, type Schedule } from './schedule.js';

export const sgd = (options?: SGDOptions): SGD => new SGD(options);
export const adam = (options?: AdamOptions): Adam => new Adam(options);
/** Adam with a weight decay of 0.004 unless told otherwise. */
export const adamW = (options: AdamOptions = {}): Adam => new Adam({ weightDecay: 0.004, ...options }, 'adamW');
export const rmsprop = (options?: RMSpropOptions): RMSprop => new RMSprop(options);

const FACTORIES: Record<string, () => Optimizer> = { sgd, adam, adamW, rmsprop };

/** An optimizer by name with its default options, or the one given. */
export function get(optimizer: string | Optimizer): Optimizer {
  if (optimizer instanceof Optimizer) return optimizer;
  if (typeof optimizer !== 'string') throw new ValueError(`optimizer: expected a name or an optimizer, got ${show(optimizer)}.`);
  const name = Object.keys(FACTORIES).find((n) => n.toLowerCase() === optimizer.toLowerCase());
  if (name === undefined) throw new ValueError(`optimizer: unknown name '${optimizer}'.${suggestion(optimizer, Object.keys(FACTORIES))}`);
  return FACTORIES[name]();
}
