import { apply, operand, type Operand } from '../program/apply.js';
import type { TensorBase } from '../program/tensor.js';
import { cast } from './cast.js';
import { binary, pointwiseOp, together, unary } from './pointwise.js';
import { reluGrad, sigmoidGrad, tanhGrad } from './slopes.js';

// Arithmetic, comparisons and logic, elementwise with numpy broadcasting.

/** a + b */
export const add = binary('add', 'same', (g) => [g, g]);
/** a − b */
export const subtract = binary('sub', 'same', (g) => [g, negative(g)]);
/** a · b */
export const multiply = binary('mul', 'same', (g, _y, a, b) => [multiply(g, b), multiply(g, a)]);
/** a / b; integers give float32. */
export const divide = binary('div', 'float', (g, y, _a, b) => [divide(g, b), negative(divide(multiply(g, y), b))]);
/** a to the power b. */
export const power = binary('pow', 'same', (g, y, a, b) => [
  // a⁰ is 1 at 0, too, where the rule would say 0 · ∞.
  multiply(g, where(equal(b, 0), 0, multiply(b, power(a, subtract(b, 1))))),
  multiply(g, multiply(y, where(greater(a, 0), log(where(greater(a, 0), a, 1)), 0))),
]);
/** ⌊a / b⌋ */
export const floorDivide = binary('floorDiv', 'same');
/** a − b·⌊a / b⌋, with the sign of b. */
export const mod = binary('mod', 'same', (g, _y, a, b) => [g, negative(multiply(g, floorDivide(a, b)))]);
/** The smaller of each pair; NaN wins. */
export const minimum = binary('minimum', 'same', (g, _y, a, b) => split(g, less(a, b), equal(a, b)));
/** The larger of each pair; NaN wins. */
export const maximum = binary('maximum', 'same', (g, _y, a, b) => split(g, greater(a, b), equal(a, b)));
/** Angle of the point (b, a). */
export const arctan2 = binary('atan2', 'float', (g, _y, a, b) => {
  const r2 = add(square(a), square(b));
  return [divide(multiply(g, b), r2), negative(divide(multiply(g, a), r2))];
});
/** log(eᵃ + eᵇ) without overflow. */
export const logaddexp = binary('logAddExp', 'float', (g, y, a, b) => [
  multiply(g, exp(subtract(a, y))),
  multiply(g, exp(subtract(b, y))),
]);

export const equal = binary('equal', 'bool');
export const notEqual = binary('notEqual', 'bool');
export const less = binary('less', 'bool');
export const lessEqual = binary('lessEqual', 'bool');
export const greater = binary('greater', 'bool');
export const greaterEqual = binary('greaterEqual', 'bool');
export const logicalAnd = binary('logicalAnd', 'bool');
export const logicalOr = binary('logicalOr', 'bool');
export const logicalNot = unary('logicalNot', 'bool');
export const isnan = unary('isNan', 'bool');
export const isfinite = unary('isFinite', 'bool');
/** Whether x is one of the infinities. */
export const isinf = (x: Operand): TensorBase => equal(abs(x), Infinity);

const selectOp = pointwiseOp('select', 'same', (g, _y, c) => [null, where(c, g, 0), where(c, 0, g)]);

/** a where the condition holds, else b. */
export function where(condition: Operand, a: Operand, b: Operand): TensorBase {
  const [c] = together('where', [condition]);
  const [x, y] = together('where', [a, b]);
  return apply(selectOp, [c, x, y], {});
}

export const negative = unary('neg', 'same', (g) => [negative(g)]);
export const abs = unary('abs', 'same', (g, _y, x) => [multiply(g, sign(x))]);
export const sign = unary('sign', 'same');
export const square = unary('square', 'same', (g, _y, x) => [multiply(g, multiply(x, 2))]);
export const sqrt = unary('sqrt', 'float', (g, y) => [divide(g, multiply(y, 2))]);
/** 1 / √x */
export const rsqrt = unary('rsqrt', 'float', (g, y) => [multiply(g, multiply(-0.5, multiply(y, square(y))))]);
export const reciprocal = unary('reciprocal', 'float', (g, y) => [negative(multiply(g, square(y)))]);
export const exp = unary('exp', 'float', (g, y) => [multiply(g, y)]);
export const expm1 = unary('expm1', 'float', (g, y) => [multiply(g, add(y, 1))]);
export const log = unary('log', 'float', (g, _y, x) => [divide(g, x)]);
/** In double, so that powers of the base give whole numbers. */
function logarithm(who: string, x: Operand, ofBase: number): TensorBase {
  const t = operand(x, undefined, who);
  return cast(divide(log(cast(t, 'float64')), ofBase), t.dtype === 'float64' ? 'float64' : 'float32');
}
/** Logarithm to base 2. */
export const log2 = (x: Operand): TensorBase => logarithm('log2', x, Math.LN2);
/** Logarithm to base 10. */
export const log10 = (x: Operand): TensorBase => logarithm('log10', x, Math.LN10);
export const log1p = unary('log1p', 'float', (g, _y, x) => [divide(g, add(x, 1))]);
export const sin = unary('sin', 'float', (g, _y, x) => [multiply(g, cos(x))]);
export const cos = unary('cos', 'float', (g, _y, x) => [negative(multiply(g, sin(x)))]);
export const tan = unary('tan', 'float', (g, y) => [multiply(g, add(1, square(y)))]);
export const arcsin = unary('asin', 'float', (g, _y, x) => [divide(g, sqrt(subtract(1, square(x))))]);
export const arccos = unary('acos', 'float', (g, _y, x) => [negative(divide(g, sqrt(subtract(1, square(x)))))]);
export const arctan = unary('atan', 'float', (g, _y, x) => [divide(g, add(1, square(x)))]);
export const sinh = unary('sinh', 'float', (g, _y, x) => [multiply(g, cosh(x))]);
export const cosh = unary('cosh', 'float', (g, _y, x) => [multiply(g, sinh(x))]);
export const arcsinh = unary('asinh', 'float', (g, _y, x) => [divide(g, sqrt(add(square(x), 1)))]);
export const arccosh = unary('acosh', 'float', (g, _y, x) => [divide(g, sqrt(subtract(square(x), 1)))]);
export const arctanh = unary('atanh', 'float', (g, _y, x) => [divide(g, subtract(1, square(x)))]);
export const tanh = unary('tanh', 'float', (g, y) => [tanhGrad(g, y)]);
export const sigmoid = unary('sigmoid', 'float', (g, y) => [sigmoidGrad(g, y)]);
/** The error function. */
export const erf = unary('erf', 'float', (g, _y, x) => [
  multiply(g, multiply(2 / Math.sqrt(Math.PI), exp(negative(square(x))))),
]);
/** log(1 + eˣ) */
export const softplus = unary('softplus', 'float', (g, _y, x) => [multiply(g, sigmoid(x))]);
/** max(x, 0) */
export const relu = unary('relu', 'same', (g, y) => [reluGrad(g, y)]);
export const floor = unary('floor', 'same');
export const ceil = unary('ceil', 'same');
/** To the nearest integer, halves to the even one. */
export const round = unary('round', 'same');

// At a tie each side gets half, as TensorFlow does.
function split(g: TensorBase, first: TensorBase, tie: TensorBase): TensorBase[] {
  const share = where(tie, 0.5, where(first, 1, 0));
  return [multiply(g, share), multiply(g, subtract(1, share))];
}

/** x between low and high. */
export function clip(x: Operand, low: number, high: number): TensorBase {
  const [t, least, most] = together('clip', [x, low, high]);
  return minimum(maximum(t, least), most);
}
