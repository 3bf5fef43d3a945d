import { multiply, subtract } from './arithmetic.js';
import { binary } from './pointwise.js';

// A gradient times the slope of an activation, found from its output y, in one step each.

/** g where y > 0, else 0. */
export const reluGrad = binary('reluGrad', 'same', (d, _g, _x, y) => [reluGrad(d, y), null]);

/** g · (1 − y²) */
export const tanhGrad = binary('tanhGrad', 'same', (d, _, g, y) => [
  tanhGrad(d, y),
  multiply(multiply(d, g), multiply(y, -2)),
]);

/** g · y · (1 − y) */
export const sigmoidGrad = binary('sigmoidGrad', 'same', (d, _, g, y) => [
  sigmoidGrad(d, y),
  multiply(multiply(d, g), subtract(1, multiply(y, 2))),
]);
