import { show, suggestion, ValueError } from '../program/errors.js';
import * as catalogue from './catalogue.js';
import type { Initializer } from './initializer.js';

export * from './catalogue.js';
export type { Initializer, SeedOption } from './initializer.js';
export type { VarianceScalingOptions } from './variance_scaling.js';

export type InitializerName = keyof typeof catalogue;
export type InitializerLike = InitializerName | Initializer;

/** The initializer of a name, with its default options; a function is given back. */
export function get(initializer: InitializerLike): Initializer {
  if (typeof initializer === 'function') return initializer;
  const names = Object.keys(catalogue);
  if (typeof initializer !== 'string' || !names.includes(initializer)) {
    throw new ValueError(`initializers.get: unknown initializer ${show(initializer)}.${typeof initializer === 'string' ? suggestion(initializer, names) : ' Expected a name or a function (shape, dtype) => values.'}`);
  }
  return catalogue[initializer]();
}
