import type { Operand } from '../program/apply.js';
import { TensorBase } from '../program/tensor.js';
import * as ops from './index.js';

// The ops as methods of tensors: a.matmul(w).add(b).tanh().

const METHODS = {
  abs: ops.abs,
  add: ops.add,
  all: ops.all,
  any: ops.any,
  argmax: ops.argmax,
  argmin: ops.argmin,
  cast: ops.cast,
  clip: ops.clip,
  cos: ops.cos,
  cumsum: ops.cumsum,
  div: ops.divide,
  divide: ops.divide,
  equal: ops.equal,
  exp: ops.exp,
  expandDims: ops.expandDims,
  flip: ops.flip,
  greater: ops.greater,
  less: ops.less,
  log: ops.log,
  matmul: ops.matmul,
  max: ops.max,
  maximum: ops.maximum,
  mean: ops.mean,
  min: ops.min,
  minimum: ops.minimum,
  mul: ops.multiply,
  multiply: ops.multiply,
  neg: ops.negative,
  negative: ops.negative,
  pow: ops.power,
  power: ops.power,
  prod: ops.prod,
  relu: ops.relu,
  reshape: ops.reshape,
  sigmoid: ops.sigmoid,
  sign: ops.sign,
  sin: ops.sin,
  slice: ops.slice,
  softmax: ops.softmax,
  split: ops.split,
  sqrt: ops.sqrt,
  square: ops.square,
  squeeze: ops.squeeze,
  std: ops.std,
  sub: ops.subtract,
  subtract: ops.subtract,
  sum: ops.sum,
  tanh: ops.tanh,
  transpose: ops.transpose,
  variance: ops.variance,
} as const;

type Method<F> = F extends (x: Operand, ...rest: infer A) => infer R ? (...args: A) => R : never;
type Methods = { [K in keyof typeof METHODS]: Method<(typeof METHODS)[K]> };

declare module '../program/tensor.js' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface TensorBase extends Methods {}
}

for (const [name, fn] of Object.entries(METHODS)) {
  Object.defineProperty(TensorBase.prototype, name, {
    value(this: TensorBase, ...args: unknown[]) {
      return (fn as (x: Operand, ...rest: unknown[]) => unknown)(this, ...args);
    },
    writable: true,
    configurable: true,
  });
}
