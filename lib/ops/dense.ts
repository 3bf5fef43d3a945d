import { apply, applyAll, operand, type Operand } from '../program/apply.js';
import { checkChoice, checkOptions, ShapeError } from '../program/errors.js';
import { isFreeInput, leaderOf } from '../program/layout.js';
import type { LaidNode, LayoutContext, Op, ShardContext, Sharding } from '../program/op.js';
import type { SymbolicTensor } from '../program/graph.js';
import { inverse } from '../program/structural.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape, sizeOf, type Spec } from '../program/types.js';
import { activationGrad, fusedActivations } from './fused_activation.js';
import { normalizeAxis } from './reduce.js';
import { transpose } from './shape.js';

// The product of one axis with a matrix: x seen as [outer, F, inner] gives [outer, U, inner].

interface DenseAttrs extends Record<string, number | boolean | string | undefined> {
  axis: number;
  /** The matrix is [U, F] and read as its transpose. */
  transposed?: boolean;
  activation?: string;
}

const denseOp: Op<DenseAttrs> = {
  name: 'dense',
  infer([x, w, b], { axis, transposed }) {
    const [shape, matrix] = [(x as Spec).shape, (w as Spec).shape];
    const [features, units] = transposed ? [matrix[1], matrix[0]] : matrix;
    if (shape[axis] !== features)
      throw new ShapeError(
        `dense: axis ${axis} of ${showShape(shape)} against a matrix of ${showShape(matrix)}; expected ${features} along it.`,
      );
    if (b && (b.shape.length !== 1 || b.shape[0] !== units))
      throw new ShapeError(`dense: bias ${showShape(b.shape)}, expected [${units}].`);
    return [{ shape: shape.map((n, i) => (i === axis ? units : n)), dtype: (x as Spec).dtype }];
  },
  grad({ inputs, outputs, attrs, grads, needs }) {
    const [x, w, b] = inputs as SymbolicTensor[];
    const dy = activationGrad(attrs.activation, grads[0] as TensorBase, outputs[0]);
    const dx = needs[0] ? apply(denseOp, [dy, w], { axis: attrs.axis, transposed: !attrs.transposed }) : null;
    if (!needs[1] && !(b && needs[2])) return [dx, null, null] as never;
    const [dw, db] = attrs.transposed
      ? applyAll(gradOp, [dy, x], { axis: attrs.axis })
      : applyAll(gradOp, [x, dy], { axis: attrs.axis });
    return [dx, dw, b ? db : null] as never;
  },
  allSteps([x, w, b], { axis, ...rest }) {
    const rank = (x as TensorBase).rank;
    if (axis === 0) return applyAll(denseOp, [x, w, b], { ...rest, axis: 1 });
    // The loop wants the batch innermost: the product gives it so.
    const order = Array.from({ length: rank }, (_, i) => (i === 0 ? 0 : i < rank - 1 ? i + 1 : 1));
    const y = apply(denseOp, [transpose(x as TensorBase, order), w, b], { ...rest, axis });
    return [transpose(y, inverse(order))];
  },
  layout: followAxis,
  shard: ({ inputs: [x], outputs: [y], attrs, axes: [at] }) =>
    at === null || at === attrs.axis
      ? null
      : { inputs: [at, null, null], outputs: [at], work: sizeOf(y.shape) * (x as Spec).shape[attrs.axis] },
};

/** x [O, F, I] and dy [O, U, I] give dW [F, U] and db [U] (the sum of dy). */
const gradOp: Op<DenseAttrs> = {
  name: 'denseGradW',
  optional: [1],
  sumOverSteps: (stacked, attrs) => applyAll(gradOp, stacked, { ...attrs, axis: attrs.axis + 1 }),
  infer([x, dy], { axis }) {
    const [a, b] = [(x as Spec).shape[axis], (dy as Spec).shape[axis]];
    return [
      { shape: [a, b], dtype: (x as Spec).dtype },
      { shape: [b], dtype: (x as Spec).dtype },
    ];
  },
  grad({ inputs, attrs: { axis }, grads: [g], needs }) {
    const [x, dy] = inputs as SymbolicTensor[];
    if (!g) return [null, null];
    return [
      needs[0] ? apply(denseOp, [dy, g], { axis, transposed: true }) : null,
      needs[1] ? apply(denseOp, [x, g], { axis }) : null,
    ] as never;
  },
  shard({ inputs: [x], outputs: [dw], attrs, axes }: ShardContext<DenseAttrs>): Sharding | null {
    const at = axes[0] ?? axes[1];
    const { shape } = x as Spec;
    const work = (sizeOf(shape) / shape[attrs.axis]) * sizeOf(dw.shape);
    return at === attrs.axis ? null : { inputs: [at, at], outputs: ['sum', 'sum'], work };
  },
  layout({ inputs, attrs, laid, outputs }) {
    const perm = leaderOf(inputs)?.perm ?? inputs[0]!.perm.map((_, i) => i);
    return {
      inputs: inputs.map((_, i) => laid(i, perm)),
      attrs: { ...attrs, axis: perm[attrs.axis] },
      perms: outputs.map((o) => o.shape.map((_, i) => i)),
    };
  },
};

/** The axis goes along; the matrix and the bias stay as they are. */
function followAxis({ inputs, attrs, plain }: LayoutContext<DenseAttrs>): LaidNode {
  const x = inputs[0] as NonNullable<(typeof inputs)[0]>;
  // A program's input is written in any order at no cost: in the one of the result, then.
  if (isFreeInput(x)) return { inputs: inputs.map((_, i) => plain(i)), attrs, perms: [x.perm.map((_, i) => i)] };
  return {
    inputs: [x.base, ...inputs.slice(1).map((_, i) => plain(i + 1))],
    attrs: { ...attrs, axis: x.perm[attrs.axis] },
    perms: [x.perm],
  };
}

/**
 * act(x·w + b) over one axis of x.
 *
 * @param x Any shape with F along `axis`.
 * @param w [F, U].
 * @param b [U], optional.
 * @param options `axis` (default the last), `activation`: a fused one, by name.
 */
export function dense(
  x: Operand,
  w: Operand,
  b?: Operand | null,
  options: { axis?: number; activation?: string } = {},
): TensorBase {
  checkOptions('dense', options, ['axis', 'activation']);
  const { activation } = options;
  if (activation !== undefined) checkChoice('dense', 'activation', activation, Object.keys(fusedActivations));
  const t = operand(x, undefined, 'dense');
  const matrix = operand(w, t.dtype, 'dense');
  if (matrix.rank !== 2) throw new ShapeError(`dense: a matrix of shape ${showShape(matrix.shape)}; expected [F, U].`);
  const axis = normalizeAxis('dense', options.axis ?? -1, t.rank);
  return apply(denseOp, [t, matrix, b == null ? null : operand(b, t.dtype, 'dense')], {
    axis,
    activation,
  });
}
