import { type Operand } from '../program/apply.js';
import type { TensorBase } from '../program/tensor.js';
import { add, divide, equal, multiply, square, subtract, where } from '../ops/arithmetic.js';
import { matmul } from '../ops/matmul.js';
import { norm as normOf, type NormOrder } from '../ops/norm.js';
import { together } from '../ops/pointwise.js';
import { checkFlag, checkList } from '../ops/checks.js';
import type { Axes } from '../ops/reduce.js';
import { swapaxes } from '../ops/axes.js';

// tfjs-core's names for arithmetic and products.

export {
  abs,
  add,
  arccos as acos,
  arccosh as acosh,
  arcsin as asin,
  arcsinh as asinh,
  arctan as atan,
  arctanh as atanh,
  ceil,
  clip as clipByValue,
  cos,
  cosh,
  divide as div,
  equal,
  erf,
  exp,
  expm1,
  floor,
  floorDivide as floorDiv,
  greater,
  greaterEqual,
  isfinite as isFinite,
  isinf as isInf,
  isnan as isNaN,
  less,
  lessEqual,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mod,
  multiply as mul,
  negative as neg,
  notEqual,
  power as pow,
  reciprocal,
  relu,
  round,
  rsqrt,
  sigmoid,
  sign,
  sin,
  sinh,
  softplus,
  sqrt,
  square,
  subtract as sub,
  tan,
  tanh,
  where,
} from '../ops/arithmetic.js';
export { elu, leakyRelu, logSigmoid, relu6, selu } from '../ops/activations.js';
export { dot, outer as outerProduct } from '../ops/products.js';
export { einsum } from '../ops/einsum.js';
export { logSoftmax, softmax } from '../ops/softmax.js';

/** (a − b)² */
export const squaredDifference = (a: Operand, b: Operand): TensorBase => square(subtract(a, b));

/** a / b, and 0 where b is 0. */
export function divNoNan(a: Operand, b: Operand): TensorBase {
  const [x, y] = together('divNoNan', [a, b]);
  const none = equal(y, 0);
  return where(none, 0, divide(x, where(none, 1, y)));
}

/** The sum of a list of tensors. */
export const addN = (tensors: readonly Operand[]): TensorBase =>
  checkList('addN', 'tensors', tensors)
    .slice(1)
    .reduce<TensorBase>((sum, t) => add(sum, t), multiply(tensors[0], 1));

/** Matrix product over the last two axes, of each operand or of its transpose; leading axes broadcast. */
export function matMul(a: Operand, b: Operand, transposeA = false, transposeB = false): TensorBase {
  const flipped = (x: Operand, flip: boolean) => (flip ? swapaxes(x, -2, -1) : x);
  checkFlag('matMul', 'transposeA', transposeA);
  checkFlag('matMul', 'transposeB', transposeB);
  return matmul(flipped(a, transposeA), flipped(b, transposeB));
}

/** The norm of all elements or along axes: 'euclidean' (default), 'fro', 1, 2, ±Infinity. */
export const norm = (x: Operand, ord: NormOrder | 'euclidean' = 'euclidean', axis: Axes = null, keepDims = false) =>
  normOf(x, ord === 'euclidean' ? null : ord, axis, keepDims);
