import { apply, applyAll, operand, type Operand } from '../program/apply.js';
import { ShapeError, ValueError } from '../program/errors.js';
import type { SymbolicTensor } from '../program/graph.js';
import type { LaidNode, LayoutContext, Op, ShardContext, Sharding } from '../program/op.js';
import type { TensorBase } from '../program/tensor.js';
import { sameShape, showShape, type Spec } from '../program/types.js';
import { normalizeAxis } from './reduce.js';

// Softmax and the cross-entropy on top of it, along one axis.

interface AxisAttrs extends Record<string, number | boolean | undefined> {
  axis: number;
}

/** All operands of full rank follow the first; those of the reduced shape follow without the axis. */
function alongAxis({ inputs, attrs, laid, outputs }: LayoutContext<AxisAttrs>): LaidNode {
  const { perm } = inputs[0] as NonNullable<(typeof inputs)[0]>;
  const axis = perm[attrs.axis];
  const reduced = perm.filter((_, i) => i !== attrs.axis).map((p) => (p > axis ? p - 1 : p));
  const permOf = (rank: number) => (rank === perm.length ? perm : reduced);
  return {
    inputs: inputs.map((x, i) => x && laid(i, permOf(x.perm.length))),
    attrs: { ...attrs, axis },
    perms: outputs.map((o) => permOf(o.shape.length)),
  };
}

/** The same for the divided axis. */
function shardAlongAxis({ inputs, outputs, attrs: { axis }, axes: [at] }: ShardContext<AxisAttrs>): Sharding | null {
  if (at === null || at === axis) return null;
  const { length } = (inputs[0] as Spec).shape;
  const axisOf = (x: Spec | null) => x && (x.shape.length === length || at < axis ? at : at - 1);
  return { inputs: inputs.map(axisOf), outputs: outputs.map((o) => axisOf(o) as number) };
}

/** softmax or logSoftmax with its gradient kernel, which works from the output. */
function softmaxOp(name: string, gradName: string): Op<AxisAttrs> {
  const gradOp: Op<AxisAttrs> = {
    name: gradName,
    infer: ([y]) => [y as Spec],
    layout: alongAxis,
    shard: shardAlongAxis,
  };
  return {
    name,
    infer: ([x]) => [x as Spec],
    grad: ({ outputs: [y], attrs, grads: [g] }) => [apply(gradOp, [y, g], attrs) as never],
    layout: alongAxis,
    shard: shardAlongAxis,
  };
}
const SOFTMAX = softmaxOp('softmax', 'softmaxGrad');
const LOG_SOFTMAX = softmaxOp('logSoftmax', 'logSoftmaxGrad');

/** eˣ / Σ eˣ along an axis. */
export function softmax(x: Operand, axis = -1): TensorBase {
  const t = operand(x, undefined, 'softmax');
  return apply(SOFTMAX, [t], { axis: normalizeAxis('softmax', axis, t.rank) });
}

/** log softmax(x), without overflow. */
export function logSoftmax(x: Operand, axis = -1): TensorBase {
  const t = operand(x, undefined, 'logSoftmax');
  return apply(LOG_SOFTMAX, [t], { axis: normalizeAxis('logSoftmax', axis, t.rank) });
}

interface CrossEntropyAttrs extends AxisAttrs {
  sparse: boolean;
}

const crossEntropyOp: Op<CrossEntropyAttrs> = {
  name: 'softmaxCrossEntropy',
  infer([x], { axis }) {
    const { shape, dtype } = x as Spec;
    return [
      { shape: shape.filter((_, i) => i !== axis), dtype },
      { shape, dtype },
    ];
  },
  grad: ({ inputs: [, target], outputs: [, p], attrs, grads: [g] }) =>
    g ? ([apply(crossEntropyGradOp, [p, target as SymbolicTensor, g], attrs), null] as never) : [null, null],
  layout: alongAxis,
  shard: shardAlongAxis,
};
const crossEntropyGradOp: Op<CrossEntropyAttrs> = {
  name: 'softmaxCrossEntropyGrad',
  infer: ([p]) => [p as Spec],
  layout: alongAxis,
  shard: shardAlongAxis,
};

/**
 * −Σ target · log softmax(logits) along an axis, from the logits.
 *
 * @param target Probabilities of the logits' shape, or int32 classes of the shape without the axis.
 * @returns One loss per row: the shape without the axis.
 */
export function softmaxCrossEntropy(logits: Operand, target: Operand, axis = -1): TensorBase {
  const x = operand(logits, undefined, 'softmaxCrossEntropy');
  const at = normalizeAxis('softmaxCrossEntropy', axis, x.rank);
  const t = operand(target, undefined, 'softmaxCrossEntropy');
  const sparse = t.rank === x.rank - 1;
  if (sparse && t.dtype !== 'int32')
    throw new ValueError(`softmaxCrossEntropy: classes must be int32, got ${t.dtype}.`);
  const expected = sparse ? x.shape.filter((_, i) => i !== at) : x.shape;
  if (!sameShape(t.shape, expected))
    throw new ShapeError(`softmaxCrossEntropy: targets ${showShape(t.shape)} for logits ${showShape(x.shape)}.`);
  return applyAll(crossEntropyOp, [x, t], { axis: at, sparse })[0];
}
