import { operand, type Operand } from '../program/apply.js';
import { checkInteger, ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, tensor, type TensorBase, type TensorLike } from '../program/tensor.js';
import { allocate, sameShape, showShape, type DType, type Shape } from '../program/types.js';
import { Variable } from '../program/variable.js';
import { add, multiply } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { checkDType, checkNumber, checkShape } from '../ops/checks.js';
import { eye as matrix, full } from '../ops/create.js';
import { oneHot as ones } from '../ops/indexing.js';
import { tile } from '../ops/shape.js';

// Tensors from values, with tfjs-core's arguments.

export { linspace, ones, onesLike, zeros, zerosLike } from '../ops/create.js';

function ofRank(who: string, rank: number, values: TensorLike, shape?: Shape | null, dtype?: DType): Tensor {
  if (shape != null && shape.length !== rank)
    throw new ShapeError(`${who}: expected a shape of ${rank} sizes, got ${show(shape)}.`);
  const given = tensor(values, undefined, dtype, who);
  if (given.rank === rank && (shape == null || sameShape(given.shape, shape))) return given;
  if (given.rank === 1 && shape != null) return tensor(given, shape, undefined, who);
  const flat = rank > 1 ? ', or a flat one with a shape' : '';
  const wanted = shape == null ? `a list of ${rank} axes${flat}` : `values of shape ${showShape(shape)}${flat}`;
  throw new ShapeError(`${who}: expected ${wanted}, got ${showShape(given.shape)}.`);
}

/** A list as a tensor [n]; dtype float32, or bool for booleans, unless told otherwise. */
export const tensor1d = (values: TensorLike, dtype?: DType): Tensor => ofRank('tensor1d', 1, values, null, dtype);
/** A tensor of two axes from nested lists, or from a flat one and its shape. */
export const tensor2d = (values: TensorLike, shape?: Shape | null, dtype?: DType): Tensor =>
  ofRank('tensor2d', 2, values, shape, dtype);
/** A tensor of three axes from nested lists, or from a flat one and its shape. */
export const tensor3d = (values: TensorLike, shape?: Shape | null, dtype?: DType): Tensor =>
  ofRank('tensor3d', 3, values, shape, dtype);
/** A tensor of four axes from nested lists, or from a flat one and its shape. */
export const tensor4d = (values: TensorLike, shape?: Shape | null, dtype?: DType): Tensor =>
  ofRank('tensor4d', 4, values, shape, dtype);

/** A tensor of shape []; dtype float32, or bool for a boolean, unless told otherwise. */
export function scalar(value: number | boolean, dtype?: DType): Tensor {
  if (typeof value !== 'number' && typeof value !== 'boolean')
    throw new ValueError(`scalar: expected a number or a boolean, got ${show(value)}.`);
  return tensor(value, [], dtype, 'scalar');
}

/** A variable that starts at this value; float32, trainable and called 'variable' unless told otherwise. */
export const variable = (initialValue: TensorLike, trainable = true, name = 'variable', dtype?: DType): Variable =>
  new Variable(tensor(initialValue, undefined, dtype, 'variable'), name, trainable);

/** A tensor of one value; dtype float32, or bool for a boolean, unless told otherwise. */
export const fill = (shape: Shape, value: number | boolean, dtype?: DType): Tensor =>
  full(shape, value, dtype ?? (typeof value === 'boolean' ? 'bool' : 'float32'));

/** start, start + step, … before stop; step is 1, or −1 where stop lies below start. float32 unless told otherwise. */
export function range(start: number, stop: number, step = 1, dtype: DType = 'float32'): Tensor {
  checkNumber('range', 'start', start);
  checkNumber('range', 'stop', stop);
  if (checkNumber('range', 'step', step) === 0) throw new ValueError('range: step must not be 0, got 0.');
  const by = stop < start && step === 1 ? -1 : step;
  const data = allocate(checkDType('range', dtype), Math.max(0, Math.ceil((stop - start) / by)));
  for (let i = 0; i < data.length; i++) data[i] = start + i * by;
  return new Tensor(data, [data.length], dtype);
}

/** Ones on the diagonal of a matrix [numRows, numColumns], or of a batch of them [...batchShape, numRows, numColumns]. */
export function eye(numRows: number, numColumns = numRows, batchShape?: Shape | null, dtype?: DType): TensorBase {
  const one = matrix(numRows, numColumns, 0, dtype);
  if (batchShape == null || checkShape('eye', batchShape).length === 0) return one;
  const spread = tensor(one, [...batchShape.map(() => 1), numRows, numColumns]);
  return tile(spread, [...batchShape, 1, 1]);
}

/** int32 classes as rows [..., depth] of `offValue` with an `onValue`; int32 unless told otherwise, as in tfjs. */
export function oneHot(indices: Operand, depth: number, onValue = 1, offValue = 0, dtype: DType = 'int32'): TensorBase {
  checkInteger('oneHot', 'depth', depth, 1);
  const hot = ones(operand(indices, 'int32', 'oneHot'), depth, dtype);
  if (onValue === 1 && offValue === 0) return hot;
  const [on, off] = [checkNumber('oneHot', 'onValue', onValue), checkNumber('oneHot', 'offValue', offValue)];
  return cast(add(multiply(cast(hot, 'float32'), on - off), off), dtype);
}
