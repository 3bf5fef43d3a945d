import type { Operand } from '../program/apply.js';
import { TensorBase } from '../program/tensor.js';
import * as ops from './index.js';

// The ops as methods of tensors: a.matmul(w).add(b).tanh().

const METHODS = {
  abs: ops.abs,
  absolute: ops.absolute,
  add: ops.add,
  all: ops.all,
  amax: ops.amax,
  amin: ops.amin,
  any: ops.any,
  argmax: ops.argmax,
  argmin: ops.argmin,
  average: ops.average,
  cast: ops.cast,
  ceil: ops.ceil,
  clip: ops.clip,
  cos: ops.cos,
  cummax: ops.cummax,
  cumprod: ops.cumprod,
  cumsum: ops.cumsum,
  diff: ops.diff,
  div: ops.divide,
  divide: ops.divide,
  dot: ops.dot,
  elu: ops.elu,
  equal: ops.equal,
  erf: ops.erf,
  exp: ops.exp,
  expandDims: ops.expandDims,
  expm1: ops.expm1,
  flip: ops.flip,
  floor: ops.floor,
  floorDivide: ops.floorDivide,
  gelu: ops.gelu,
  greater: ops.greater,
  greaterEqual: ops.greaterEqual,
  isfinite: ops.isfinite,
  isinf: ops.isinf,
  isnan: ops.isnan,
  leakyRelu: ops.leakyRelu,
  less: ops.less,
  lessEqual: ops.lessEqual,
  log: ops.log,
  log10: ops.log10,
  log1p: ops.log1p,
  log2: ops.log2,
  logSoftmax: ops.logSoftmax,
  logicalAnd: ops.logicalAnd,
  logicalNot: ops.logicalNot,
  logicalOr: ops.logicalOr,
  logsumexp: ops.logsumexp,
  matmul: ops.matmul,
  max: ops.max,
  maximum: ops.maximum,
  mean: ops.mean,
  min: ops.min,
  minimum: ops.minimum,
  mod: ops.mod,
  moveaxis: ops.moveaxis,
  mul: ops.multiply,
  multiply: ops.multiply,
  neg: ops.negative,
  negative: ops.negative,
  norm: ops.norm,
  notEqual: ops.notEqual,
  oneHot: ops.oneHot,
  outer: ops.outer,
  pad: ops.pad,
  pow: ops.power,
  power: ops.power,
  prod: ops.prod,
  reciprocal: ops.reciprocal,
  relu: ops.relu,
  relu6: ops.relu6,
  repeat: ops.repeat,
  reshape: ops.reshape,
  roll: ops.roll,
  round: ops.round,
  rsqrt: ops.rsqrt,
  selu: ops.selu,
  sigmoid: ops.sigmoid,
  sign: ops.sign,
  silu: ops.silu,
  sin: ops.sin,
  slice: ops.slice,
  softmax: ops.softmax,
  softplus: ops.softplus,
  softsign: ops.softsign,
  split: ops.split,
  sqrt: ops.sqrt,
  square: ops.square,
  squeeze: ops.squeeze,
  std: ops.std,
  sub: ops.subtract,
  subtract: ops.subtract,
  sum: ops.sum,
  swapaxes: ops.swapaxes,
  take: ops.take,
  takeAlongAxis: ops.takeAlongAxis,
  tan: ops.tan,
  tanh: ops.tanh,
  tensordot: ops.tensordot,
  tile: ops.tile,
  transpose: ops.transpose,
  unstack: ops.unstack,
  var: ops.var,
  variance: ops.variance,
} as const;

type Method<F> = F extends (x: Operand, ...rest: infer A) => infer R ? (...args: A) => R : never;
/** Functions of a tensor, as its methods. */
export type MethodsOf<F> = { [K in keyof F]: Method<F[K]> };

declare module '../program/tensor.js' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface TensorBase extends MethodsOf<typeof METHODS> {}
}

/** Makes functions of a tensor its methods. */
export function addMethods(functions: Readonly<Record<string, (x: any, ...rest: never[]) => unknown>>): void {
  for (const [name, fn] of Object.entries(functions)) {
    Object.defineProperty(TensorBase.prototype, name, {
      value(this: TensorBase, ...args: unknown[]) {
        return (fn as (x: TensorBase, ...rest: unknown[]) => unknown)(this, ...args);
      },
      writable: true,
      configurable: true,
    });
  }
}

addMethods(METHODS);
