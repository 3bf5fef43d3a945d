import { divide, equal, maximum, multiply, where } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { mean, sum } from '../ops/reduce.js';
import { reshape, squeeze } from '../ops/shape.js';
import { ShapeError, show, ValueError } from '../program/errors.js';
import { SymbolicTensor } from '../program/graph.js';
import { TensorBase } from '../program/tensor.js';
import { showShape, type DType } from '../program/types.js';
import { sameRank, type Loss, type LossFunction, type Reduction } from './loss.js';

const EPSILON = 1e-7;

/** What weighs the entries of a loss beside the formula. */
export interface Weighting {
  sampleWeight?: TensorBase | null;
  /** Default: the mask that the predictions carry. */
  mask?: TensorBase | null;
  /** Default: the loss's own. */
  reduction?: Reduction;
}

/** A weight [batch] weighs whole samples, whatever axes the losses have after it. */
export function overSamples(who: string, weight: TensorBase, values: TensorBase): TensorBase {
  // As Keras, [batch, 1] weighs losses [batch].
  const column = weight.rank === values.rank + 1 && weight.shape.at(-1) === 1;
  const [, aligned] = sameRank(values, column ? squeeze(weight, -1) : weight);
  if (aligned.rank > values.rank || aligned.shape.some((n, i) => n !== 1 && n !== values.shape[i])) {
    throw new ShapeError(
      `${who}: sample weights ${showShape(weight.shape)} do not fit losses of shape ${showShape(values.shape)}.`,
    );
  }
  return reshape(aligned, [...aligned.shape, ...values.shape.slice(aligned.rank).map(() => 1)]);
}

/** Masked entries weigh nothing; with `mean`, the others weigh so much more that the mean is over them. */
function maskWeight(mask: TensorBase, dtype: DType, rescale: boolean): TensorBase {
  const m = cast(mask, dtype);
  return rescale ? multiply(m, divide(m.size, maximum(sum(m), EPSILON))) : m;
}

/** The mask of predictions whose losses have these values: without the axes that the loss reduced. */
function fittingMask(mask: TensorBase, values: TensorBase): TensorBase | null {
  if (mask.rank <= values.rank) return mask;
  return mask.rank === values.rank + 1 && mask.shape.at(-1) === 1 ? reshape(mask, mask.shape.slice(0, -1)) : null;
}

/**
 * Targets and predictions to one number (to one per sample with reduction 'none'), as Keras weighs and divides:
 * the mean is over all entries that are not masked, whatever the sample weights.
 */
export function reduceLoss(
  loss: LossFunction | Loss,
  yTrue: TensorBase,
  yPred: TensorBase,
  weighting: Weighting = {},
): TensorBase {
  const own = loss as Partial<Loss>;
  const who = own.lossName ?? (loss.name || 'loss');
  const reduction = weighting.reduction ?? own.reduction ?? 'sumOverBatchSize';
  let values = loss(yTrue, yPred);
  if (!(values instanceof TensorBase))
    throw new ValueError(`${who}: a loss must return a tensor, got ${show(values)}.`);
  const carried = weighting.mask === undefined ? (yPred instanceof SymbolicTensor ? yPred.mask : null) : weighting.mask;
  let mask = carried ? fittingMask(carried, values) : null;
  const valid = own.valid?.(yTrue, yPred);
  if (valid) mask = mask ? multiply(cast(mask, 'float32'), cast(valid, 'float32')) : valid;
  const rescale = reduction === 'mean' || reduction === 'sumOverBatchSize';
  let weight = mask ? overSamples(who, maskWeight(mask, values.dtype, rescale), values) : null;
  if (weighting.sampleWeight) {
    const given = overSamples(who, cast(weighting.sampleWeight, values.dtype), values);
    weight = weight ? multiply(weight, given) : given;
  }
  if (weight) values = multiply(values, weight);
  if (reduction === 'none') return values;
  if (reduction === 'sum') return sum(values);
  if (reduction !== 'meanWithSampleWeight' || !weight) return mean(values);
  const total = sum(weight);
  const nothing = equal(total, 0);
  return where(nothing, 0, divide(sum(values), where(nothing, 1, total)));
}
