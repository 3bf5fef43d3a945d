import { checkInteger, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, tensor, type NestedArray, type TensorLike } from '../program/tensor.js';
import { allocate, sameShape, showShape, type DType } from '../program/types.js';

export interface PadSequencesOptions {
  /** Steps of every row. Default: the longest sequence. */
  maxLen?: number;
  /** Default int32, as for tokens. */
  dtype?: DType;
  /** Where a short sequence is filled. Default `pre`. */
  padding?: 'pre' | 'post';
  /** Where a long sequence is cut. Default `pre`. */
  truncating?: 'pre' | 'post';
  /** What fills. Default 0. */
  value?: number;
}

function side(option: string, value: unknown): 'pre' | 'post' {
  if (value !== 'pre' && value !== 'post')
    throw new ValueError(`padSequences: ${option} must be 'pre' or 'post', got ${show(value)}.`);
  return value;
}

/**
 * Sequences of different lengths as one tensor.
 *
 * @param sequences Each a list of numbers, or of rows of features.
 * @returns [sequences, maxLen] or [sequences, maxLen, F].
 */
export function padSequences(sequences: readonly TensorLike[], options: PadSequencesOptions = {}): Tensor {
  checkOptions('padSequences', options, ['maxLen', 'dtype', 'padding', 'truncating', 'value']);
  if (!Array.isArray(sequences))
    throw new ValueError(`padSequences: expected a list of sequences, got ${show(sequences)}.`);
  const dtype = options.dtype ?? 'int32';
  const padding = side('padding', options.padding ?? 'pre');
  const truncating = side('truncating', options.truncating ?? 'pre');
  const rows = sequences.map((sequence, i) =>
    tensor(sequence as NestedArray, undefined, dtype, `padSequences: sequence ${i}`),
  );
  const inner = rows.find((row) => row.shape[0] > 0)?.shape.slice(1) ?? [];
  rows.forEach((row, i) => {
    if (row.rank === 0 || (row.shape[0] > 0 && !sameShape(row.shape.slice(1), inner))) {
      throw new ShapeError(
        `padSequences: sequence ${i} has shape ${showShape(row.shape)}, expected ${showShape([-1, ...inner]).replace('-1', 'length')}.`,
      );
    }
  });
  const longest = rows.reduce((most, row) => Math.max(most, row.shape[0]), 0);
  const length = options.maxLen === undefined ? longest : checkInteger('padSequences', 'maxLen', options.maxLen, 1);
  const width = inner.reduce((n, size) => n * size, 1);
  const { data: fill } = tensor([options.value ?? 0], undefined, dtype, 'padSequences: value');
  const data = allocate(dtype, rows.length * length * width).fill(fill[0]);
  rows.forEach((row, i) => {
    const kept = Math.min(row.shape[0], length);
    const from = truncating === 'pre' ? row.shape[0] - kept : 0;
    const to = i * length + (padding === 'pre' ? length - kept : 0);
    data.set(row.data.subarray(from * width, (from + kept) * width), to * width);
  });
  return new Tensor(data, [rows.length, length, ...inner], dtype);
}
