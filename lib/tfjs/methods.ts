import type { Operand } from '../program/apply.js';
import { Tensor, TensorBase } from '../program/tensor.js';
import { showShape, type DType, type TypedArray } from '../program/types.js';
import { clip } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { checkList } from '../ops/checks.js';
import { addMethods, type MethodsOf } from '../ops/methods.js';
import { flip, reshape } from '../ops/shape.js';
import { matMul, squaredDifference } from './arithmetic.js';
import { argMax, argMin } from './reduce.js';
import { clone, concat, gather } from './shape.js';

// The methods of tensors that tfjs-core has and lib/ops/methods.ts lacks.

/** x in front of one tensor or of a list of several. */
const joined = (x: Operand, others: TensorBase | readonly Operand[], axis = 0): TensorBase =>
  concat([x, ...(others instanceof TensorBase ? [others] : checkList('concat', 'tensors', others))], axis);

const METHODS = {
  argMax,
  argMin,
  as1D: (x: Operand) => reshape(x, [-1]),
  as2D: (x: Operand, rows: number, columns: number) => reshape(x, [rows, columns]),
  as3D: (x: Operand, rows: number, columns: number, depth: number) => reshape(x, [rows, columns, depth]),
  as4D: (x: Operand, rows: number, columns: number, depth: number, depth2: number) =>
    reshape(x, [rows, columns, depth, depth2]),
  asScalar: (x: Operand) => reshape(x, []),
  asType: (x: Operand, dtype: DType) => cast(x, dtype),
  clipByValue: clip,
  clone,
  concat: joined,
  flatten: (x: Operand) => reshape(x, [-1]),
  gather,
  matMul,
  reverse: flip,
  squaredDifference,
  toBool: (x: Operand) => cast(x, 'bool'),
  toFloat: (x: Operand) => cast(x, 'float32'),
  toInt: (x: Operand) => cast(x, 'int32'),
} as const;

declare module '../program/tensor.js' {
  interface TensorBase extends MethodsOf<typeof METHODS> {
    /** The elements in row-major order: what `data` is, which here is no function. */
    dataSync(): TypedArray;
    /** Nested arrays; a scalar gives a number. */
    arraySync(): any;
    /** A promise of nested arrays. */
    array(): Promise<any>;
    /** Does nothing: tensors lie in garbage-collected memory. */
    dispose(): void;
    /** Prints it to the console. */
    print(): void;
  }
}

/** Prints a tensor to the console; of one that is being traced, its shape and dtype. */
export function print(x: TensorBase): void {
  const t = clone(x);
  console.log(t instanceof Tensor ? t.toString() : `symbolic tensor ${showShape(t.shape)} ${t.dtype}`);
}

addMethods({
  ...METHODS,
  dataSync: (x: TensorBase) => x.data,
  arraySync: (x: TensorBase): unknown => x.toArray(),
  array: async (x: TensorBase): Promise<unknown> => x.toArray(),
  dispose: () => {},
  print,
});
