import { apply, commonDType, operand, type Operand } from '../program/apply.js';
import { ShapeError } from '../program/errors.js';
import type { GradContext, Op } from '../program/op.js';
import type { TensorBase } from '../program/tensor.js';
import { sameShape, showShape, type DType, type Shape, type Spec } from '../program/types.js';
import { reshape } from './shape.js';
import { sum } from './reduce.js';

// How pointwise ops are made: broadcasting, dtypes, and the sum over broadcast axes in the gradient.

/** The gradient of one operand, before it is summed over broadcast axes. */
export type PointwiseGrad = (g: TensorBase, y: TensorBase, ...x: TensorBase[]) => (TensorBase | null)[];

/** numpy's broadcasting rule. @throws ShapeError naming both shapes. */
export function broadcastShapes(who: string, ...shapes: Shape[]): number[] {
  const rank = Math.max(...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, i) => {
    let size = 1;
    for (const shape of shapes) {
      const n = shape[i - rank + shape.length] ?? 1;
      if (n !== 1 && size !== 1 && n !== size)
        throw new ShapeError(`${who}: shapes ${shapes.map(showShape).join(' and ')} do not broadcast.`);
      if (n !== 1) size = n;
    }
    return size;
  });
}

/** Sums a gradient over the axes along which its operand was broadcast. */
export function unbroadcast(g: TensorBase, shape: Shape): TensorBase {
  if (sameShape(g.shape, shape)) return g;
  const lead = g.shape.length - shape.length;
  const axes = g.shape.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && g.shape[i] !== 1));
  return reshape(axes.length > 0 ? sum(g, axes) : g, shape);
}

type ResultType = 'same' | 'float' | 'bool';

function resultDType(kind: ResultType, inputs: readonly Spec[]): DType {
  if (kind === 'bool') return 'bool';
  const floating = inputs.find((x) => x.dtype === 'float64') ?? inputs.find((x) => x.dtype === 'float32');
  if (floating) return floating.dtype;
  if (kind === 'float') return 'float32';
  return inputs.some((x) => x.dtype === 'int32') ? 'int32' : 'float32';
}

/** A pointwise op of the native micro-op `name`. */
export function pointwiseOp(name: string, kind: ResultType, grad?: PointwiseGrad): Op {
  return {
    name,
    pointwise: name,
    infer: (inputs) => {
      const specs = inputs as readonly Spec[];
      return [{ shape: broadcastShapes(name, ...specs.map((x) => x.shape)), dtype: resultDType(kind, specs) }];
    },
    grad: grad && ((context) => gradients(context, grad)),
  };
}

function gradients({ inputs, outputs, grads, needs }: GradContext<unknown>, rule: PointwiseGrad): never {
  const x = inputs as readonly TensorBase[];
  const parts = rule(grads[0] as TensorBase, outputs[0], ...x);
  return parts.map((part, i) => (part && needs[i] ? unbroadcast(part, x[i].shape) : null)) as never;
}

/** A public function of one tensor. */
export function unary(name: string, kind: ResultType, grad?: PointwiseGrad): (x: Operand) => TensorBase {
  const op = pointwiseOp(name, kind, grad);
  return (x) => apply(op, [operand(x, undefined, name)], {});
}

/** A public function of two tensors; a number takes the other operand's dtype. */
export function binary(name: string, kind: ResultType, grad?: PointwiseGrad): (a: Operand, b: Operand) => TensorBase {
  const op = pointwiseOp(name, kind, grad);
  return (a, b) => apply(op, together(name, [a, b]), {});
}

/** Operands as tensors; plain numbers and arrays adopt the dtype of the tensors beside them. */
export function together(name: string, values: readonly Operand[]): TensorBase[] {
  const known = values.filter((v): v is TensorBase => isTensor(v));
  const common = known.length > 0 ? commonDType(known) : 'float32';
  return values.map((v) => {
    if (isTensor(v)) return v;
    const keepsInteger = common === 'int32' && typeof v === 'number' && Number.isInteger(v);
    return operand(v, common === 'int32' && !keepsInteger ? 'float32' : common, name);
  });
}

function isTensor(value: Operand): value is TensorBase {
  return typeof value === 'object' && value !== null && 'dtype' in value && 'rank' in value;
}
