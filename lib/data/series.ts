import { ShapeError } from '../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { allocate, showShape, type DType, type TypedArray } from '../program/types.js';

/** Series as the functions of this room take them: [n, length, F], or one as [length, F] or [length]. */
export interface Series {
  readonly data: TypedArray;
  readonly dtype: DType;
  readonly count: number;
  readonly length: number;
  readonly features: number;
  /** A tensor of the same rank and a floating dtype, with `length` steps whose values `at` gives. */
  map(length: number, at: (series: number, step: number, feature: number) => number): Tensor;
}

/** @throws ShapeError for more than three axes or none. */
export function seriesOf(who: string, value: TensorLike): Series {
  const t = tensor(value, undefined, undefined, who);
  if (t.rank < 1 || t.rank > 3)
    throw new ShapeError(
      `${who}: expected series of shape [n, length, F], [length, F] or [length], got ${showShape(t.shape)}.`,
    );
  const [count, length, features] = t.rank === 3 ? t.shape : [1, t.shape[0], t.shape[1] ?? 1];
  return {
    data: t.data,
    dtype: t.dtype,
    count,
    length,
    features,
    map(steps, at) {
      const dtype = t.dtype === 'float64' ? 'float64' : 'float32';
      const data = allocate(dtype, count * steps * features);
      let to = 0;
      for (let s = 0; s < count; s++)
        for (let step = 0; step < steps; step++) for (let f = 0; f < features; f++) data[to++] = at(s, step, f);
      return new Tensor(data, t.rank === 1 ? [steps] : [count, steps, features].slice(3 - t.rank), dtype);
    },
  };
}

/** Calls `visit` with each feature of each series: where its first value lies, and how far it is from step to step. */
export function eachFeature({ count, length, features }: Series, visit: (first: number, stride: number) => void): void {
  for (let s = 0; s < count; s++) for (let f = 0; f < features; f++) visit(s * length * features + f, features);
}
