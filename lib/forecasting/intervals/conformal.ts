import { checkCoverage } from '../../data/quantile.js';
import { checkOptions, ShapeError, ValueError } from '../../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../../program/tensor.js';
import { allocate, showShape } from '../../program/types.js';
import { alike, type Band, type BandLike } from './band.js';

export interface ConformalOptions {
  /** Share of the truth that the intervals are to hold. Default 0.9. */
  coverage?: number;
}

const isBand = (value: unknown): value is BandLike =>
  typeof value === 'object' && value !== null && 'lower' in value && 'upper' in value;

/** Widens forecasts into intervals by what held-out data needed. */
export class Conformal {
  /** @param margins What an interval reaches beyond the forecast, or a band's edges beyond their place, per step ahead. */
  constructor(readonly margins: Tensor) {}

  /**
   * Intervals around new forecasts.
   *
   * @param yPred [n, ahead], [ahead], or a band of them, as was calibrated with. @returns Edges in the shape of yPred.
   */
  apply(yPred: TensorLike | BandLike): Band {
    const given = isBand(yPred) ? yPred : { lower: yPred, upper: yPred };
    const [lower, upper] = alike('conformal', [given.lower, given.upper]);
    const ahead = this.margins.size;
    if (lower.shape.at(-1) !== ahead)
      throw new ShapeError(
        `conformal: expected forecasts of ${ahead} steps, [n, ${ahead}], got ${showShape(lower.shape)}.`,
      );
    const moved = (t: Tensor, sign: number) => {
      const dtype = t.dtype === 'float64' ? 'float64' : 'float32';
      const data = allocate(dtype, t.size);
      for (let i = 0; i < data.length; i++) data[i] = t.data[i] + sign * this.margins.data[i % ahead];
      return new Tensor(data, t.shape, dtype);
    };
    return { lower: moved(lower, -1), upper: moved(upper, 1) };
  }
}

/**
 * Split conformal intervals: per step ahead, the margin that the share `coverage` of held-out forecasts needed, in the
 * ⌈(n + 1) · coverage⌉-th place of n, so that new truth is inside with at least that probability as far as it is exchangeable
 * with the held-out (Lei et al. 2018). For a band, such as two quantiles, its edges are moved (Romano et al. 2019).
 *
 * @param yTrue Truth that the model was not trained on: [n, ahead], or [n] for one step.
 * @param yPred Its forecasts of the same shape, or the band around them.
 * @throws ValueError when n is too small for the coverage.
 */
export function conformal(yTrue: TensorLike, yPred: TensorLike | BandLike, options: ConformalOptions = {}): Conformal {
  const who = 'conformal';
  checkOptions(who, options, ['coverage']);
  const coverage = checkCoverage(who, options.coverage ?? 0.9);
  const given = isBand(yPred) ? yPred : { lower: yPred, upper: yPred };
  const [truth, lower, upper] = alike(who, [yTrue, given.lower, given.upper]).map((t) =>
    t.rank === 1 ? tensor(t.data, [t.size, 1]) : t,
  );
  if (truth.rank !== 2) throw new ShapeError(`${who}: expected [n, ahead], got ${showShape(truth.shape)}.`);
  const [n, ahead] = truth.shape;
  // Rounding must not push a whole number up a place.
  const up = (value: number) => Math.ceil(value - 1e-9);
  const place = up((n + 1) * coverage);
  if (place > n)
    throw new ValueError(
      `${who}: ${n} held-out forecasts are too few for a coverage of ${coverage}; expected at least ${up(coverage / (1 - coverage))}.`,
    );
  const margins = new Float64Array(ahead);
  for (let k = 0; k < ahead; k++) {
    const missed = Float64Array.from({ length: n }, (_, b) => {
      const i = b * ahead + k;
      return Math.max(lower.data[i] - truth.data[i], truth.data[i] - upper.data[i]);
    }).sort();
    margins[k] = missed[place - 1];
  }
  return new Conformal(new Tensor(margins));
}
