import { show, suggestion, ValueError } from '../program/errors.js';
import * as catalogue from './catalogue.js';
import type { Initializer } from './initializer.js';

export * from './catalogue.js';
export type { Initializer, SeedOption } from './initializer.js';
export type { VarianceScalingOptions } from './variance_scaling.js';

export type InitializerName = keyof typeof catalogue;
export type InitializerLike = InitializerName | (string & {}) | Initializer;

/** Other names that Keras and tfjs take. */
const ALIASES = {
  leCunNormal: catalogue.lecunNormal,
  leCunUniform: catalogue.lecunUniform,
  normal: catalogue.randomNormal,
  uniform: catalogue.randomUniform,
  zero: catalogue.zeros,
  one: catalogue.ones,
};
const BY_NAME = new Map<string, () => Initializer>(Object.entries({ ...catalogue, ...ALIASES }));

/** The initializer of a name, with its default options; a function is given back. */
export function get(initializer: InitializerLike): Initializer {
  if (typeof initializer === 'function') return initializer;
  const make = BY_NAME.get(initializer);
  if (make) return make();
  const hint =
    typeof initializer === 'string'
      ? suggestion(initializer, [...BY_NAME.keys()])
      : ' Expected a name or a function (shape, dtype) => values.';
  throw new ValueError(`initializers.get: unknown initializer ${show(initializer)}.${hint}`);
}
