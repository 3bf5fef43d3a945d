import { apply, commonDType, type Operand } from '../program/apply.js';
import { ShapeError, ValueError } from '../program/errors.js';
import type { SymbolicTensor } from '../program/graph.js';
import type { Op } from '../program/op.js';
import { axisUnder } from '../program/shard_rules.js';
import type { TensorBase } from '../program/tensor.js';
import { isFloating, showShape, sizeOf, type Spec } from '../program/types.js';
import { cast } from './cast.js';
import { dense } from './dense.js';
import { broadcastShapes, together, unbroadcast } from './pointwise.js';
import { expandDims, reshape, squeeze } from './shape.js';

const matmulOp: Op<{ transposeA?: boolean; transposeB?: boolean }> = {
  name: 'matmul',
  shard({ inputs, outputs: [y], attrs: { transposeA }, axes }) {
    const rank = y.shape.length;
    const first = axes.findIndex((a) => a !== null);
    const at = (axes[first] as number) + rank - (inputs[first] as Spec).shape.length;
    if (at >= rank - 2) return null;
    const [a] = inputs as readonly Spec[];
    const work = sizeOf(y.shape) * ends(a.shape, transposeA)[1];
    return { inputs: inputs.map((x) => axisUnder(x as Spec, at, rank)), outputs: [at], work };
  },
  infer([a, b], { transposeA, transposeB }) {
    const [x, y] = [(a as Spec).shape, (b as Spec).shape];
    const [m, k] = ends(x, transposeA);
    const [k2, n] = ends(y, transposeB);
    if (k !== k2)
      throw new ShapeError(`matmul: ${showShape(x)} times ${showShape(y)}; the inner sizes ${k} and ${k2} differ.`);
    return [{ shape: [...broadcastShapes('matmul', x.slice(0, -2), y.slice(0, -2)), m, n], dtype: (a as Spec).dtype }];
  },
  grad({ inputs, attrs: { transposeA, transposeB }, grads, needs }) {
    const [a, b] = inputs as SymbolicTensor[];
    const g = grads[0] as TensorBase;
    const product = (x: TensorBase, y: TensorBase, tx?: boolean, ty?: boolean) =>
      apply(matmulOp, [x, y], { transposeA: tx || undefined, transposeB: ty || undefined });
    const da = () => (transposeA ? product(b, g, transposeB, true) : product(g, b, false, !transposeB));
    const db = () => (transposeB ? product(g, a, true, transposeA) : product(a, g, !transposeA, false));
    return [needs[0] ? unbroadcast(da(), a.shape) : null, needs[1] ? unbroadcast(db(), b.shape) : null] as never;
  },
};

function ends(shape: readonly number[], flipped?: boolean): [number, number] {
  const [m, n] = shape.slice(-2);
  return flipped ? [n, m] : [m, n];
}

/** Matrix product over the last two axes; leading axes broadcast. A vector is a row on the left, a column on the right. */
export function matmul(a: Operand, b: Operand): TensorBase {
  const [x, y] = together('matmul', [a, b]);
  if (x.rank === 0 || y.rank === 0)
    throw new ShapeError(`matmul: ${showShape(x.shape)} times ${showShape(y.shape)}; a scalar has no rows.`);
  const dtype = commonDType([x, y]);
  if (!isFloating(dtype))
    throw new ValueError(`matmul: ${x.dtype} times ${y.dtype}; expected a float32 or float64 operand: cast one first.`);
  if (y.rank === 1) return reshape(matmul(x, expandDims(y, 1)), x.shape.slice(0, -1));
  if (x.rank === 1) return squeeze(matmul(expandDims(x, 0), y), -2);
  if (y.rank === 2 && x.dtype === dtype && y.dtype === dtype) {
    if (x.shape[x.rank - 1] !== y.shape[0])
      throw new ShapeError(
        `matmul: ${showShape(x.shape)} times ${showShape(y.shape)}; the inner sizes ${x.shape[x.rank - 1]} and ${y.shape[0]} differ.`,
      );
    return dense(x, y);
  }
  return apply(matmulOp, [cast(x, dtype), cast(y, dtype)], {});
}
