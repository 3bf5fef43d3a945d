import { normal } from '../ops/random.js';
import { ShapeError } from '../program/errors.js';
import { Tensor } from '../program/tensor.js';
import { allocate, showShape, sizeOf } from '../program/types.js';
import { seeds, type Initializer, type SeedOption } from './initializer.js';

/**
 * Makes the columns of a [rows, columns] matrix, rows >= columns, orthonormal in place: modified Gram-Schmidt, each
 * column twice, which leaves nothing above rounding. (The diagonal of R is positive by construction, so Q is
 * uniformly distributed.)
 */
function orthonormalize(q: Float64Array, rows: number, columns: number): void {
  for (let j = 0; j < columns; j++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < j; k++) {
        let dot = 0;
        for (let i = 0; i < rows; i++) dot += q[i * columns + j] * q[i * columns + k];
        for (let i = 0; i < rows; i++) q[i * columns + j] -= dot * q[i * columns + k];
      }
    }
    let norm = 0;
    for (let i = 0; i < rows; i++) norm += q[i * columns + j] ** 2;
    norm = Math.sqrt(norm);
    for (let i = 0; i < rows; i++) q[i * columns + j] /= norm;
  }
}

/** A random matrix with orthonormal rows or columns times `gain`; leading axes count as rows (Saxe et al. 2014). */
export function orthogonal(options: SeedOption & { gain?: number } = {}): Initializer {
  const next = seeds('initializers.orthogonal', options, ['gain']);
  const { gain = 1 } = options;
  return (shape, dtype) => {
    if (shape.length < 2)
      throw new ShapeError(`initializers.orthogonal: expected at least two axes, got shape ${showShape(shape)}.`);
    const m = sizeOf(shape.slice(0, -1));
    const n = shape[shape.length - 1];
    const [rows, columns] = [Math.max(m, n), Math.min(m, n)];
    const result = allocate(dtype, m * n);
    if (result.length === 0) return new Tensor(result, shape, dtype);
    const q = (normal([rows, columns], 0, 1, { seed: next(), dtype: 'float64' }) as Tensor).data as Float64Array;
    orthonormalize(q, rows, columns);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) result[i * n + j] = gain * (m >= n ? q[i * columns + j] : q[j * columns + i]);
    }
    return new Tensor(result, shape, dtype);
  };
}
