import { subtract } from '../ops/arithmetic.js';
import { matmul } from '../ops/matmul.js';
import { normal } from '../ops/random.js';
import { transpose } from '../ops/shape.js';
import { ShapeError } from '../program/errors.js';
import { Tensor } from '../program/tensor.js';
import { allocate, showShape, sizeOf } from '../program/types.js';
import { seeds, type Initializer, type SeedOption } from './initializer.js';

// Vectors that are made orthonormal one by one; more of them go in halves, whose products native code computes.
const FEW = 32;

/** Makes `count` vectors (rows of `length` numbers) orthonormal in place: modified Gram-Schmidt, in halves. */
function orthonormalize(rows: Float64Array, count: number, length: number): void {
  if (count > FEW) {
    const half = count >> 1;
    const [first, second] = [rows.subarray(0, half * length), rows.subarray(half * length)];
    orthonormalize(first, half, length);
    const a = new Tensor(first, [half, length]);
    const b = new Tensor(second, [count - half, length]);
    second.set((subtract(b, matmul(matmul(b, transpose(a)), a)) as Tensor).data);
    return orthonormalize(second, count - half, length);
  }
  for (let j = 0; j < count; j++) {
    const row = rows.subarray(j * length, (j + 1) * length);
    for (let k = 0; k < j; k++) {
      const done = rows.subarray(k * length, (k + 1) * length);
      let dot = 0;
      for (let i = 0; i < length; i++) dot += row[i] * done[i];
      for (let i = 0; i < length; i++) row[i] -= dot * done[i];
    }
    let norm = 0;
    for (let i = 0; i < length; i++) norm += row[i] ** 2;
    norm = Math.sqrt(norm);
    for (let i = 0; i < length; i++) row[i] /= norm;
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
    const drawn = normal([rows, columns], 0, 1, { seed: next(), dtype: 'float64' });
    const { data } = transpose(drawn) as Tensor;
    const q = data as Float64Array;
    // The first pass leaves rounding times the condition of the matrix, the second rounding. (R has a positive diagonal
    // in both, so Q is uniformly distributed.)
    for (let pass = 0; pass < 2; pass++) orthonormalize(q, columns, rows);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) result[i * n + j] = gain * (m >= n ? q[j * rows + i] : q[i * rows + j]);
    }
    return new Tensor(result, shape, dtype);
  };
}
