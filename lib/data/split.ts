import { checkSeed, freshSeed } from '../ops/random.js';
import { checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { atOnce } from '../program/parts.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { allocate } from '../program/types.js';
import { PhiloxStream } from './philox.js';
import { WindowView } from './window_view.js';

export interface SplitOptions {
  /** Rows of each part; one may be null and takes the rest. Their sum is the number of rows. */
  sizes?: readonly (number | null)[];
  /** Share of each part instead; they sum to 1. */
  fractions?: readonly number[];
  /** Draw the rows of each part at random instead of in order. Default false. */
  shuffle?: boolean;
  /** Of the shuffle. Default: a fresh one. */
  seed?: number;
}

function boundaries(rows: number, { sizes, fractions }: SplitOptions): number[] {
  if ((sizes === undefined) === (fractions === undefined))
    throw new ValueError('split: expected either sizes or fractions.');
  const parts: readonly (number | null)[] = (sizes ?? fractions) as readonly (number | null)[];
  const known = parts.reduce<number>((sum, part) => sum + (part ?? 0), 0);
  if (fractions) {
    if (parts.some((part) => !(typeof part === 'number' && part >= 0)) || Math.abs(known - 1) > 1e-9) {
      throw new ValueError(`split: fractions are numbers of at least 0 that sum to 1, got ${show(parts)}.`);
    }
    let sum = 0;
    return fractions.map((part) => Math.round((sum += part) * rows));
  }
  const rest = parts.filter((part) => part === null).length;
  const whole = parts.every((part) => part === null || (Number.isInteger(part) && part >= 0));
  if (!whole || rest > 1 || known > rows || (rest === 0 && known !== rows)) {
    throw new ValueError(
      `split: sizes are integers that sum to the ${rows} rows (one may be null and takes the rest), got ${show(parts)}.`,
    );
  }
  let end = 0;
  return parts.map((part) => (end += part ?? rows - known));
}

type Rows = Tensor | WindowView;
const isRows = (value: unknown): value is Rows => value instanceof Tensor || value instanceof WindowView;

function pickRows(t: Rows, rows: Uint32Array): Tensor {
  if (t instanceof WindowView)
    throw new ValueError('split: the rows of a view stay in order; let fit shuffle them, or split its toTensor().');
  const width = t.shape.slice(1).reduce((n, size) => n * size, 1);
  const data = allocate(t.dtype, t.data.length);
  rows.forEach((row, i) => data.set(t.data.subarray(row * width, (row + 1) * width), i * width));
  return new Tensor(data, t.shape, t.dtype);
}

function shuffled(rows: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  return atOnce(new PhiloxStream(seed, 0).shuffling(order));
}

/**
 * Rows of arrays in parts, for training, validation and test. Without `shuffle` the parts share memory with the arrays, and parts
 * of views are views.
 *
 * @param arrays One array, or several with the same number of rows.
 * @returns One entry per part: a Tensor, or for several arrays a list of Tensors.
 */
export function split<T extends Rows>(arrays: readonly T[], options: SplitOptions): T[][];
export function split(arrays: WindowView, options: SplitOptions): WindowView[];
export function split(arrays: TensorLike, options: SplitOptions): Tensor[];
export function split(arrays: TensorLike | readonly Rows[], options: SplitOptions): Rows[] | Rows[][] {
  checkOptions('split', options, ['sizes', 'fractions', 'shuffle', 'seed']);
  const several = Array.isArray(arrays) && isRows(arrays[0]);
  const list = several
    ? (arrays as unknown[] as Rows[])
    : [isRows(arrays) ? arrays : tensor(arrays as TensorLike, undefined, undefined, 'split')];
  const rows = list[0].shape[0];
  list.forEach((t, i) => {
    if (t.rank === 0) throw new ShapeError('split: a scalar has no rows.');
    if (t.shape[0] !== rows) throw new ShapeError(`split: array 0 has ${rows} rows, array ${i} has ${t.shape[0]}.`);
  });
  const ends = boundaries(rows, options);
  const order = options.shuffle
    ? shuffled(rows, options.seed === undefined ? freshSeed() : checkSeed('split', options.seed))
    : null;
  const sources = order ? list.map((t) => pickRows(t, order)) : list;
  const parts = ends.map((end, part) =>
    sources.map((t) => {
      const begin = part === 0 ? 0 : ends[part - 1];
      if (t instanceof WindowView) return t.slice([[begin, end]]);
      const width = rows === 0 ? 0 : t.data.length / rows;
      return new Tensor(t.data.subarray(begin * width, end * width), [end - begin, ...t.shape.slice(1)], t.dtype);
    }),
  );
  return several ? parts : parts.map(([only]) => only);
}
