import { transpose } from '../ops/shape.js';
import { checkChoice, checkInteger, ShapeError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';

/** A number of steps; Keras writes it as a list of one, too. */
export type Steps = number | readonly [number];

/** An option that counts steps, at least `low`. */
export function checkSteps(who: string, option: string, value: Steps | undefined, low = 1): number {
  return checkInteger(who, option, [value].flat()[0], low);
}

export const DATA_FORMATS = ['channelsLast', 'channelsFirst'] as const;
/** The order of the axes: [batch, steps, features] or [batch, features, steps]. */
export type DataFormat = (typeof DATA_FORMATS)[number];

/** An option `dataFormat`, by default 'channelsLast'. */
export function checkDataFormat(who: string, value: unknown): DataFormat {
  return checkChoice(who, 'dataFormat', value ?? 'channelsLast', DATA_FORMATS);
}

const swap = (x: TensorBase) => transpose(x, [0, 2, 1]);

/** Computes on [batch, steps, features]; a result of three axes comes back in the order of the input. */
export function onSteps(
  who: string,
  format: DataFormat,
  x: TensorBase,
  compute: (x: TensorBase) => TensorBase,
): TensorBase {
  const order = format === 'channelsLast' ? '[batch, steps, features]' : '[batch, features, steps]';
  if (x.rank !== 3) throw new ShapeError(`${who}: expected ${order}, got ${showShape(x.shape)}.`);
  if (format === 'channelsLast') return compute(x);
  const y = compute(swap(x));
  return y.rank === 3 ? swap(y) : y;
}

/** @throws ShapeError unless x is [batch, steps, features]. */
export function checkSequence(who: string, x: TensorBase): void {
  onSteps(who, 'channelsLast', x, (t) => t);
}
