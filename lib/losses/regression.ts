import {
  abs,
  add,
  clip,
  divide,
  log,
  maximum,
  multiply,
  negative,
  rsqrt,
  softplus,
  square,
  subtract,
  where,
  lessEqual,
} from '../ops/arithmetic.js';
import { mean, sum } from '../ops/reduce.js';
import type { Operand } from '../program/apply.js';
import { ShapeError, show, ValueError } from '../program/errors.js';
import { tensor, type TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { lossFactory, type LossFunction } from './loss.js';

// Losses of real-valued targets; the last axis is averaged, as Keras does.

const EPSILON = 1e-7;

export const meanSquaredError = lossFactory('meanSquaredError', {}, () => (t, p) => mean(square(subtract(p, t)), -1));

export const meanAbsoluteError = lossFactory('meanAbsoluteError', {}, () => (t, p) => mean(abs(subtract(p, t)), -1));

/** 100 · |t − p| / |t| */
export const meanAbsolutePercentageError = lossFactory(
  'meanAbsolutePercentageError',
  {},
  () => (t, p) => multiply(100, mean(abs(divide(subtract(t, p), maximum(abs(t), EPSILON))), -1)),
);

/** (log(1 + p) − log(1 + t))², both cut at 0 from below. */
export const meanSquaredLogarithmicError = lossFactory('meanSquaredLogarithmicError', {}, () => (t, p) => {
  const logOf = (x: TensorBase) => log(add(maximum(x, EPSILON), 1));
  return mean(square(subtract(logOf(p), logOf(t))), -1);
});

/** Squared for errors up to `delta`, linear beyond. */
export const huber = lossFactory('huber', { delta: 1 }, ({ delta }) => (t, p) => {
  const size = abs(subtract(p, t));
  return mean(
    where(lessEqual(size, delta), multiply(0.5, square(size)), subtract(multiply(delta, size), 0.5 * delta * delta)),
    -1,
  );
});

/** log cosh of the error, without overflow. */
export const logCosh = lossFactory('logCosh', {}, () => (t, p) => {
  const x = subtract(p, t);
  return mean(subtract(add(x, softplus(multiply(-2, x))), Math.LN2), -1);
});

export const poisson = lossFactory(
  'poisson',
  {},
  () => (t, p) => mean(subtract(p, multiply(t, log(add(p, EPSILON)))), -1),
);

/** Σ t · log(t / p), both cut to [1e-7, 1]. */
export const klDivergence = lossFactory('klDivergence', {}, () => (t, p) => {
  const [a, b] = [clip(t, EPSILON, 1), clip(p, EPSILON, 1)];
  return sum(multiply(a, log(divide(a, b))), -1);
});

/** Minus the cosine of the angle between targets and predictions along `axis`. */
export const cosineSimilarity = lossFactory('cosineSimilarity', { axis: -1 }, ({ axis }) => (t, p) => {
  const unit = (x: TensorBase) => multiply(x, rsqrt(maximum(sum(square(x), axis, true), EPSILON ** 2)));
  return negative(sum(multiply(unit(t), unit(p)), axis));
});

/** The pinball loss, whose minimum is this quantile: max(q·e, (q − 1)·e), e = t − p. */
export const quantile = lossFactory('quantile', { quantile: 0.5 }, ({ quantile: q }) => {
  if (!(q > 0 && q < 1)) throw new ValueError(`quantile: quantile must lie between 0 and 1, got ${q}.`);
  return pinball(q, q - 1);
});

/**
 * The pinball loss of several quantiles at once, averaged over them: targets [...], predictions [..., quantiles]. What is
 * predicted is the band that forecasting.intervals.quantiles reads.
 */
export const quantiles = lossFactory(
  'quantiles',
  { quantiles: [0.05, 0.5, 0.95] as readonly number[] },
  ({ quantiles: list }) => {
    if (!Array.isArray(list) || list.length === 0 || !list.every((q) => typeof q === 'number' && q > 0 && q < 1))
      throw new ValueError(`quantiles: quantiles must be numbers between 0 and 1, got ${show(list)}.`);
    return (t, p) => {
      if (p.shape.at(-1) !== list.length)
        throw new ShapeError(
          `quantiles: expected predictions [..., ${list.length}], one for each quantile, got ${showShape(p.shape)}.`,
        );
      const [q, less] = [list, list.map((level) => level - 1)].map((levels) => tensor(levels, null, p.dtype));
      return pinball(q, less)(t, p);
    };
  },
  { several: true },
);

/** @param less q − 1. */
function pinball(q: Operand, less: Operand): LossFunction {
  return (t, p) => {
    const error = subtract(t, p);
    return mean(maximum(multiply(q, error), multiply(less, error)), -1);
  };
}
