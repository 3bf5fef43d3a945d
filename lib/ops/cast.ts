import { apply, operand, type Operand } from '../program/apply.js';
import type { Op } from '../program/op.js';
import type { TensorBase } from '../program/tensor.js';
import { isFloating, type DType, type Spec } from '../program/types.js';
import { checkDType } from './checks.js';

const castOp: Op<{ dtype: string }> = {
  name: 'cast',
  pointwise: 'identity',
  infer: ([x], { dtype }) => [{ shape: (x as Spec).shape, dtype: dtype as DType }],
  grad: ({ inputs: [x], grads: [g] }) => [cast(g as TensorBase, (x as Spec).dtype) as never],
};

/** The same values in another dtype; to int32 they are cut towards zero, to bool compared with zero. */
export function cast(x: Operand, dtype: DType): TensorBase {
  checkDType('cast', dtype);
  const t = operand(x, isFloating(dtype) ? dtype : undefined, 'cast');
  return t.dtype === dtype ? t : apply(castOp, [t], { dtype });
}

const stopOp: Op = {
  name: 'stopGradient',
  alias: true,
  infer: ([x]) => [x as Spec],
};

/** The same values, through which no gradient flows. */
export function stopGradient(x: Operand): TensorBase {
  return apply(stopOp, [operand(x, undefined, 'stopGradient')], {});
}
