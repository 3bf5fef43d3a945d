import { cast } from '../ops/cast.js';
import { expandDims, squeeze } from '../ops/shape.js';
import { operand, type Operand } from '../program/apply.js';
import { checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { TensorBase } from '../program/tensor.js';
import { isFloating, sameShape, showShape } from '../program/types.js';

/** How the losses of the samples become one number. Default sumOverBatchSize: their mean. */
export type Reduction = 'sumOverBatchSize' | 'sum' | 'mean' | 'meanWithSampleWeight' | 'none';
export const REDUCTIONS: readonly Reduction[] = ['sumOverBatchSize', 'sum', 'mean', 'meanWithSampleWeight', 'none'];

/** Two tensors in, one loss per sample (or per step) out: the last axis is reduced. */
export type LossFunction = (yTrue: TensorBase, yPred: TensorBase) => TensorBase;

/** A loss of this library: the function, its name, and how it is reduced. */
export interface Loss extends LossFunction {
  readonly lossName: string;
  readonly reduction: Reduction;
  /** The options it was made of, for saving. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Which entries count, where the targets themselves say so (ignoreClass). */
  readonly valid?: (yTrue: TensorBase, yPred: TensorBase) => TensorBase;
}

export interface ReductionOption {
  reduction?: Reduction;
}

/** Makes a loss from options, or, given targets and predictions, computes it with the default options. */
export interface LossFactory<O extends object> {
  (options?: Partial<O> & ReductionOption): Loss;
  (yTrue: Operand, yPred: Operand): TensorBase;
  readonly lossName: string;
}

/** What a loss may say about its targets beside the formula. */
interface Traits {
  /** Classes as integers instead of values of the predictions' shape. */
  readonly sparse?: boolean;
  /** Several predictions of each target, in a last axis of their own. */
  readonly several?: boolean;
}

/**
 * The factory of a loss.
 *
 * @param defaults Its own options with Keras' defaults.
 * @param formula Gets targets and predictions of one shape and dtype (sparse: int32 targets without the class axis; several: the
 *   targets' last axis has size 1).
 */
export function lossFactory<O extends object>(
  lossName: string,
  defaults: O,
  formula: (options: O) => LossFunction,
  traits: Traits = {},
  valid?: (options: O) => Loss['valid'],
): LossFactory<O> {
  const make = (options: Partial<O> & ReductionOption): Loss => {
    checkOptions(lossName, options, [...Object.keys(defaults), 'reduction']);
    const reduction = options.reduction ?? 'sumOverBatchSize';
    if (!REDUCTIONS.includes(reduction))
      throw new ValueError(
        `${lossName}: unknown reduction ${show(reduction)}. Expected one of: ${REDUCTIONS.join(', ')}.`,
      );
    const all = { ...defaults, ...options };
    checkNumbers(lossName, defaults, all);
    const fn = formula(all);
    const aligned: LossFunction = (yTrue, yPred) => fn(...align(lossName, yTrue, yPred, traits));
    const mark = valid?.(all);
    const extra: Partial<Loss> = { lossName, reduction, config: { ...options } };
    if (mark) Object.assign(extra, { valid: (t: TensorBase, p: TensorBase) => mark(...align(lossName, t, p, traits)) });
    return Object.assign(aligned, extra) as Loss;
  };
  const factory = (first: (Partial<O> & ReductionOption) | Operand = {}, yPred?: Operand) => {
    if (yPred === undefined) return make(first as Partial<O>);
    return make({})(operand(first as Operand, undefined, lossName), operand(yPred, undefined, lossName));
  };
  return Object.assign(factory, { lossName }) as LossFactory<O>;
}

/** An option whose default is a number or a flag must be one. */
function checkNumbers(who: string, defaults: object, options: object): void {
  for (const [name, fallback] of Object.entries(defaults)) {
    const value = (options as Record<string, unknown>)[name];
    if (typeof fallback === 'number' && (typeof value !== 'number' || Number.isNaN(value)))
      throw new ValueError(`${who}: ${name} must be a number, got ${show(value)}.`);
    if (typeof fallback === 'boolean' && typeof value !== 'boolean')
      throw new ValueError(`${who}: ${name} must be true or false, got ${show(value)}.`);
  }
}

/** Keras' rule for targets and predictions whose ranks differ by an axis of size 1. */
export function sameRank(a: TensorBase, b: TensorBase): [TensorBase, TensorBase] {
  if (a.rank === b.rank + 1 && a.shape.at(-1) === 1) return b.rank === 1 ? [a, expandDims(b, -1)] : [squeeze(a, -1), b];
  if (b.rank === a.rank + 1 && b.shape.at(-1) === 1) return a.rank === 1 ? [expandDims(a, -1), b] : [a, squeeze(b, -1)];
  return [a, b];
}

/** Targets in the predictions' dtype and shape, or an error that names both. */
function align(
  who: string,
  yTrue: TensorBase,
  yPred: TensorBase,
  { sparse, several }: Traits,
): [TensorBase, TensorBase] {
  const p = isFloating(yPred.dtype) ? yPred : cast(yPred, 'float32');
  if (sparse) {
    const t = yTrue.rank === p.rank && yTrue.shape.at(-1) === 1 ? squeeze(yTrue, -1) : yTrue;
    const expected = p.shape.slice(0, -1);
    if (!sameShape(t.shape, expected)) {
      throw new ShapeError(
        `${who}: expected classes of shape ${showShape(expected)} for predictions ${showShape(p.shape)}, got ${showShape(yTrue.shape)}.`,
      );
    }
    return [cast(t, 'int32'), p];
  }
  if (several) {
    const one = [...p.shape.slice(0, -1), 1];
    const t = yTrue.rank === p.rank ? yTrue : expandDims(yTrue, -1);
    if (!sameShape(t.shape, one))
      throw new ShapeError(
        `${who}: expected targets of shape ${showShape(one.slice(0, -1))} for predictions ${showShape(p.shape)}, got ${showShape(yTrue.shape)}.`,
      );
    return [cast(t, p.dtype), p];
  }
  const [t, q] = sameRank(cast(yTrue, p.dtype), p);
  if (!sameShape(t.shape, q.shape))
    throw new ShapeError(
      `${who}: targets ${showShape(yTrue.shape)} do not have the shape of the predictions, ${showShape(yPred.shape)}.`,
    );
  return [t, q];
}
