import { SeqnnError, show, ValueError } from '../program/errors.js';
import type { SymbolicTensor } from '../program/graph.js';
import type { TensorBase } from '../program/tensor.js';
import { trace } from '../program/trace.js';
import type { DType } from '../program/types.js';
import { forShapesOnly } from './context.js';
import type { CallArgs, Layer, PartialShape } from './layer.js';

/** One use of a layer in a graph of layers. */
export interface LayerNode {
  readonly layer: Layer;
  readonly inputs: LayerTensor | readonly LayerTensor[];
  /** Of the call; may hold LayerTensors (initialState). */
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly outputs: LayerTensor[];
}

/** What `input` and `layer.apply` give: the place of a tensor in a graph of layers. */
export class LayerTensor {
  constructor(
    /** With the batch; null where the size may vary. */
    readonly shape: PartialShape,
    readonly dtype: DType,
    readonly node: LayerNode,
    /** Which of the node's outputs. */
    readonly index: number,
  ) {}

  get layer(): Layer {
    return this.node.layer;
  }
}

/** A value with every LayerTensor in it replaced. */
export function substitute(value: unknown, replace: (t: LayerTensor) => unknown): unknown {
  if (value instanceof LayerTensor) return replace(value);
  return Array.isArray(value) ? value.map((v) => substitute(v, replace)) : value;
}

/** Everything a node reads: its inputs, then those among the arguments of its call. */
export function parentsOf(node: LayerNode): LayerTensor[] {
  const found: LayerTensor[] = [];
  substitute([node.inputs, ...Object.values(node.kwargs)], (t) => found.push(t));
  return found;
}

function invokeNode(
  node: LayerNode,
  valueOf: (t: LayerTensor) => TensorBase,
  kwargs: CallArgs = {},
): TensorBase | TensorBase[] {
  const args = Object.fromEntries(
    Object.entries(node.kwargs).map(([name, value]) => [name, substitute(value, valueOf)]),
  );
  return node.layer.invoke(substitute(node.inputs, valueOf) as TensorBase, { ...kwargs, ...args });
}

/** Runs a node's layer on what its parents gave; one result per output of the node. */
export function runNode(node: LayerNode, valueOf: (t: LayerTensor) => TensorBase, kwargs: CallArgs = {}): TensorBase[] {
  const results = invokeNode(node, valueOf, kwargs);
  return Array.isArray(results) ? results : [results];
}

// Sizes that stand in for unknown ones: what differs between two traces depends on an unknown size.
const STAND_INS = [
  { batch: 2, other: 1021 },
  { batch: 5, other: 4093 },
] as const;

/** Adds a use of a layer to the graph that its inputs are part of. Shapes are found by tracing the call twice. */
export function connect(
  layer: Layer,
  inputs: LayerTensor | readonly LayerTensor[],
  kwargs: Record<string, unknown> = {},
): LayerTensor | LayerTensor[] {
  const list = Array.isArray(inputs) ? (inputs as readonly LayerTensor[]) : [inputs as LayerTensor];
  for (const x of list) {
    if (!(x instanceof LayerTensor))
      throw new ValueError(`${layer.name}: apply expected tensors from input() or another layer, got ${show(x)}.`);
  }
  layer.build(Array.isArray(inputs) ? list.map((x) => x.shape) : list[0].shape);
  const node: LayerNode = { layer, inputs, kwargs, outputs: [] };
  const [first, second] = STAND_INS.map((sizes) => traceNode(node, sizes));
  first.outputs.forEach(({ shape, dtype }, i) => {
    const other = second.outputs[i].shape;
    if (shape.length !== other.length)
      throw new SeqnnError(`${layer.name}: the number of axes of its result depends on the size of its input.`);
    node.outputs.push(
      new LayerTensor(
        shape.map((n, axis) => (n === other[axis] ? n : null)),
        dtype,
        node,
        i,
      ),
    );
  });
  return first.several ? node.outputs : node.outputs[0];
}

function traceNode(node: LayerNode, sizes: (typeof STAND_INS)[number]) {
  const parents = [...new Set(parentsOf(node))];
  const specs = parents.map(({ shape, dtype }) => ({
    shape: shape.map((n, axis) => n ?? (axis === 0 ? sizes.batch : sizes.other)),
    dtype,
  }));
  let several = false;
  const { outputs } = forShapesOnly(() =>
    trace(specs, (...symbols: SymbolicTensor[]) => {
      const results = invokeNode(node, (t) => symbols[parents.indexOf(t)]);
      several = Array.isArray(results);
      return results;
    }),
  );
  return { outputs, several };
}
