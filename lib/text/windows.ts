import { WindowView } from '../data/window_view.js';
import { checkInteger, checkOptions, ShapeError } from '../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { showShape } from '../program/types.js';

export interface NextTokenWindowsOptions {
  /** Tokens of a window. */
  steps: number;
  /** Tokens from one window to the next. Default 1: every window there is. */
  stride?: number;
}

export interface StatefulBatchesOptions {
  /** Parts of the text that are read side by side: the batch size that the model is fitted with. */
  batchSize: number;
  /** Tokens of a window. */
  steps: number;
}

function idsOf(who: string, ids: TensorLike, least: number): Int32Array {
  const { shape, data } = tensor(ids, undefined, 'int32', who);
  if (shape.length !== 1) throw new ShapeError(`${who}: expected the ids of one text, got shape ${showShape(shape)}.`);
  if (data.length < least)
    throw new ShapeError(`${who}: a text of ${data.length} tokens is too short; expected at least ${least}.`);
  return data as Int32Array;
}

/** Copies that begin at these places, and the same moved on by one token. */
function cut(ids: Int32Array, starts: readonly number[], steps: number): [Tensor, Tensor] {
  const from = (shift: number) => {
    const rows = new Int32Array(starts.length * steps);
    starts.forEach((at, i) => rows.set(ids.subarray(at + shift, at + shift + steps), i * steps));
    return new Tensor(rows, [starts.length, steps]);
  };
  return [from(0), from(1)];
}

/**
 * Windows of a text and, as targets, the token after each of theirs: for models that start every window afresh. `fit`
 * shuffles them. They are views of the one text, which is not copied.
 *
 * @param ids The ids of one text. @returns x and y, int32 [windows, steps]; y[b, t] comes after x[b, t].
 */
export function nextTokenWindows(ids: TensorLike, options: NextTokenWindowsOptions): [x: WindowView, y: WindowView] {
  const who = 'nextTokenWindows';
  checkOptions(who, options, ['steps', 'stride']);
  const steps = checkInteger(who, 'steps', options.steps, 1);
  const stride = checkInteger(who, 'stride', options.stride ?? 1, 1);
  const data = idsOf(who, ids, steps + 1);
  const count = Math.floor((data.length - 1 - steps) / stride) + 1;
  const series = new Tensor(data, [data.length]);
  const view = (base: number) => new WindowView(series, [count, steps], { base, strides: [stride, 1] });
  return [view(0), view(1)];
}

/**
 * A text as batches for stateful layers: it is cut into `batchSize` parts, and row b of each batch goes on in part b where
 * row b of the batch before ended. Fit with this batchSize and `shuffle: false`, and reset the states at the beginning
 * of every epoch. Tokens at the end that fill no batch are dropped.
 *
 * @param ids The ids of one text. @returns x and y, int32 [batches · batchSize, steps]; y[b, t] comes after x[b, t].
 */
export function statefulBatches(ids: TensorLike, options: StatefulBatchesOptions): [x: Tensor, y: Tensor] {
  const who = 'statefulBatches';
  checkOptions(who, options, ['batchSize', 'steps']);
  const lanes = checkInteger(who, 'batchSize', options.batchSize, 1);
  const steps = checkInteger(who, 'steps', options.steps, 1);
  const data = idsOf(who, ids, lanes * steps + 1);
  const batches = Math.floor((data.length - 1) / (lanes * steps));
  const starts: number[] = [];
  for (let k = 0; k < batches; k++) for (let b = 0; b < lanes; b++) starts.push((b * batches + k) * steps);
  return cut(data, starts, steps);
}
