import { add, equal, greater, less, multiply } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { arange } from '../ops/create.js';
import { sum } from '../ops/reduce.js';
import { expandDims } from '../ops/shape.js';
import type { TensorBase } from '../program/tensor.js';

/** Which entries of each row [N, C] are among its k largest; of equal ones the first. bool [N, C]. */
export function largest(rows: TensorBase, k: number): TensorBase {
  const columns = arange(rows.shape[1]);
  const [self, other] = [expandDims(rows, 2), expandDims(rows, 1)]; // [N, C, 1] against [N, 1, C]
  const earlier = less(expandDims(columns, 0), expandDims(columns, 1)); // [C, C]
  const ties = multiply(cast(equal(other, self), 'float64'), cast(earlier, 'float64'));
  const before = sum(add(cast(greater(other, self), 'float64'), ties), 2);
  return less(before, k);
}
