import { WindowView } from '../data/window_view.js';
import type { PartialShape } from '../layers/layer.js';
import { ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, TensorBase, tensor, type TensorData, type TensorLike } from '../program/tensor.js';
import { showShape, type DType } from '../program/types.js';

/** A place of a model where a tensor enters or leaves. */
export interface Slot {
  readonly name: string;
  /** With the batch; null while the model does not know it. */
  readonly shape: PartialShape | null;
  readonly dtype: DType;
}

/** Samples as rows: values, or a view that native code gathers from its series. */
export type Rows = Tensor | WindowView;

/** Data of a model: one array, or a list or a dictionary of arrays, one per input or output. */
export type Arrays = TensorLike | readonly TensorLike[] | Readonly<Record<string, TensorLike>>;

/** Whether a value is one tensor with a shape of its own, as opposed to nested arrays and collections of tensors. */
function isShaped(value: unknown): value is TensorBase | TensorData {
  if (value instanceof TensorBase || ArrayBuffer.isView(value)) return true;
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'data' in value && 'shape' in value;
}

/** A tensor of what was given; views stay views. */
export function rowsOf(value: TensorLike, who: string): Rows {
  return value instanceof WindowView ? value : tensor(value, undefined, undefined, who);
}

/**
 * One tensor or view per slot out of what the user gave.
 *
 * @param who The function and argument for messages, e.g. `fit: x`.
 */
export function arrangeRows(who: string, value: Arrays, slots: readonly Slot[]): Rows[] {
  if (value === undefined || value === null) throw new ValueError(`${who}: expected data, got ${String(value)}.`);
  if (!isShaped(value) && !Array.isArray(value) && typeof value === 'object')
    return slots.map((slot) => fromDictionary(who, value as Record<string, TensorLike>, slot, slots));
  if (slots.length === 1) {
    const only = Array.isArray(value) && value.length === 1 && isShaped(value[0]) ? value[0] : value;
    return [rowsOf(only as TensorLike, who)];
  }
  if (!Array.isArray(value) || value.length !== slots.length) {
    const names = slots.map((s) => s.name).join(', ');
    throw new ValueError(
      `${who}: expected a list of ${slots.length} arrays (${names}), got ${Array.isArray(value) ? `a list of ${value.length}` : show(value)}.`,
    );
  }
  return value.map((v: TensorLike, i) => rowsOf(v, `${who} '${slots[i].name}'`));
}

/** `arrangeRows` with the rows of views copied. */
export function arrange(who: string, value: Arrays, slots: readonly Slot[]): Tensor[] {
  return arrangeRows(who, value, slots).map((t) => tensor(t));
}

function fromDictionary(who: string, given: Record<string, TensorLike>, { name }: Slot, slots: readonly Slot[]): Rows {
  for (const key of Object.keys(given)) {
    if (!slots.some((s) => s.name === key))
      throw new ValueError(`${who}: unknown name '${key}'. Expected: ${slots.map((s) => s.name).join(', ')}.`);
  }
  if (given[name] === undefined) throw new ValueError(`${who}: '${name}' is missing.`);
  return rowsOf(given[name], `${who} '${name}'`);
}

/** The tensor in the slot's shape; a last axis of size 1 may be left out. @throws ShapeError naming both shapes. */
export function fitSlot(who: string, t: Rows, { name, shape }: Slot): Rows {
  if (t.rank === 0) throw new ShapeError(`${who}: expected an array with one row per sample, got a single number.`);
  if (!shape) return t;
  const fits = (given: readonly number[]) =>
    given.length === shape.length && given.every((n, i) => shape[i] === null || n === shape[i] || i === 0);
  if (fits(t.shape)) return t;
  if (fits([...t.shape, 1]))
    return t instanceof WindowView ? t.withLastAxis() : new Tensor(t.data, [...t.shape, 1], t.dtype);
  throw new ShapeError(`${who}: '${name}' expects shape ${showShape(shape)}, got ${showShape(t.shape)}.`);
}

/** All tensors have the same number of rows; returns it. */
export function commonRows(who: string, tensors: readonly { tensor: Rows; what: string }[]): number {
  const [first, ...rest] = tensors;
  const rows = first.tensor.shape[0];
  for (const { tensor: t, what } of rest) {
    if (t.rank === 0 || t.shape[0] !== rows)
      throw new ShapeError(`${who}: ${first.what} has ${rows} samples and ${what} has ${t.shape[0] ?? 'none'}.`);
  }
  if (rows === 0) throw new ValueError(`${who}: the data is empty (no samples).`);
  return rows;
}
