import { currentGraph, type Graph, type SymbolicTensor } from './graph.js';
import { ShapeError } from './errors.js';
import type { Op } from './op.js';
import { showShape, sizeOf, type Spec } from './types.js';

// The two ops that the passes themselves insert.

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
  grad({ attrs: { perm }, grads: [g] }) {
    return [addNode(currentGraph() as Graph, transposeOp, g as SymbolicTensor, { perm: inverse(perm) })];
  },
};

export function inverse(perm: readonly number[]): number[] {
  const result = new Array<number>(perm.length);
  perm.forEach((p, i) => (result[p] = i));
  return result;
}
