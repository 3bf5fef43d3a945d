import {
  add,
  clip,
  divide,
  log,
  multiply,
  negative,
  notEqual,
  power,
  sigmoid,
  softplus,
  subtract,
  where,
} from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { mean, sum } from '../ops/reduce.js';
import { softmax, softmaxCrossEntropy } from '../ops/softmax.js';
import { SymbolicTensor } from '../program/graph.js';
import type { TensorBase } from '../program/tensor.js';
import { lossFactory } from './loss.js';

// Crossentropies. Probabilities are cut at 1e-7 as in Keras, but where the predictions are a softmax, the loss is
// computed from what went into it: exact however small the probability.

const EPSILON = 1e-7;
const clipped = (p: TensorBase): TensorBase => clip(p, EPSILON, 1 - EPSILON);

/** The logits behind predictions that are their softmax along the last axis, if they are. */
function logitsOf(p: TensorBase): TensorBase | null {
  if (!(p instanceof SymbolicTensor) || p.node.op.name !== 'softmax' || p.node.attrs.axis !== p.rank - 1) return null;
  return p.node.inputs[0];
}

function smoothed(t: TensorBase, amount: number, classes: number): TensorBase {
  return amount === 0 ? t : add(multiply(t, 1 - amount), amount / classes);
}

function binary(t: TensorBase, p: TensorBase, fromLogits: boolean): TensorBase {
  if (fromLogits) return subtract(softplus(p), multiply(t, p));
  const q = clipped(p);
  return negative(add(multiply(t, log(q)), multiply(subtract(1, t), log(subtract(1, q)))));
}

/** For each entry a yes or no of its own. */
export const binaryCrossentropy = lossFactory(
  'binaryCrossentropy',
  { fromLogits: false, labelSmoothing: 0 },
  ({ fromLogits, labelSmoothing }) =>
    (t, p) =>
      mean(binary(smoothed(t, labelSmoothing, 2), p, fromLogits), -1),
);

/** Less weight for the entries that are right already. */
export const binaryFocalCrossentropy = lossFactory(
  'binaryFocalCrossentropy',
  { applyClassBalancing: false, alpha: 0.25, gamma: 2, fromLogits: false, labelSmoothing: 0 },
  ({ applyClassBalancing, alpha, gamma, fromLogits, labelSmoothing }) =>
    (yTrue, yPred) => {
      const t = smoothed(yTrue, labelSmoothing, 2);
      const p = fromLogits ? sigmoid(yPred) : yPred;
      const either = (a: TensorBase | number, b: TensorBase | number) =>
        add(multiply(t, a), multiply(subtract(1, t), b));
      const focus = power(subtract(1, either(p, subtract(1, p))), gamma);
      const loss = multiply(focus, binary(t, p, false));
      return mean(applyClassBalancing ? multiply(either(alpha, 1 - alpha), loss) : loss, -1);
    },
);

/** Rows that sum to 1. */
const normalized = (p: TensorBase): TensorBase => divide(p, sum(p, -1, true));

/** Targets are probabilities (one-hot rows) of the classes along the last axis. */
export const categoricalCrossentropy = lossFactory(
  'categoricalCrossentropy',
  { fromLogits: false, labelSmoothing: 0 },
  ({ fromLogits, labelSmoothing }) =>
    (yTrue, p) => {
      const t = smoothed(yTrue, labelSmoothing, p.shape.at(-1) as number);
      const logits = fromLogits ? p : logitsOf(p);
      if (logits) return softmaxCrossEntropy(logits, t);
      return negative(sum(multiply(t, log(clipped(normalized(p)))), -1));
    },
);

/** Less weight for the classes that are right already. */
export const categoricalFocalCrossentropy = lossFactory(
  'categoricalFocalCrossentropy',
  { alpha: 0.25, gamma: 2, fromLogits: false, labelSmoothing: 0 },
  ({ alpha, gamma, fromLogits, labelSmoothing }) =>
    (yTrue, yPred) => {
      const t = smoothed(yTrue, labelSmoothing, yPred.shape.at(-1) as number);
      const p = clipped(normalized(fromLogits ? softmax(yPred) : yPred));
      const weight = multiply(alpha, power(subtract(1, p), gamma));
      return sum(multiply(weight, negative(multiply(t, log(p)))), -1);
    },
);

/** Targets are the numbers of the classes; entries of `ignoreClass` do not count. */
export const sparseCategoricalCrossentropy = lossFactory(
  'sparseCategoricalCrossentropy',
  { fromLogits: false, ignoreClass: null as number | null },
  ({ fromLogits, ignoreClass }) =>
    (yTrue, p) => {
      const counts = ignoreClass === null ? null : notEqual(yTrue, ignoreClass);
      const t = counts ? multiply(yTrue, cast(counts, 'int32')) : yTrue;
      const logits = (fromLogits ? p : logitsOf(p)) ?? log(clipped(p));
      const loss = softmaxCrossEntropy(logits, t);
      return counts ? where(counts, loss, 0) : loss;
    },
  { sparse: true },
  ({ ignoreClass }) => (ignoreClass === null ? undefined : (yTrue) => notEqual(yTrue, ignoreClass)),
);

/** 1 − 2·|t ∩ p| / (|t| + |p|), over the whole batch. */
export const dice = lossFactory('dice', {}, () => (t, p) => {
  const both = sum(multiply(t, p));
  return subtract(1, divide(multiply(2, both), add(add(sum(t), sum(p)), EPSILON)));
});

/** Dice with weights of their own: alpha for what was missed, beta for what was found wrongly, as Keras computes it. */
export const tversky = lossFactory('tversky', { alpha: 0.5, beta: 0.5 }, ({ alpha, beta }) => (t, p) => {
  const both = sum(multiply(t, p));
  const [extra, missed] = [sum(multiply(subtract(1, t), p)), sum(multiply(t, subtract(1, p)))];
  const all = add(add(both, add(multiply(alpha, missed), multiply(beta, extra))), EPSILON);
  return subtract(1, divide(both, all));
});
