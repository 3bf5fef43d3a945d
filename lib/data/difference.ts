import { checkInteger, checkOptions, ShapeError } from '../program/errors.js';
import type { Tensor, TensorLike } from '../program/tensor.js';
import { eachFeature, seriesOf, type Series } from './series.js';

export interface DifferenceOptions {
  /** Steps back: 1 takes a trend away, the length of a season that season; a list takes one difference after the other. Default 1. */
  lag?: number | readonly number[];
  /** How often the difference (each of a list) is taken. Default 1. */
  order?: number;
}

export interface AfterOptions {
  /** The known series that the differences follow, at least `lost` steps. */
  after: TensorLike;
}

/** Changes instead of levels: `y[t] = x[t] − x[t − lag]`, and back. */
export class Differencer {
  /** Steps that the differences are fewer than the series. */
  readonly lost: number;

  constructor(private readonly lags: readonly number[]) {
    this.lost = lags.reduce((a, b) => a + b, 0);
  }

  /** @param x [length, F], [length] or [n, length, F]. @returns The same with `lost` steps less. @throws ShapeError when too short. */
  transform(x: TensorLike): Tensor {
    const { series, levels } = this.differences('difference: transform', x);
    const last = levels[this.lags.length];
    return series.map(series.length - this.lost, (s, t, f) => last[s * series.features + f][t]);
  }

  /**
   * The levels of differences that follow a known series, such as forecasts.
   *
   * @param x Differences: [ahead, F], [ahead] or [n, ahead, F]. @param options `after`: [length, F], [length] or [n, length, F].
   * @returns Levels in the shape of x.
   */
  inverseTransform(x: TensorLike, options: AfterOptions): Tensor {
    const who = 'difference: inverseTransform';
    checkOptions(who, options, ['after']);
    const changes = seriesOf(who, x);
    const { series: known, levels } = this.differences(who, options.after);
    if (known.count !== changes.count || known.features !== changes.features)
      throw new ShapeError(
        `${who}: ${changes.count} series of ${changes.features} features follow ${known.count} of ${known.features}.`,
      );
    const restored: Float64Array[] = [];
    eachFeature(changes, (first, stride) => {
      let values = Float64Array.from({ length: changes.length }, (_, t) => changes.data[first + t * stride]);
      for (let k = this.lags.length - 1; k >= 0; k--) {
        const [lag, past] = [this.lags[k], levels[k][restored.length]];
        const sums = values;
        values = new Float64Array(sums.length);
        for (let t = 0; t < values.length; t++)
          values[t] = sums[t] + (t >= lag ? values[t - lag] : past[past.length - lag + t]);
      }
      restored.push(values);
    });
    return changes.map(changes.length, (s, t, f) => restored[s * changes.features + f][t]);
  }

  /** The series of every feature after 0, 1, … differences. */
  private differences(who: string, x: TensorLike): { series: Series; levels: Float64Array[][] } {
    const series = seriesOf(who, x);
    if (series.length < this.lost)
      throw new ShapeError(
        `${who}: lags of ${this.lags.join(' and ')} need at least ${this.lost} steps, got ${series.length}.`,
      );
    const first: Float64Array[] = [];
    eachFeature(series, (begin, stride) =>
      first.push(Float64Array.from({ length: series.length }, (_, t) => series.data[begin + t * stride])),
    );
    const levels = [first];
    for (const lag of this.lags)
      levels.push(levels[levels.length - 1].map((v) => v.subarray(lag).map((value, t) => value - v[t])));
    return { series, levels };
  }
}

/** Differences with a lag, seasonal for the length of a season, and their inverse from the last known values. */
export function difference(options: DifferenceOptions = {}): Differencer {
  const who = 'difference';
  checkOptions(who, options, ['lag', 'order']);
  const lags = [options.lag ?? 1].flat().map((lag) => checkInteger(who, 'lag', lag, 1));
  const order = checkInteger(who, 'order', options.order ?? 1, 0);
  return new Differencer(Array.from({ length: order }, () => lags).flat());
}
