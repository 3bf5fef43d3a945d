import { show, suggestion, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import type { Activation } from './activation.js';
import * as catalogue from './catalogue.js';

export * from './catalogue.js';
export type { Activation } from './activation.js';

export type ActivationName = keyof typeof catalogue;
/** A name, a function of a tensor, or null for none. */
export type ActivationLike = ActivationName | (string & {}) | ((x: TensorBase) => TensorBase) | null;

const BY_NAME = new Map<string, Activation>(Object.entries(catalogue));

/** The activation of a name; null or undefined give `linear`, a function is given back. */
export function get(activation: ActivationLike | undefined): Activation {
  if (activation === null || activation === undefined) return catalogue.linear;
  if (typeof activation === 'function') return activation as Activation;
  const known = BY_NAME.get(activation);
  if (known) return known;
  const hint =
    typeof activation === 'string'
      ? suggestion(activation, [...BY_NAME.keys()])
      : ' Expected a name, a function of a tensor or null.';
  throw new ValueError(`activations.get: unknown activation ${show(activation)}.${hint}`);
}
