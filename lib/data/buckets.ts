import { checkSeed, freshSeed } from '../ops/random.js';
import { checkChoice, checkInteger, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { atOnce } from '../program/parts.js';
import type { Tensor } from '../program/tensor.js';
import { padSequences } from './pad_sequences.js';
import { PhiloxStream } from './philox.js';

/** A list of tokens. */
export type Tokens = readonly number[] | Int32Array;

export interface BucketByLengthOptions {
  batchSize: number;
  /**
   * Longest row of each bucket, by the first column, ascending; longer rows go to one more bucket. Default: four
   * buckets of about as many rows each.
   */
  boundaries?: readonly number[];
  /** Where short rows are filled; one side, or one per column. Default `post`. */
  padding?: 'pre' | 'post' | readonly ('pre' | 'post')[];
  /** What fills. Default 0. */
  value?: number;
  /** Whether every pass has an order of its own. Default true. */
  shuffle?: boolean;
  /** Of the shuffling. Default: a fresh one. */
  seed?: number;
  /** Leave out the batches with fewer rows, which need programs of their own. Default false. */
  dropRemainder?: boolean;
}

/** Batches of rows of like lengths; each pass over it is one epoch. */
export interface BucketedBatches<B> extends Iterable<B> {
  /** Batches of one pass. */
  readonly batches: number;
  /** Steps of each column in each bucket, and the bucket's rows. */
  readonly buckets: readonly { readonly steps: readonly number[]; readonly rows: number }[];
}

const SIDES: readonly ('pre' | 'post')[] = ['pre', 'post'];

interface Bucket {
  readonly rows: readonly number[];
  readonly steps: readonly number[];
}

/**
 * Sorts sequences into a few buckets by their length and makes batches within each, padded to the longest row of the
 * bucket: little padding, and few shapes, each of which is a native program.
 *
 * @param columns Lists of token lists, row by row the same sample: say source, target with its start, target with its end.
 *   The first one's lengths decide the bucket.
 * @param toBatch Makes of the columns, int32 [rows, steps] each, what `fit` wants, say ([x, given, y]) => [[x, given], y].
 * @returns What `fit` takes as an iterable of batches.
 * @throws ShapeError for columns of different numbers of rows, ValueError for boundaries that do not ascend.
 */
export function bucketByLength<B>(
  columns: readonly (readonly Tokens[])[],
  options: BucketByLengthOptions,
  toBatch: (columns: Tensor[]) => B,
): BucketedBatches<B> {
  const who = 'bucketByLength';
  checkOptions(who, options, [
    'batchSize',
    'boundaries',
    'padding',
    'value',
    'shuffle',
    'seed',
    'dropRemainder',
  ] satisfies (keyof BucketByLengthOptions)[]);
  const count = checkColumns(who, columns);
  if (typeof toBatch !== 'function')
    throw new ValueError(`${who}: expected a function that makes a batch of the columns, got ${show(toBatch)}.`);
  const batchSize = checkInteger(who, 'batchSize', options.batchSize, 1);
  const { value = 0, seed = freshSeed() } = options;
  const shuffle = options.shuffle ?? true;
  const partial = !(options.dropRemainder ?? false);
  checkSeed(who, seed);
  const sides = columns.map((_, i) => {
    const { padding = 'post' } = options;
    return checkChoice(who, 'padding', typeof padding === 'string' ? padding : padding[i], SIDES);
  });
  const boundaries = checkBoundaries(who, options.boundaries) ?? quarters(columns[0]);
  const limits = [...boundaries, Infinity];
  const rowsOf = limits.map((): number[] => []);
  for (let row = 0; row < count; row++) {
    const length = columns[0][row].length;
    rowsOf[limits.findIndex((limit) => length <= limit)].push(row);
  }
  const buckets: Bucket[] = rowsOf
    .filter((rows) => rows.length >= (partial ? 1 : batchSize))
    .map((rows) => ({ rows, steps: columns.map((c) => rows.reduce((most, r) => Math.max(most, c[r].length), 1)) }));
  const sizes = buckets.map(({ rows }) => (partial ? Math.ceil : Math.floor)(rows.length / batchSize));
  const batchOf = (bucket: Bucket, rows: readonly number[]) =>
    toBatch(
      columns.map((column, i) =>
        padSequences(
          rows.map((row) => column[row]),
          { maxLen: bucket.steps[i], padding: sides[i], value },
        ),
      ),
    );
  let pass = 0;
  return {
    batches: sizes.reduce((a, b) => a + b, 0),
    buckets: buckets.map(({ rows, steps }) => ({ steps, rows: rows.length })),
    *[Symbol.iterator]() {
      const stream = shuffle ? new PhiloxStream(seed, pass++) : null;
      const plan = buckets.flatMap((bucket, b) => {
        const rows = mixed(bucket.rows, stream);
        return Array.from({ length: sizes[b] }, (_, k) => ({
          bucket,
          rows: rows.slice(k * batchSize, (k + 1) * batchSize),
        }));
      });
      for (const { bucket, rows } of mixed(plan, stream)) yield batchOf(bucket, rows);
    },
  };
}

function checkColumns(who: string, columns: readonly (readonly Tokens[])[]): number {
  if (!Array.isArray(columns) || columns.length === 0 || !columns.every((c) => Array.isArray(c)))
    throw new ValueError(`${who}: expected a list of columns, each a list of token lists, got ${show(columns)}.`);
  const counts = columns.map((c: readonly Tokens[]) => c.length);
  if (counts.some((n) => n !== counts[0]) || counts[0] === 0)
    throw new ShapeError(`${who}: columns of ${counts.join(', ')} rows; expected as many in each, and at least one.`);
  columns.forEach((c: readonly Tokens[], i) => {
    for (const row of c) {
      const fine = row instanceof Int32Array || (Array.isArray(row) && row.every(Number.isInteger));
      if (!fine) throw new ValueError(`${who}: column ${i} holds ${show(row)}, expected lists of whole numbers.`);
    }
  });
  return counts[0];
}

function checkBoundaries(who: string, given: readonly number[] | undefined): readonly number[] | null {
  if (given === undefined) return null;
  const fine = Array.isArray(given) && given.every((b, i) => Number.isInteger(b) && b > (i === 0 ? 0 : given[i - 1]));
  if (!fine) throw new ValueError(`${who}: boundaries must be ascending whole numbers, got ${show(given)}.`);
  return given;
}

/** Lengths at the quarters; equal ones are one boundary. */
function quarters(rows: readonly Tokens[]): readonly number[] {
  const lengths = rows.map((r) => r.length).sort((a, b) => a - b);
  return [...new Set([1, 2, 3].map((k) => lengths[Math.floor(((lengths.length - 1) * k) / 4)]))];
}

/** A copy in a random order. */
function mixed<T>(list: readonly T[], stream: PhiloxStream | null): readonly T[] {
  return stream ? atOnce(stream.shuffling(list.slice())) : list;
}
