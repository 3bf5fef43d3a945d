import { checkChoice, checkInteger, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { allocate, showShape } from '../program/types.js';
import type { ForecastWindowsOptions } from './windows.js';
import { WindowView } from './window_view.js';

export interface WindowViewOptions extends Omit<ForecastWindowsOptions, 'mode'> {
  /**
   * `last`: targets after the last step only. `sequence`: the targets of every step. `same`: the targets are the steps of the
   * window themselves, which labels or fills in every step; no `ahead` then. Default `last`.
   */
  mode?: 'last' | 'sequence' | 'same';
  /** What the model sees. Default: all features. */
  inputs?: readonly number[];
  /** Several features to forecast, instead of `feature`: y gets a last axis for them (one step: `y.slice([null, 0])`). */
  targets?: readonly number[];
  /** Features that are known for the steps ahead too (the season, a price): a third view [windows, ahead, future.length]. */
  future?: readonly number[];
}
const OPTIONS: readonly (keyof WindowViewOptions)[] = [
  'steps',
  'ahead',
  'mode',
  'feature',
  'stride',
  'inputs',
  'targets',
  'future',
];

/**
 * Windows of one series and what follows them, as views that hold no values of their own: 100,000 windows of 500 steps cost
 * the memory of the series. fit, evaluate and predict take them like tensors; their batches have the same bits as those of
 * `forecastWindows`. Neighbouring rows share targets: between a part to train on and a later one to test on, leave ahead − 1 rows
 * out.
 *
 * @param series [length, F] or [length].
 * @returns x [windows, steps, inputs] and y: [windows, ahead] in mode `last`; in mode `sequence` [windows, steps, ahead], where
 *   y[b, t, k] is the series k + 1 steps after step t; in mode `same` [windows, steps, 1]. With `targets`, y has a
 *   last axis of their number; with `future`, a third view follows.
 * @throws ShapeError for a series that is too short for one window.
 */
export function windowView(
  series: TensorLike,
  options: WindowViewOptions & { future: readonly number[] },
): [x: WindowView, y: WindowView, future: WindowView];
export function windowView(series: TensorLike, options: WindowViewOptions): [x: WindowView, y: WindowView];
export function windowView(series: TensorLike, options: WindowViewOptions): WindowView[] {
  const who = 'windowView';
  checkOptions(who, options, OPTIONS);
  const given = tensor(series, undefined, undefined, who);
  if (given.rank !== 1 && given.rank !== 2)
    throw new ShapeError(
      `${who}: expected one series of shape [length] or [length, F], got ${showShape(given.shape)}. For several, use forecastWindows.`,
    );
  const [length, features] = [given.shape[0], given.shape[1] ?? 1];
  const steps = checkInteger(who, 'steps', options.steps, 1);
  const mode = checkChoice(who, 'mode', options.mode ?? 'last', ['last', 'sequence', 'same'] as const);
  if (mode === 'same' && (options.ahead ?? options.future) !== undefined)
    throw new ValueError(`${who}: mode 'same' has no steps ahead; leave out ahead and future.`);
  const ahead = checkInteger(who, 'ahead', options.ahead ?? 1, 1);
  const stride = checkInteger(who, 'stride', options.stride ?? 1, 1);
  if (options.targets && options.feature !== undefined)
    throw new ValueError(`${who}: give feature or targets, not both.`);
  const needed = mode === 'same' ? steps : steps + ahead;
  if (length < needed)
    throw new ShapeError(
      `${who}: a series of ${length} steps is too short for windows of ${steps} and ${needed - steps} ahead; expected at least ${needed}.`,
    );
  const rows = Math.floor((length - needed) / stride) + 1;
  const chosen = (name: keyof WindowViewOptions, list: readonly number[] | undefined) =>
    columns(given, features, list && checkFeatures(who, name, list, features));

  const perRow = ({ width }: Columns): Axis => [rows, stride * width];
  const input = chosen('inputs', options.inputs);
  const x = view(input, 0, [perRow(input), [steps, input.width], [input.count, input.apart]]);

  const target = chosen('targets', options.targets ?? [checkInteger(who, 'feature', options.feature ?? 0, 0)]);
  const axes: Axis[] = [perRow(target), [ahead, target.width]];
  if (mode !== 'last') axes.splice(1, 0, [steps, target.width]);
  if (options.targets) axes.push([target.count, target.apart]);
  const y = view(target, { last: steps, sequence: 1, same: 0 }[mode], axes);
  if (!options.future) return [x, y];

  const known = chosen('future', options.future);
  return [x, y, view(known, steps, [perRow(known), [ahead, known.width], [known.count, known.apart]])];
}

/** An axis of a view: its size, and the elements from one index to the next. */
type Axis = readonly [size: number, stride: number];

function view({ source, first, width }: Columns, step: number, axes: readonly Axis[]): WindowView {
  return new WindowView(
    source,
    axes.map(([size]) => size),
    { base: step * width + first, strides: axes.map(([, stride]) => stride) },
  );
}

function checkFeatures(who: string, name: string, list: readonly number[], features: number): readonly number[] {
  const fits = (f: unknown) => Number.isInteger(f) && (f as number) >= 0 && (f as number) < features;
  if (!Array.isArray(list) || list.length === 0 || !list.every(fits))
    throw new ValueError(`${who}: ${name} are features of a series with ${features} features, got ${show(list)}.`);
  return list;
}

interface Columns {
  readonly source: Tensor;
  readonly first: number;
  /** Elements from one chosen feature to the next. */
  readonly apart: number;
  readonly count: number;
  /** Elements of one step. */
  readonly width: number;
}

/** Features at even distances are found where they are; others are copied together once, step by step. */
function columns(series: Tensor, features: number, list?: readonly number[]): Columns {
  if (!list) return { source: series, first: 0, apart: 1, count: features, width: features };
  const apart = list.length > 1 ? list[1] - list[0] : 1;
  const count = list.length;
  if (apart > 0 && list.every((f, i) => f === list[0] + i * apart))
    return { source: series, first: list[0], apart, count, width: features };
  const steps = series.shape[0];
  const copy = allocate(series.dtype, steps * count);
  for (let t = 0; t < steps; t++) list.forEach((f, i) => (copy[t * count + i] = series.data[t * features + f]));
  return { source: new Tensor(copy, [steps, count], series.dtype), first: 0, apart: 1, count, width: count };
}
