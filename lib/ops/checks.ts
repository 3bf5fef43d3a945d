import { checkChoice, show, ShapeError, ValueError } from '../program/errors.js';
import { DTYPES, type DType, type Shape } from '../program/types.js';

// What several ops ask of their arguments.

/** A list of sizes; a number in its place is the common slip. `low` is -1 where one size may be left open. */
export function checkShape(who: string, shape: unknown, low = 0): Shape {
  if (!Array.isArray(shape)) {
    const example = typeof shape === 'number' ? `[${shape}]` : '[2, 3]';
    throw new ShapeError(`${who}: expected a shape, a list of sizes such as ${example}, got ${show(shape)}.`);
  }
  for (const n of shape) {
    if (!Number.isInteger(n) || n < low)
      throw new ShapeError(`${who}: ${show(shape)} is not a shape; sizes are integers of at least ${low}.`);
  }
  return shape;
}

/** One of the dtypes, or an error that names the nearest. */
export function checkDType(who: string, dtype: unknown): DType {
  return checkChoice(who, 'dtype', dtype, DTYPES);
}

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

/** A fraction from 0 to 1, or an error that names the option. */
export function checkRate(who: string, option: string, value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1))
    throw new ValueError(`${who}: ${option} must be a number from 0 to 1, got ${show(value)}.`);
  return value;
}

/** A list that is not empty, where one tensor is a common slip. */
export function checkList<V>(who: string, what: string, values: readonly V[]): readonly V[] {
  if (!Array.isArray(values)) throw new ValueError(`${who}: expected a list of ${what}, got ${show(values)}.`);
  if (values.length === 0) throw new ValueError(`${who}: expected a list of ${what}, got an empty one.`);
  return values;
}
