import { equal, greater } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { inTopK } from '../ops/indexing.js';
import { argmax, mean } from '../ops/reduce.js';
import { reshape, squeeze } from '../ops/shape.js';
import { sameRank } from '../losses/loss.js';
import { ShapeError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { sameShape, showShape } from '../program/types.js';

// How often predictions are right: one value per row, 0 or 1.

function sameShapes(who: string, yTrue: TensorBase, yPred: TensorBase): [TensorBase, TensorBase] {
  const [t, p] = sameRank(yTrue, yPred);
  if (!sameShape(t.shape, p.shape))
    throw new ShapeError(
      `${who}: targets ${showShape(yTrue.shape)} do not have the shape of the predictions, ${showShape(yPred.shape)}.`,
    );
  return [t, p];
}

/** Numbers of classes of the shape of the predictions without their last axis. */
function classes(who: string, yTrue: TensorBase, yPred: TensorBase): TensorBase {
  const t = yTrue.rank === yPred.rank && yTrue.shape.at(-1) === 1 ? squeeze(yTrue, -1) : yTrue;
  const expected = yPred.shape.slice(0, -1);
  if (!sameShape(t.shape, expected))
    throw new ShapeError(
      `${who}: expected classes of shape ${showShape(expected)} for predictions ${showShape(yPred.shape)}, got ${showShape(yTrue.shape)}.`,
    );
  return cast(t, 'int32');
}

/** Whether the values are equal. */
export function exact(yTrue: TensorBase, yPred: TensorBase): TensorBase {
  const [t, p] = sameShapes('accuracy', yTrue, yPred);
  const hits = cast(equal(cast(t, p.dtype), p), 'float32');
  return hits.rank > 1 ? mean(hits, -1) : hits;
}

/** Whether the prediction is on the target's side of the threshold. */
export function binary(yTrue: TensorBase, yPred: TensorBase, threshold: number): TensorBase {
  const [t, p] = sameShapes('binaryAccuracy', yTrue, yPred);
  const hits = cast(equal(cast(t, p.dtype), cast(greater(p, threshold), p.dtype)), 'float32');
  return hits.rank > 1 ? mean(hits, -1) : hits;
}

/** Whether the largest prediction is at the target's largest place. */
export function categorical(yTrue: TensorBase, yPred: TensorBase): TensorBase {
  const [t, p] = sameShapes('categoricalAccuracy', yTrue, yPred);
  return cast(equal(argmax(t, -1), argmax(p, -1)), 'float32');
}

/** Whether the largest prediction is that of the target's class. */
export function sparseCategorical(yTrue: TensorBase, yPred: TensorBase): TensorBase {
  return cast(equal(classes('sparseCategoricalAccuracy', yTrue, yPred), argmax(yPred, -1)), 'float32');
}

/** Whether the target's class is among the k largest predictions. */
export function sparseTopK(yTrue: TensorBase, yPred: TensorBase, k: number): TensorBase {
  const t = classes('sparseTopKCategoricalAccuracy', yTrue, yPred);
  const hits = inTopK(reshape(t, [-1]), reshape(yPred, [-1, yPred.shape.at(-1) as number]), k);
  return cast(reshape(hits, t.shape), 'float32');
}

export function topK(yTrue: TensorBase, yPred: TensorBase, k: number): TensorBase {
  const [t, p] = sameShapes('topKCategoricalAccuracy', yTrue, yPred);
  return sparseTopK(argmax(t, -1), p, k);
}

/** What 'accuracy' means for these shapes: binary for one output, else by classes, one-hot or numbered. */
export function byShapes(yTrue: TensorBase, yPred: TensorBase): TensorBase {
  return chosen(yTrue, yPred, (t, p) => binary(t, p, 0.5), categorical, sparseCategorical);
}

/** One of three functions, as Keras picks by the shapes. */
export function chosen<F extends (t: TensorBase, p: TensorBase) => TensorBase>(
  yTrue: TensorBase,
  yPred: TensorBase,
  two: F,
  oneHot: F,
  numbered: F,
): TensorBase {
  const last = yPred.shape.at(-1) ?? 1;
  if (last === 1) return two(yTrue, yPred);
  const sparse = yTrue.rank < yPred.rank || yTrue.shape.at(-1) === 1;
  return (sparse ? numbered : oneHot)(yTrue, yPred);
}
