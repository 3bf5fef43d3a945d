import { operand, type Operand } from '../program/apply.js';
import { ShapeError } from '../program/errors.js';
import { SymbolicTensor } from '../program/graph.js';
import type { TensorBase } from '../program/tensor.js';
import { isFloating, sameShape, showShape } from '../program/types.js';
import { add, clip, divide, log, multiply, negative, softplus, subtract } from './arithmetic.js';
import { cast } from './cast.js';
import { checkFlag } from './checks.js';
import { normalizeAxis, sum } from './reduce.js';
import { softmaxCrossEntropy } from './softmax.js';
import { squeeze } from './shape.js';

// Crossentropies of targets and predictions. Probabilities are cut at 1e-7 as in Keras, but where the predictions are a
// softmax, the loss is computed from what went into it: exact however small the probability.

const EPSILON = 1e-7;
/** Probabilities kept from 0 and 1. */
export const clipped = (p: TensorBase): TensorBase => clip(p, EPSILON, 1 - EPSILON);

/** Rows that sum to 1. */
export const normalized = (p: TensorBase, axis = -1): TensorBase => divide(p, sum(p, axis, true));

function predictions(who: string, output: Operand): TensorBase {
  const p = operand(output, undefined, who);
  return isFloating(p.dtype) ? p : cast(p, 'float32');
}

/** Targets and predictions of one shape and dtype. */
function pair(who: string, target: Operand, output: Operand): [TensorBase, TensorBase] {
  const p = predictions(who, output);
  const t = cast(operand(target, p.dtype, who), p.dtype);
  if (!sameShape(t.shape, p.shape))
    throw new ShapeError(`${who}: targets ${showShape(t.shape)} for predictions ${showShape(p.shape)}.`);
  return [t, p];
}

/** The logits behind predictions that are their softmax along this axis, if they are. */
function logitsOf(p: TensorBase, axis: number): TensorBase | null {
  if (!(p instanceof SymbolicTensor) || p.node.op.name !== 'softmax' || p.node.attrs.axis !== axis) return null;
  return p.node.inputs[0];
}

/**
 * −target · log output − (1 − target) · log(1 − output), for each entry.
 *
 * @param target,output One shape.
 * @param fromLogits Whether output is what a sigmoid would make probabilities of.
 */
export function binaryCrossentropy(target: Operand, output: Operand, fromLogits = false): TensorBase {
  const who = 'binaryCrossentropy';
  const [t, p] = pair(who, target, output);
  if (checkFlag(who, 'fromLogits', fromLogits)) return subtract(softplus(p), multiply(t, p));
  const q = clipped(p);
  return negative(add(multiply(t, log(q)), multiply(subtract(1, t), log(subtract(1, q)))));
}

/**
 * −Σ target · log output along an axis, where output is made to sum to 1.
 *
 * @param target,output One shape.
 * @param fromLogits Whether output is what a softmax would make probabilities of.
 * @returns The shape without the axis.
 */
export function categoricalCrossentropy(target: Operand, output: Operand, fromLogits = false, axis = -1): TensorBase {
  const who = 'categoricalCrossentropy';
  const [t, p] = pair(who, target, output);
  const at = normalizeAxis(who, axis, p.rank);
  const logits = checkFlag(who, 'fromLogits', fromLogits) ? p : logitsOf(p, at);
  if (logits) return softmaxCrossEntropy(logits, t, at);
  return negative(sum(multiply(t, log(clipped(normalized(p, at)))), at));
}

/**
 * −log of the target class' part of output along an axis.
 *
 * @param target int32 classes of output's shape without the axis, or with a last axis of size 1.
 * @param fromLogits Whether output is what a softmax would make probabilities of.
 * @returns The shape without the axis.
 */
export function sparseCategoricalCrossentropy(
  target: Operand,
  output: Operand,
  fromLogits = false,
  axis = -1,
): TensorBase {
  const who = 'sparseCategoricalCrossentropy';
  const p = predictions(who, output);
  const given = operand(target, 'int32', who);
  const t = given.rank === p.rank && given.shape[given.rank - 1] === 1 ? squeeze(given, -1) : given;
  const at = normalizeAxis(who, axis, p.rank);
  const logits = checkFlag(who, 'fromLogits', fromLogits) ? p : logitsOf(p, at);
  return softmaxCrossEntropy(logits ?? log(clipped(p)), t, at);
}
