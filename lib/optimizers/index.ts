import { checkObject, show, suggestion, ValueError } from '../program/errors.js';
import { Adadelta, type AdadeltaOptions } from './adadelta.js';
import { Adagrad, type AdagradOptions } from './adagrad.js';
import { Adam, type AdamOptions } from './adam.js';
import { Adamax, type AdamaxOptions } from './adamax.js';
import { Ftrl, type FtrlOptions } from './ftrl.js';
import { Lion, type LionOptions } from './lion.js';
import { Nadam, type NadamOptions } from './nadam.js';
import { Optimizer } from './optimizer.js';
import { RMSprop, type RMSpropOptions } from './rmsprop.js';
import { SGD, type SGDOptions } from './sgd.js';

// All optimizers by name, as factories of one options object; and the learning rate schedules.

export { Adadelta, Adagrad, Adam, Adamax, Ftrl, Lion, Nadam, Optimizer, RMSprop, SGD };
export type { AdadeltaOptions, AdagradOptions, AdamOptions, AdamaxOptions, FtrlOptions, LionOptions, NadamOptions };
export type { RMSpropOptions, SGDOptions };
export type { OptimizerOptions } from './optimizer.js';
export {
  cosineDecay,
  cosineDecayRestarts,
  exponentialDecay,
  inverseTimeDecay,
  piecewiseConstantDecay,
  polynomialDecay,
  rateAt,
  type Schedule,
} from './schedule.js';

export const adadelta = (options?: AdadeltaOptions): Adadelta => new Adadelta(options);
export const adagrad = (options?: AdagradOptions): Adagrad => new Adagrad(options);
export const adamax = (options?: AdamaxOptions): Adamax => new Adamax(options);
export const ftrl = (options?: FtrlOptions): Ftrl => new Ftrl(options);
export const lion = (options?: LionOptions): Lion => new Lion(options);
export const nadam = (options?: NadamOptions): Nadam => new Nadam(options);
export const sgd = (options?: SGDOptions): SGD => new SGD(options);
export const adam = (options?: AdamOptions): Adam => new Adam(options);
/** Adam with a weight decay of 0.004 unless told otherwise. */
export const adamW = (options: AdamOptions = {}): Adam => {
  checkObject('adamW', options);
  return new Adam({ weightDecay: 0.004, ...options }, 'adamW');
};
export const rmsprop = (options?: RMSpropOptions): RMSprop => new RMSprop(options);

const FACTORIES: Record<string, () => Optimizer> = {
  sgd,
  adam,
  adamW,
  rmsprop,
  adadelta,
  adagrad,
  adamax,
  ftrl,
  lion,
  nadam,
};

/** An optimizer by name with its default options, or the one given. */
export function get(optimizer: string | Optimizer): Optimizer {
  if (optimizer instanceof Optimizer) return optimizer;
  if (typeof optimizer !== 'string')
    throw new ValueError(`optimizer: expected a name or an optimizer, got ${show(optimizer)}.`);
  const name = Object.keys(FACTORIES).find((n) => n.toLowerCase() === optimizer.toLowerCase());
  if (name === undefined)
    throw new ValueError(`optimizer: unknown name '${optimizer}'.${suggestion(optimizer, Object.keys(FACTORIES))}`);
  return FACTORIES[name]();
}
