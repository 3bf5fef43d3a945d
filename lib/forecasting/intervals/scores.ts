import { checkCoverage } from '../../data/quantile.js';
import { ShapeError } from '../../program/errors.js';
import { tensor, type TensorLike } from '../../program/tensor.js';
import { sameShape, showShape } from '../../program/types.js';
import { alike, checkQuantiles } from './band.js';

// How good intervals and distributions are; all take tensors of one shape and give one number.

const mean = (n: number, at: (i: number) => number) => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += at(i);
  return sum / n;
};

/** Share of the truth inside its interval, edges included. */
export function coverage(yTrue: TensorLike, lower: TensorLike, upper: TensorLike): number {
  const [y, l, u] = alike('coverage', [yTrue, lower, upper]);
  return mean(y.size, (i) => Number(y.data[i] >= l.data[i] && y.data[i] <= u.data[i]));
}

/** Mean width of the intervals, in the units of the series. */
export function meanWidth(lower: TensorLike, upper: TensorLike): number {
  const [l, u] = alike('meanWidth', [lower, upper]);
  return mean(l.size, (i) => u.data[i] - l.data[i]);
}

/**
 * Mean interval score: the width, and 2 / (1 − coverage) times what the truth lies outside (Winkler 1972). Lower is better.
 *
 * @param share The coverage that the intervals were made for.
 */
export function intervalScore(yTrue: TensorLike, lower: TensorLike, upper: TensorLike, share: number): number {
  const alpha = 1 - checkCoverage('intervalScore', share);
  const [y, l, u] = alike('intervalScore', [yTrue, lower, upper]);
  return mean(y.size, (i) => {
    const outside = Math.max(0, l.data[i] - y.data[i], y.data[i] - u.data[i]);
    return u.data[i] - l.data[i] + (2 / alpha) * outside;
  });
}

/**
 * Mean pinball loss of predicted quantiles: max(q·e, (q − 1)·e), e = truth − prediction; twice it, over many even quantiles,
 * approaches the CRPS.
 *
 * @param yTrue [...] @param yPred [..., quantiles] @param quantiles Growing, between 0 and 1.
 */
export function pinball(yTrue: TensorLike, yPred: TensorLike, quantiles: readonly number[]): number {
  const levels = checkQuantiles('pinball', quantiles);
  const [y, p] = [tensor(yTrue, undefined, undefined, 'pinball'), tensor(yPred, undefined, undefined, 'pinball')];
  const width = levels.length;
  if (!sameShape(p.shape, [...y.shape, width]) || y.size === 0)
    throw new ShapeError(
      `pinball: expected truth [...] and predictions [..., ${width}], got ${showShape(y.shape)} and ${showShape(p.shape)}.`,
    );
  return mean(p.size, (i) => {
    const error = y.data[Math.floor(i / width)] - p.data[i];
    return Math.max(levels[i % width] * error, (levels[i % width] - 1) * error);
  });
}

/**
 * Continuous ranked probability score of drawn forecasts, E|X − y| − ½ E|X − X′| (Gneiting & Raftery 2007), in the units of
 * the series; for one draw, the absolute error. Lower is better.
 *
 * @param yTrue [...] @param samples [draws, ...]
 */
export function crps(yTrue: TensorLike, samples: TensorLike): number {
  const [y, s] = [tensor(yTrue, undefined, undefined, 'crps'), tensor(samples, undefined, undefined, 'crps')];
  if (s.rank === 0 || s.size === 0 || !sameShape(s.shape.slice(1), y.shape))
    throw new ShapeError(
      `crps: expected truth [...] and samples [draws, ...], got ${showShape(y.shape)} and ${showShape(s.shape)}.`,
    );
  const draws = s.shape[0];
  return mean(y.size, (i) => {
    const values = Float64Array.from({ length: draws }, (_, k) => s.data[k * y.size + i]).sort();
    const error = mean(draws, (k) => Math.abs(values[k] - y.data[i]));
    // Of sorted values, Σ|x_j − x_k| over all pairs is 2 Σ (2k − draws + 1) x_k.
    const spread = mean(draws, (k) => ((2 * k - draws + 1) * values[k]) / draws);
    return error - spread;
  });
}
