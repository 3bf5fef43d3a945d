import { applyAll, operand, type Operand } from '../program/apply.js';
import { checkOptions, ShapeError } from '../program/errors.js';
import type { SymbolicTensor } from '../program/graph.js';
import type { LaidNode, LayoutContext, Op, ShardContext, Sharding } from '../program/op.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape, type Spec } from '../program/types.js';
import { checkNumber } from './checks.js';
import { normalizeAxis } from './reduce.js';

// Layer normalization (Ba, Kiros, Hinton 2016) along one axis as a fused kernel.

interface NormAttrs extends Record<string, number | boolean | undefined> {
  axis: number;
  epsilon: number;
  rms?: boolean;
}

function reducedSpec({ shape, dtype }: Spec, axis: number): Spec {
  return { shape: shape.filter((_, i) => i !== axis), dtype };
}

// Which operands have x's shape (full) and which lack the axis (reduced); the rest are vectors along it.
function alongAxis(
  full: readonly number[],
  reduced: readonly number[],
  outputs: readonly ('full' | 'reduced' | 'vector')[],
) {
  return ({ inputs, attrs, laid, plain }: LayoutContext<NormAttrs>): LaidNode => {
    const { perm } = inputs[0] as NonNullable<(typeof inputs)[0]>;
    const axis = perm[attrs.axis];
    const less = perm.filter((_, i) => i !== attrs.axis).map((p) => (p > axis ? p - 1 : p));
    const perms = { full: perm, reduced: less, vector: [0] };
    return {
      inputs: inputs.map(
        (x, i) => x && (full.includes(i) ? laid(i, perm) : reduced.includes(i) ? laid(i, less) : plain(i)),
      ),
      attrs: { ...attrs, axis },
      perms: outputs.map((kind) => perms[kind]),
    };
  };
}

// Likewise for the divided axis; gradients of the vectors are sums over the batch.
function shardAlongAxis(full: readonly number[], reduced: readonly number[], vectors: boolean) {
  return ({ inputs, outputs, attrs: { axis }, axes: [at] }: ShardContext<NormAttrs>): Sharding | null => {
    if (at === null || at === axis) return null;
    const less = at > axis ? at - 1 : at;
    return {
      inputs: inputs.map((x, i) => (x && full.includes(i) ? at : x && reduced.includes(i) ? less : null)),
      outputs: outputs.map((_, i) => (i === 0 ? at : vectors ? 'sum' : less)),
    };
  };
}

const layerNormOp: Op<NormAttrs> = {
  name: 'layerNorm',
  optional: [1, 2],
  infer: ([x], { axis }) => [x as Spec, reducedSpec(x as Spec, axis), reducedSpec(x as Spec, axis)],
  grad({ inputs, outputs: [, mean, rstd], attrs, grads: [g] }) {
    const [x, gamma] = inputs as SymbolicTensor[];
    return applyAll(layerNormGradOp, [x, gamma, mean, rstd, g], attrs).map((d, i) => (inputs[i] ? d : null)) as never;
  },
  allSteps: (operands, attrs) => applyAll(layerNormOp, operands, { ...attrs, axis: attrs.axis + 1 }),
  layout: alongAxis([0], [], ['full', 'reduced', 'reduced']),
  shard: shardAlongAxis([0], [], false),
};

const layerNormGradOp: Op<NormAttrs> = {
  name: 'layerNormGrad',
  optional: [0, 1, 2],
  inPlace: { 0: 4 },
  infer([x], { axis }) {
    const { shape, dtype } = x as Spec;
    const vector = { shape: [shape[axis]], dtype };
    return [x as Spec, vector, vector];
  },
  sumOperands: (result) => (result === 0 ? null : [0, 2, 3, 4]),
  sumOverSteps: ([x, mean, rstd, g], attrs) =>
    applyAll(layerNormGradOp, [x, null, mean, rstd, g], { ...attrs, axis: attrs.axis + 1 }),
  layout: alongAxis([0, 4], [2, 3], ['full', 'vector', 'vector']),
  shard: shardAlongAxis([0, 4], [2, 3], true),
};

/**
 * (x − mean) / √(variance + epsilon) · gamma + beta along one axis; with `rms`, x / √(mean(x²) + epsilon) · gamma.
 *
 * @param gamma,beta Vectors along the axis, or null.
 */
export function layerNorm(
  x: Operand,
  gamma?: Operand | null,
  beta?: Operand | null,
  options: { axis?: number; epsilon?: number; rms?: boolean } = {},
): TensorBase {
  checkOptions('layerNorm', options, ['axis', 'epsilon', 'rms']);
  const epsilon = checkNumber('layerNorm', 'epsilon', options.epsilon ?? 1e-3, 0);
  const t = operand(x, undefined, 'layerNorm');
  const axis = normalizeAxis('layerNorm', options.axis ?? -1, t.rank);
  const vectors = [gamma, beta].map((v) => (v == null ? null : operand(v, t.dtype, 'layerNorm')));
  for (const v of vectors) {
    if (v && (v.rank !== 1 || v.shape[0] !== t.shape[axis]))
      throw new ShapeError(`layerNorm: gamma or beta of shape ${showShape(v.shape)}, expected [${t.shape[axis]}].`);
  }
  return applyAll(layerNormOp, [t, ...vectors], {
    axis,
    epsilon,
    rms: options.rms || undefined,
  })[0];
}
