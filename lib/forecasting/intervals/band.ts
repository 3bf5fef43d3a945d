import { ShapeError, show, ValueError } from '../../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../../program/tensor.js';
import { sameShape, showShape } from '../../program/types.js';

/** The edges of an interval around each forecast, each of the forecast's shape. */
export interface Band {
  lower: Tensor;
  upper: Tensor;
}

export interface BandLike {
  lower: TensorLike;
  upper: TensorLike;
}

/** Tensors of one shape with at least one element. */
export function alike(who: string, values: readonly TensorLike[]): Tensor[] {
  const tensors = values.map((v) => tensor(v, undefined, undefined, who));
  const [first] = tensors;
  if (first.size === 0 || !tensors.every((t) => sameShape(t.shape, first.shape)))
    throw new ShapeError(
      `${who}: expected tensors of one shape, got ${tensors.map((t) => showShape(t.shape)).join(' and ')}.`,
    );
  return tensors;
}

/** Quantiles in growing order, all between 0 and 1. */
export function checkQuantiles(who: string, quantiles: readonly number[]): readonly number[] {
  const grows = (q: unknown, i: number) => typeof q === 'number' && q > (i === 0 ? 0 : quantiles[i - 1]) && q < 1;
  if (!Array.isArray(quantiles) || quantiles.length === 0 || !quantiles.every(grows))
    throw new ValueError(`${who}: quantiles must grow from above 0 to below 1, got ${show(quantiles)}.`);
  return quantiles;
}
