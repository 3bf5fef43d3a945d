import { currentGraph, type Graph, type SymbolicTensor } from './graph.js';
import { ShapeError } from './errors.js';
import type { Op } from './op.js';
import { showShape, sizeOf, type Shape, type Spec } from './types.js';

// The ops that the passes themselves insert.

export function addNode(
  graph: Graph,
  op: Op<any>,
  input: SymbolicTensor,
  attrs: Record<string, readonly number[]>,
): SymbolicTensor {
  return graph.add(op, [input], attrs, op.infer([input], attrs)).outputs[0];
}

/** The same elements under another shape; no instruction. */
export const reshapeOp: Op<{ shape: readonly number[] }> = {
  name: 'reshape',
  alias: true,
  infer([x], { shape }) {
    const spec = x as Spec;
    if (sizeOf(shape) !== sizeOf(spec.shape)) {
      throw new ShapeError(
        `reshape: ${showShape(spec.shape)} has ${sizeOf(spec.shape)} elements, ${showShape(shape)} needs ${sizeOf(shape)}.`,
      );
    }
    return [{ shape, dtype: spec.dtype }];
  },
  shard({ inputs: [x], attrs: { shape }, axes: [axis], shards }) {
    const to = axisAfter((x as Spec).shape, axis as number, shape, shards);
    return to < 0 ? null : { inputs: [axis], outputs: [to], attrs: { shape: divided(shape, to, shards) } };
  },
  grad({ inputs: [x], grads: [g] }) {
    return [addNode(currentGraph() as Graph, reshapeOp, g as SymbolicTensor, { shape: (x as SymbolicTensor).shape })];
  },
  layout({ inputs: [x], attrs: { shape }, outputs: [out] }) {
    // Inserting or removing axes of size 1 commutes with a transpose.
    const { base, perm } = x as { base: SymbolicTensor; perm: readonly number[] };
    const value = perm.map((p) => base.shape[p]);
    const long = (s: readonly number[]) => s.map((n, i) => [n, i] as const).filter(([n]) => n !== 1);
    const from = long(value);
    const to = long(shape);
    if (from.length !== to.length || from.some(([n], k) => n !== to[k][0])) return null;
    const rank = out.shape.length;
    // Long axes in the order that the base has them, then the axes of size 1.
    const order = to.map((_, k) => k).sort((a, b) => perm[from[a][1]] - perm[from[b][1]]);
    const axes = order.map((k) => to[k][1]);
    for (let i = 0; i < rank; i++) if (shape[i] === 1) axes.push(i);
    return { inputs: [base], attrs: { shape: axes.map((i) => shape[i]) }, perms: [inverse(axes)] };
  },
};

/** Where the divided axis of a tensor is when it has another shape: behind as many elements. -1: nowhere. */
export function axisAfter(from: Shape, axis: number, to: Shape, shards: number): number {
  const before = sizeOf(from.slice(0, axis));
  return to.findIndex((n, i) => n > 1 && n % shards === 0 && sizeOf(to.slice(0, i)) === before);
}

/** The shape of one of `shards` equal parts along an axis. */
export function divided(shape: Shape, axis: number, shards: number): number[] {
  return shape.map((n, i) => (i === axis ? n / shards : n));
}

/** Result axis i is input axis perm[i]. */
export const transposeOp: Op<{ perm: readonly number[] }> = {
  name: 'transpose',
  infer([x], { perm }) {
    const spec = x as Spec;
    if (perm.length !== spec.shape.length || [...perm].sort((a, b) => a - b).some((p, i) => p !== i)) {
      throw new ShapeError(
        `transpose: axes ${showShape(perm)} are not an order of the ${spec.shape.length} axes of ${showShape(spec.shape)}.`,
      );
    }
    return [{ shape: perm.map((p) => spec.shape[p]), dtype: spec.dtype }];
  },
  shard: ({ attrs: { perm }, axes }) => ({ inputs: axes, outputs: [perm.indexOf(axes[0] as number)] }),
  grad({ attrs: { perm }, grads: [g] }) {
    return [addNode(currentGraph() as Graph, transposeOp, g as SymbolicTensor, { perm: inverse(perm) })];
  },
};

/** What shards add up to: [shards, …] summed or averaged over axis 0. */
export const totalOp: Op<{ kind: string; axes: readonly number[]; keepDims: boolean }> = {
  name: 'reduce',
  infer: ([x]) => [{ shape: (x as Spec).shape.slice(1), dtype: (x as Spec).dtype }],
};

export function inverse(perm: readonly number[]): number[] {
  const result = new Array<number>(perm.length);
  perm.forEach((p, i) => (result[p] = i));
  return result;
}
