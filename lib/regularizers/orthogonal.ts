import { abs, maximum, multiply, rsqrt, square, subtract } from '../ops/arithmetic.js';
import { eye } from '../ops/create.js';
import { matmul } from '../ops/matmul.js';
import { sum } from '../ops/reduce.js';
import { transpose } from '../ops/shape.js';
import { checkChoice, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { showShape } from '../program/types.js';
import { described, type Regularizer } from './regularizer.js';

const MODES = ['rows', 'columns'] as const;
// Keeps the direction of a row of zeros finite.
const TINY = 1e-24;

/**
 * factor · the mean |cosine| between different rows (default) or columns of a matrix: pushes them apart.
 *
 * @param options `factor` (default 0.01), `mode`: 'rows' or 'columns'.
 */
export function orthogonalRegularizer(options: { factor?: number; mode?: (typeof MODES)[number] } = {}): Regularizer {
  const who = 'regularizers.orthogonalRegularizer';
  checkOptions(who, options, ['factor', 'mode']);
  const { factor = 0.01 } = options;
  if (typeof factor !== 'number' || !Number.isFinite(factor))
    throw new ValueError(`${who}: factor must be a number, got ${show(factor)}.`);
  const mode = checkChoice(who, 'mode', options.mode ?? 'rows', MODES);
  return described('orthogonalRegularizer', { factor, mode }, (x) => {
    if (x.rank !== 2) throw new ShapeError(`${who}: only for matrices, got shape ${showShape(x.shape)}.`);
    const vectors = mode === 'rows' ? x : transpose(x);
    const [count] = vectors.shape;
    if (count < 2) return multiply(sum(x), 0);
    const unit = multiply(vectors, rsqrt(maximum(sum(square(vectors), 1, true), TINY)));
    const cosines = multiply(matmul(unit, transpose(unit)), subtract(1, eye(count, count, 0, x.dtype)));
    return multiply(sum(abs(cosines)), factor / (count * (count - 1)));
  });
}
