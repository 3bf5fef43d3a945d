import { currentGraph, Graph, SymbolicTensor, within } from './graph.js';
import { SeqnnError } from './errors.js';
import type { Attrs, Op } from './op.js';
import { placed } from './placement.js';
import { Program } from './program.js';
import { Tensor, TensorBase, tensor, type TensorLike } from './tensor.js';
import { Variable } from './variable.js';
import { isFloating, type DType } from './types.js';

/** What a public op function takes for an operand. */
export type Operand = TensorBase | TensorLike;

/** The symbol of an operand in the graph being traced. */
export function symbolOf(graph: Graph, value: TensorBase): SymbolicTensor {
  if (value instanceof SymbolicTensor) return graph.own(value);
  if (value instanceof Variable) {
    // A scan's body cannot refer to a variable itself: the outermost graph does, and the body captures it.
    let outermost = graph;
    while (outermost.parent) outermost = outermost.parent;
    return graph.own(outermost.variable(value));
  }
  if (value instanceof Tensor) return graph.constant(value);
  throw new SeqnnError('expected a tensor.');
}

/** Numbers and arrays become tensors of the dtype that the other operands have. */
export function operand(value: Operand, dtype?: DType, who = 'op'): TensorBase {
  if (value instanceof TensorBase) return value;
  return tensor(value, undefined, typeof value === 'object' && ArrayBuffer.isView(value) ? undefined : dtype, who);
}

// Programs of single ops that were called on concrete tensors, by op, attributes and shapes.
const eager = new Map<string, Program>();
const EAGER_LIMIT = 512;

/** JSON has no infinities, NaN or negative zero: as keys they must differ. */
function exactly(_: string, value: unknown): unknown {
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? `${Object.is(value, -0) ? '-0' : value}`
    : value;
}

function runEagerly(op: Op<any>, inputs: readonly (Tensor | null)[], attrs: Attrs): Tensor[] {
  const key = JSON.stringify([op.name, op.pointwise, attrs, inputs.map((t) => t && [t.dtype, ...t.shape])], exactly);
  let program = eager.get(key);
  if (!program) {
    const graph = new Graph();
    const traced = () => {
      const symbols = inputs.map((t) => t && graph.input(t, false));
      return graph.add(op, symbols, attrs, op.infer(symbols, attrs)).outputs;
    };
    const outputs = placed({}, () => within(graph, traced));
    program = new Program(graph, outputs);
    if (eager.size >= EAGER_LIMIT) eager.delete(eager.keys().next().value as string);
    eager.set(key, program);
  }
  return program.run(inputs.filter((t): t is Tensor => t !== null));
}

/**
 * Applies an op: on concrete tensors it runs at once, on symbols it adds a node to the graph being traced.
 * Variables count as symbols while something is traced, and as their value otherwise.
 */
export function applyAll<A extends Attrs>(
  op: Op<A>,
  inputs: readonly (TensorBase | null | undefined)[],
  attrs: A,
  bodies: readonly Graph[] = [],
): TensorBase[] {
  const graph = currentGraph();
  const symbolic = inputs.some((t) => t instanceof SymbolicTensor || (graph !== undefined && t instanceof Variable));
  if (!symbolic && bodies.length === 0 && !(graph && (op.updates || inputs.length === 0))) {
    const values = inputs.map((t) => (t == null ? null : t instanceof Variable ? t.value() : (t as Tensor)));
    return runEagerly(op, values, attrs);
  }
  if (!graph) throw new SeqnnError(`${op.name}: a symbolic value was used outside the function it was traced in.`);
  const symbols = inputs.map((t) => (t == null ? null : symbolOf(graph, t)));
  return [...graph.add(op, symbols, attrs, op.infer(symbols, attrs, bodies), bodies).outputs];
}

/** applyAll for an op with one result. */
export function apply<A extends Attrs>(
  op: Op<A>,
  inputs: readonly (TensorBase | null | undefined)[],
  attrs: A,
): TensorBase {
  return applyAll(op, inputs, attrs)[0];
}

/** The dtype that operands of several dtypes meet in: float64 over float32 over int32; booleans become float32. */
export function commonDType(operands: readonly TensorBase[]): DType {
  const types = operands.map((t) => t.dtype);
  if (types.includes('float64')) return 'float64';
  if (types.some(isFloating)) return 'float32';
  return types.includes('int32') ? 'int32' : 'float32';
}
