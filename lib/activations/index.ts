import { show, suggestion, ValueError } from '../program/errors.js';
import type { Activation } from './activation.js';
import * as catalogue from './catalogue.js';

export * from './catalogue.js';
export type { Activation } from './activation.js';

export type ActivationName = keyof typeof catalogue;
/** A name, a function of a tensor, or null for none. */
export type ActivationLike = ActivationName | (string & {}) | Activation | null;

/** The activation of a name; null or undefined give `linear`, a function is given back. */
export function get(activation: ActivationLike | undefined): Activation {
  if (activation === null || activation === undefined) return catalogue.linear;
  if (typeof activation === 'function') return activation;
  const names = Object.keys(catalogue);
  if (typeof activation !== 'string' || !names.includes(activation)) {
    throw new ValueError(`activations.get: unknown activation ${show(activation)}.${typeof activation === 'string' ? suggestion(activation, names) : ' Expected a name, a function of a tensor or null.'}`);
  }
  return catalogue[activation as ActivationName];
}
