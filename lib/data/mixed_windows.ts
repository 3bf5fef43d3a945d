import { checkChoice, checkInteger, checkOptions, ShapeError, ValueError } from '../program/errors.js';
import { Tensor, type TensorLike } from '../program/tensor.js';
import { allocate, isFloating } from '../program/types.js';
import { seriesOf } from './series.js';

export interface MixedWindowsOptions {
  /** Last steps of a window, as they are. */
  recent: number;
  /** Coarse steps before them, each for a block of `every` steps. */
  old: number;
  /** Steps of a block: the coarse part looks back old · every steps beyond the recent one. */
  every: number;
  /** What stands for a block: its `mean`, or its `last` step. Default `mean`. */
  summary?: 'mean' | 'last';
  /** Steps to forecast. Default 1. */
  ahead?: number;
  /** The feature that is forecast. Default 0. */
  feature?: number;
  /** Steps from one window of a series to its next. Default 1. */
  stride?: number;
  /** One tensor, the coarse steps before the recent ones, instead of two. Default false. */
  joined?: boolean;
}
const OPTIONS: readonly (keyof MixedWindowsOptions)[] = [
  'recent',
  'old',
  'every',
  'summary',
  'ahead',
  'feature',
  'stride',
  'joined',
];

/**
 * Windows that are fine where they are recent and coarse where they are old: a long history in few steps, which a
 * recurrent layer can remember (old · every + recent steps of the series in old + recent steps).
 *
 * @param series [n, length, F], or one series as [length, F] or [length]; float32 or float64.
 * @returns x, as [old [windows, old, F], recent [windows, recent, F]] for a model of two inputs, or joined
 *   [windows, old + recent, F]; and y [windows, ahead], the steps after each window.
 * @throws ShapeError when the series are shorter than a window.
 */
export function mixedWindows(
  series: TensorLike,
  options: MixedWindowsOptions & { joined: true },
): [x: Tensor, y: Tensor];
export function mixedWindows(
  series: TensorLike,
  options: MixedWindowsOptions & { joined?: false },
): [x: [old: Tensor, recent: Tensor], y: Tensor];
export function mixedWindows(series: TensorLike, options: MixedWindowsOptions): [Tensor | [Tensor, Tensor], Tensor] {
  const who = 'mixedWindows';
  checkOptions(who, options, OPTIONS);
  const { data, dtype, count, length, features } = seriesOf(who, series);
  if (!isFloating(dtype)) throw new ValueError(`${who}: expected series of float32 or float64, got ${dtype}.`);
  const integer = (name: 'recent' | 'old' | 'every' | 'ahead' | 'stride', fallback?: number) =>
    checkInteger(who, name, options[name] ?? fallback, 1);
  const [recent, old, every] = [integer('recent'), integer('old'), integer('every')];
  const [ahead, stride] = [integer('ahead', 1), integer('stride', 1)];
  const feature = checkInteger(who, 'feature', options.feature ?? 0, 0);
  const summary = checkChoice(who, 'summary', options.summary ?? 'mean', ['mean', 'last']);
  const joined: unknown = options.joined ?? false;
  if (typeof joined !== 'boolean') throw new ValueError(`${who}: joined must be true or false, got ${String(joined)}.`);
  if (feature >= features) throw new ValueError(`${who}: feature ${feature} of series with ${features} features.`);
  const span = old * every + recent;
  if (length < span + ahead) {
    throw new ShapeError(
      `${who}: series of ${length} steps are too short for ${old} blocks of ${every}, ${recent} recent steps and ${ahead} ahead; expected at least ${span + ahead}.`,
    );
  }
  const perSeries = Math.floor((length - span - ahead) / stride) + 1;
  const windows = count * perSeries;
  const make = (steps: number) => new Tensor(allocate(dtype, windows * steps * features), [windows, steps, features]);
  const whole = joined ? make(old + recent) : null;
  const [coarse, fine] = whole ? [whole, whole] : [make(old), make(recent)];
  const y = new Tensor(allocate(dtype, windows * ahead), [windows, ahead]);
  for (let w = 0; w < windows; w++) {
    const begin = Math.floor(w / perSeries) * length + (w % perSeries) * stride;
    const middle = begin + old * every;
    const coarseAt = w * coarse.shape[1] * features;
    for (let j = 0; j < old * features; j++) {
      const [block, f] = [begin + Math.floor(j / features) * every, j % features];
      let sum = 0;
      for (let t = summary === 'last' ? every - 1 : 0; t < every; t++) sum += data[(block + t) * features + f];
      coarse.data[coarseAt + j] = summary === 'last' ? sum : sum / every;
    }
    const fineAt = (w * fine.shape[1] + (joined ? old : 0)) * features;
    fine.data.set(data.subarray(middle * features, (middle + recent) * features), fineAt);
    for (let k = 0; k < ahead; k++) y.data[w * ahead + k] = data[(middle + recent + k) * features + feature];
  }
  return [whole ?? [coarse, fine], y];
}
