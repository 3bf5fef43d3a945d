import { add, divide, log, multiply, negative, notEqual, power, sigmoid, subtract, where } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import * as ops from '../ops/crossentropy.js';
import { mean, sum } from '../ops/reduce.js';
import { softmax } from '../ops/softmax.js';
import type { TensorBase } from '../program/tensor.js';
import { lossFactory } from './loss.js';

// Crossentropies, whose formulas are ops; here are their variants and options.

const EPSILON = 1e-7;

function smoothed(t: TensorBase, amount: number, classes: number): TensorBase {
  return amount === 0 ? t : add(multiply(t, 1 - amount), amount / classes);
}

/** For each entry a yes or no of its own. */
export const binaryCrossentropy = lossFactory(
  'binaryCrossentropy',
  { fromLogits: false, labelSmoothing: 0 },
  ({ fromLogits, labelSmoothing }) =>
    (t, p) =>
      mean(ops.binaryCrossentropy(smoothed(t, labelSmoothing, 2), p, fromLogits), -1),
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
      const loss = multiply(focus, ops.binaryCrossentropy(t, p));
      return mean(applyClassBalancing ? multiply(either(alpha, 1 - alpha), loss) : loss, -1);
    },
);

/** Targets are probabilities (one-hot rows) of the classes along the last axis. */
export const categoricalCrossentropy = lossFactory(
  'categoricalCrossentropy',
  { fromLogits: false, labelSmoothing: 0 },
  ({ fromLogits, labelSmoothing }) =>
    (yTrue, p) =>
      ops.categoricalCrossentropy(smoothed(yTrue, labelSmoothing, p.shape.at(-1) as number), p, fromLogits),
);

/** Less weight for the classes that are right already. */
export const categoricalFocalCrossentropy = lossFactory(
  'categoricalFocalCrossentropy',
  { alpha: 0.25, gamma: 2, fromLogits: false, labelSmoothing: 0 },
  ({ alpha, gamma, fromLogits, labelSmoothing }) =>
    (yTrue, yPred) => {
      const t = smoothed(yTrue, labelSmoothing, yPred.shape.at(-1) as number);
      const p = ops.clipped(ops.normalized(fromLogits ? softmax(yPred) : yPred));
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
      const loss = ops.sparseCategoricalCrossentropy(t, p, fromLogits);
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
