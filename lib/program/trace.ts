import { Graph, SymbolicTensor, within, type RandomSource } from './graph.js';
import { SeqnnError, show } from './errors.js';
import { symbolOf } from './apply.js';
import { TensorBase, tensor } from './tensor.js';
import type { Spec } from './types.js';

export interface TraceInput extends Spec {
  /** Axis 0 is the batch: fed row by row. */
  readonly batched?: boolean;
}

/**
 * Runs `fn` once on symbols.
 *
 * @param inputs Shapes and dtypes of fn's arguments.
 * @param random Where random ops take their numbers from.
 * @returns The graph and fn's results as symbols.
 */
export function trace(
  inputs: readonly TraceInput[],
  fn: (...symbols: SymbolicTensor[]) => unknown,
  random?: RandomSource,
): { graph: Graph; outputs: SymbolicTensor[] } {
  const graph = new Graph();
  graph.random = random;
  const outputs = within(graph, () => {
    const symbols = inputs.map((spec) => graph.input(spec, spec.batched ?? false));
    return symbolsOf(graph, fn(...symbols));
  });
  return { graph, outputs };
}

/** A traced function's result (one tensor or a list) as symbols of the graph. */
export function symbolsOf(graph: Graph, result: unknown): SymbolicTensor[] {
  const list = Array.isArray(result) && result.some((r) => r instanceof TensorBase) ? (result as unknown[]) : [result];
  return list.map((value) => {
    if (value instanceof TensorBase) return symbolOf(graph, value);
    if (typeof value === 'number' || Array.isArray(value)) return symbolOf(graph, tensor(value as number));
    throw new SeqnnError(`a traced function returned ${show(value)}, expected a tensor or a list of tensors.`);
  });
}
