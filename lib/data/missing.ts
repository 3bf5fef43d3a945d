import { checkSeed, freshSeed } from '../ops/random.js';
import { checkInteger, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { PhiloxStream } from './philox.js';
import { eachFeature, seriesOf } from './series.js';

/** Where values are missing (NaN): a bool tensor of the shape of x. */
export function missingMask(x: TensorLike): Tensor {
  const t = tensor(x, undefined, undefined, 'missingMask');
  return new Tensor(
    Uint8Array.from(t.data, (v) => (Number.isNaN(v) ? 1 : 0)),
    t.shape,
  );
}

/**
 * Missing values (NaN) on the straight line between the known ones around them; before the first and after the last known
 * value, that value.
 *
 * @param x [length, F], [length] or [n, length, F]. @returns The shape of x. @throws ValueError for a series without any value.
 */
export function interpolateMissing(x: TensorLike): Tensor {
  const series = seriesOf('interpolateMissing', x);
  const { data, length, features } = series;
  const filled = Float64Array.from(data);
  eachFeature(series, (first, stride) => {
    let before = -1;
    for (let t = 0; t < length; t++) {
      const value = data[first + t * stride];
      if (Number.isNaN(value)) continue;
      const left = before < 0 ? value : data[first + before * stride];
      for (let k = before + 1; k < t; k++)
        filled[first + k * stride] = left + ((value - left) * (k - before)) / (t - before);
      before = t;
    }
    if (before < 0)
      throw new ValueError(`interpolateMissing: feature ${first % features} has no value that is a number.`);
    for (let k = before + 1; k < length; k++) filled[first + k * stride] = data[first + before * stride];
  });
  return series.map(length, (s, t, f) => filled[(s * length + t) * features + f]);
}

export interface HideGapsOptions {
  /** Share of the known values to hide, above 0 and below 1. Default 0.1. */
  share?: number;
  /** Lengths of gaps to draw from, in steps; a length that occurs often is drawn often. Default [1]. */
  lengths?: readonly number[];
  /** Default: a fresh one. */
  seed?: number;
}

export interface HiddenGaps {
  /** The series with NaN where values were hidden. */
  series: Tensor;
  /** Bool: what was known and is hidden now. */
  hidden: Tensor;
}

/**
 * Hides known values of one series in gaps at random places, to measure how well they are guessed.
 *
 * @param x [length].
 * @returns Tensors [length]. At least one value is hidden, and at least one stays.
 */
export function hideGaps(x: TensorLike, options: HideGapsOptions = {}): HiddenGaps {
  const who = 'hideGaps';
  checkOptions(who, options, ['share', 'lengths', 'seed']);
  const t = tensor(x, undefined, undefined, who);
  if (t.rank !== 1) throw new ShapeError(`${who}: expected one series of shape [length], got ${showShape(t.shape)}.`);
  const { share = 0.1, lengths = [1] } = options;
  if (!(share > 0 && share < 1)) throw new ValueError(`${who}: share must lie between 0 and 1, got ${show(share)}.`);
  if (!Array.isArray(lengths) || lengths.length === 0)
    throw new ValueError(`${who}: lengths must be a list of gap lengths.`);
  for (const length of lengths) checkInteger(who, 'a length', length, 1);
  const known = t.size - Array.from(t.data).filter(Number.isNaN).length;
  if (known < 2) throw new ValueError(`${who}: expected at least 2 known values, got ${known}.`);
  const wanted = Math.min(known - 1, Math.max(1, Math.round(share * known)));
  const random = new PhiloxStream(options.seed === undefined ? freshSeed() : checkSeed(who, options.seed), 0);
  const series = seriesOf(who, t).map(t.size, (_, step) => t.data[step]);
  const hidden = new Uint8Array(t.size);
  for (let done = 0; done < wanted;) {
    const length = lengths[random.below(lengths.length)] as number;
    const begin = random.below(t.size);
    for (let at = begin; at < Math.min(begin + length, t.size) && done < wanted; at++) {
      if (Number.isNaN(series.data[at])) continue;
      series.data[at] = NaN;
      hidden[at] = 1;
      done++;
    }
  }
  return { series, hidden: new Tensor(hidden) };
}
