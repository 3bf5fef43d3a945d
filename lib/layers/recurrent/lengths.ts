import { less, logicalAnd } from '../../ops/arithmetic.js';
import { cast } from '../../ops/cast.js';
import { arange } from '../../ops/create.js';
import { cummax } from '../../ops/cumulative.js';
import { any } from '../../ops/reduce.js';
import { expandDims, flip, reshape, slice } from '../../ops/shape.js';
import { ShapeError } from '../../program/errors.js';
import { tensor, TensorBase, type TensorLike } from '../../program/tensor.js';
import { showShape } from '../../program/types.js';
import type { SequenceCall } from './cell.js';

/**
 * Which steps of x [B, T, F] are before the end of their row: bool [B, T].
 *
 * @param lengths Whole numbers [B] or [B, 1]; 0 is a row with nothing in it. @throws ShapeError for another shape.
 */
export function stepsBefore(who: string, lengths: TensorBase | TensorLike, x: TensorBase): TensorBase {
  const [batch, steps] = x.shape;
  const given = lengths instanceof TensorBase ? lengths : tensor(lengths, undefined, 'int32', `${who}: sequenceLength`);
  const fits = given.shape[0] === batch && (given.rank === 1 || (given.rank === 2 && given.shape[1] === 1));
  if (!fits) throw new ShapeError(`${who}: sequenceLength has shape ${showShape(given.shape)}, expected [${batch}].`);
  return less(expandDims(arange(steps), 0), reshape(cast(given, 'int32'), [batch, 1]));
}

export function both(a: TensorBase | null, b: TensorBase | null): TensorBase | null {
  return a && b ? logicalAnd(a, b) : (a ?? b);
}

/** Of a call with a mask, in the order of computation: where there has been a real step, bool [B, T, 1]. */
export function reachedAt({ mask, goBackwards, part }: SequenceCall): TensorBase {
  const given = mask as TensorBase;
  return expandDims(part?.reached ?? cummax(goBackwards ? flip(given, 1) : given, 1), -1);
}

/** Of a call with a mask: where there was a real step in the end, bool [B, 1]. */
export function reachedInTheEnd({ mask, part }: SequenceCall): TensorBase {
  return part?.reached ? slice(part.reached, [null, [-1, null]]) : any(mask as TensorBase, 1, true);
}
