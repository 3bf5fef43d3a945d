import { apply, applyAll } from '../program/apply.js';
import { ShapeError, StateError } from '../program/errors.js';
import { currentGraph } from '../program/graph.js';
import type { Op } from '../program/op.js';
import type { TensorBase } from '../program/tensor.js';
import { sameShape, showShape, type Spec } from '../program/types.js';
import type { Variable } from '../program/variable.js';

// Ops that write variables in place, as part of a traced function.

const assignOp: Op = {
  name: 'assign',
  updates: [1],
  infer: ([, variable]) => [variable as Spec],
};

/** Gives a variable a new value when the traced function runs. */
export function assign(variable: Variable, value: TensorBase): TensorBase {
  if (!currentGraph())
    throw new StateError(
      `assign: '${variable.name}' can only be assigned a symbol inside a traced function; use variable.assign(value) outside.`,
    );
  if (!sameShape(variable.shape, value.shape) || variable.dtype !== value.dtype) {
    throw new ShapeError(
      `assign: '${variable.name}' is ${variable.dtype} ${showShape(variable.shape)}, got ${value.dtype} ${showShape(value.shape)}.`,
    );
  }
  return apply(assignOp, [value, variable], {});
}

/** An optimizer's fused update: operands [variable, gradient, ...scalars, ...slots], the slots from position `first` on. */
export function updateOp(
  name: string,
  first: number,
): (operands: readonly (TensorBase | null)[], attrs: Record<string, number | boolean | undefined>) => void {
  const ops = new Map<string, Op>();
  return (operands, attrs) => {
    const key = operands.map((x) => (x ? 1 : 0)).join('');
    let op = ops.get(key);
    if (!op) {
      const slots = [0, ...Array.from({ length: operands.length - first }, (_, i) => first + i)];
      // A slot that this kind of update lacks has no result either.
      const optional = slots.map((_, i) => i).filter((i) => !operands[slots[i]]);
      op = { name, updates: slots, infer: (inputs) => slots.map((k) => inputs[k] ?? (inputs[0] as Spec)), optional };
      ops.set(key, op);
    }
    applyAll(op, operands, attrs);
  };
}
