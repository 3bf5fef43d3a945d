import { show, suggestion, ValueError } from '../program/errors.js';
import * as catalogue from './catalogue.js';
import type { Constraint } from './constraint.js';

export * from './catalogue.js';
export type { Constraint } from './constraint.js';

export type ConstraintName = keyof typeof catalogue;
/** A name, a function of a tensor, or null for none. */
export type ConstraintLike = ConstraintName | Constraint | null;

const BY_NAME = new Map<string, () => Constraint>(Object.entries(catalogue));

/** The constraint of a name, with its default options; a function is given back, null stays null. */
export function get(constraint: ConstraintLike | undefined): Constraint | null {
  if (constraint === null || constraint === undefined) return null;
  if (typeof constraint === 'function') return constraint;
  const make = BY_NAME.get(constraint);
  if (make) return make();
  const hint =
    typeof constraint === 'string'
      ? suggestion(constraint, [...BY_NAME.keys()])
      : ' Expected a name, a function of a tensor or null.';
  throw new ValueError(`constraints.get: unknown constraint ${show(constraint)}.${hint}`);
}
