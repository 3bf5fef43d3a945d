import { add, equal, logicalOr, maximum, multiply, square, subtract, where } from '../ops/arithmetic.js';
import { all, max, mean, sum } from '../ops/reduce.js';
import type { TensorBase } from '../program/tensor.js';
import { lossFactory } from './loss.js';

// Margin losses; targets are -1 and 1, or 0 and 1 all over, which are then read as -1 and 1.

function asSigns(t: TensorBase): TensorBase {
  const binary = all(logicalOr(equal(t, 0), equal(t, 1)));
  return where(binary, subtract(multiply(2, t), 1), t);
}
const margin = (t: TensorBase, p: TensorBase): TensorBase => maximum(subtract(1, multiply(asSigns(t), p)), 0);

export const hinge = lossFactory('hinge', {}, () => (t, p) => mean(margin(t, p), -1));
export const squaredHinge = lossFactory('squaredHinge', {}, () => (t, p) => mean(square(margin(t, p)), -1));

/** max(0, 1 + largest prediction of a wrong class − prediction of the right one). */
export const categoricalHinge = lossFactory('categoricalHinge', {}, () => (t, p) => {
  const right = sum(multiply(t, p), -1);
  const wrong = max(multiply(subtract(1, t), p), -1);
  return maximum(add(subtract(wrong, right), 1), 0);
});
