import { checkCoverage, quantile } from '../../data/quantile.js';
import { checkOptions, ShapeError, ValueError } from '../../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../../program/tensor.js';
import { showShape } from '../../program/types.js';
import { checkQuantiles, type Band } from './band.js';

export interface QuantilesOptions {
  /** What each output is trained for (losses.quantiles), growing. */
  quantiles: readonly number[];
  /** Share of the truth inside the band, at most that between the lowest and the highest. Default: from one to the other. */
  coverage?: number;
}

export interface QuantileBand extends Band {
  median: Tensor;
}

/**
 * The band and the median of a model that predicts several quantiles. Quantiles that cross are put in order first, which never
 * makes them worse (Chernozhukov et al. 2010); between two of them the line is taken.
 *
 * @param yPred [..., quantiles] @returns Tensors [...]
 */
export function quantiles(yPred: TensorLike, options: QuantilesOptions): QuantileBand {
  const who = 'quantiles';
  checkOptions(who, options, ['quantiles', 'coverage']);
  const levels = checkQuantiles(who, options.quantiles);
  const t = tensor(yPred, undefined, undefined, who);
  const width = levels.length;
  if (t.shape.at(-1) !== width)
    throw new ShapeError(
      `${who}: expected predictions [..., ${width}], one for each quantile, got ${showShape(t.shape)}.`,
    );
  const edges =
    options.coverage === undefined
      ? [levels[0], levels[width - 1]]
      : [(1 - checkCoverage(who, options.coverage)) / 2, (1 + options.coverage) / 2];
  for (const level of [edges[0], 0.5, edges[1]]) {
    if (level < levels[0] - 1e-9 || level > levels[width - 1] + 1e-9)
      throw new ValueError(
        `${who}: level ${Number(level.toFixed(6))} is not between the quantiles ${levels[0]} and ${levels[width - 1]}.`,
      );
  }
  const rows = t.size / width;
  const [lower, median, upper] = [edges[0], 0.5, edges[1]].map((level) => {
    const place = placeOf(levels, level);
    const values = Float32Array.from({ length: rows }, (_, r) =>
      quantile(Float64Array.from(t.data.subarray(r * width, (r + 1) * width)).sort(), place),
    );
    return new Tensor(values, t.shape.slice(0, -1));
  });
  return { lower, median, upper };
}

/** Where a level lies among the given ones, from 0 (the first) to 1 (the last). */
function placeOf(levels: readonly number[], level: number): number {
  const last = levels.length - 1;
  if (last === 0 || level <= levels[0]) return 0;
  if (level >= levels[last]) return 1;
  const high = levels.findIndex((q) => q >= level);
  return (high - 1 + (level - levels[high - 1]) / (levels[high] - levels[high - 1])) / last;
}
