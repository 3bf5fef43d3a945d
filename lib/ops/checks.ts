import { show, ValueError } from '../program/errors.js';

// What several ops ask of their arguments.

/** true or false: an options object or a name in its place would count as true. */
export function checkFlag(who: string, name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new ValueError(`${who}: ${name} must be true or false, got ${show(value)}.`);
  return value;
}

/** A finite number of at least `low`. */
export function checkNumber(who: string, name: string, value: unknown, low = -Infinity): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < low) {
    const least = low === -Infinity ? '' : ` of at least ${low}`;
    throw new ValueError(`${who}: ${name} must be a finite number${least}, got ${show(value)}.`);
  }
  return value;
}

/** A list that is not empty, where one tensor is a common slip. */
export function checkList<V>(who: string, what: string, values: readonly V[]): readonly V[] {
  if (!Array.isArray(values)) throw new ValueError(`${who}: expected a list of ${what}, got ${show(values)}.`);
  if (values.length === 0) throw new ValueError(`${who}: expected at least one of ${what}, got an empty list.`);
  return values;
}
