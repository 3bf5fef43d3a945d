import { show, suggestion, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import * as catalogue from './catalogue.js';
import type { Regularizer } from './regularizer.js';

export * from './catalogue.js';
export type { Regularizer } from './regularizer.js';

export type RegularizerName = keyof typeof catalogue;
/** A name, a function of a tensor, or null for none. */
export type RegularizerLike = RegularizerName | Regularizer | null;

const BY_NAME = new Map<string, () => Regularizer>(Object.entries(catalogue));

/** The regularizer of a name, with its default options; a function is given back, null stays null. */
export function get(regularizer: RegularizerLike | undefined): Regularizer | null {
  if (regularizer === null || regularizer === undefined) return null;
  if (typeof regularizer === 'function') return regularizer;
  const make = BY_NAME.get(regularizer);
  if (make) return make();
  const hint =
    typeof regularizer === 'string'
      ? suggestion(regularizer, [...BY_NAME.keys()])
      : ' Expected a name, a function of a tensor or null.';
  throw new ValueError(`regularizers.get: unknown regularizer ${show(regularizer)}.${hint}`);
}

/** The penalties of those variables that have a regularizer: scalars to be added to a loss. */
export function penalties(variables: readonly Variable[]): TensorBase[] {
  return variables.flatMap((v) => (v.regularizer ? [v.regularizer(v)] : []));
}
