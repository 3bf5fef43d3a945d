import { parentsOf, runNode, type LayerNode, type LayerTensor } from '../layers/connect.js';
import { Conv1D } from '../layers/conv1d.js';
import { Embedding } from '../layers/embedding.js';
import type { Layer } from '../layers/layer.js';
import { initialStates } from '../layers/recurrent/stacked.js';
import { SequenceLayer } from '../layers/recurrent/sequence.js';
import { multiply } from '../ops/arithmetic.js';
import { concatenate } from '../ops/shape.js';
import { assign } from '../ops/update.js';
import { ShapeError, ValueError } from '../program/errors.js';
import { currentGraph, within, type Graph } from '../program/graph.js';
import { tensor, type Tensor, type TensorBase } from '../program/tensor.js';
import { Variable } from '../program/variable.js';
import { worksAlongSteps } from './step_aligned.js';
import { Past, State, type Memory } from './stream_memory.js';

/** A tensor at one step: [B, 1, …] of a sequence, or [B, …], made of all steps so far. */
export interface Flow {
  readonly tensor: TensorBase;
  readonly sequence: boolean;
}

/** One step of a kind of layer on sequences; null where the rule is not for the layer. */
type Rule = (layer: Layer, inputs: readonly TensorBase[], node: LayerNode, memories: Memory[]) => Flow[] | null;

const recurrent: Rule = (layer, [x], _node, memories) => {
  if (!(layer instanceof SequenceLayer)) return null;
  if (layer.goBackwards) throw refusal(layer, 'goes backwards from a last step');
  const { cell } = layer;
  const initial = () => within(undefined, () => initialStates(cell, x.shape[0]).map(valueOf));
  const own = initial().map((_, i) => new State(() => initial()[i], `${layer.name}/stream_${memories.length + i}`));
  memories.push(...own);
  // Products, so that a cell that hands a state on to another place gives the old one.
  const before = own.map(({ variable }) => multiply(variable, 1));
  const { output, states } = layer.advance(x, before);
  own.forEach(({ variable }, i) => assign(variable, states[i]));
  const flow = { tensor: output, sequence: layer.returnSequences };
  return layer.returnState ? [flow, ...states.map((state) => ({ tensor: state, sequence: false }))] : [flow];
};

const convolution: Rule = (layer, [x], _node, memories) => {
  if (!(layer instanceof Conv1D)) return null;
  if (layer.strides !== 1) throw refusal(layer, `has strides ${layer.strides}: not every step gives an output`);
  const taps = layer.kernelSize - 1;
  if (taps > 0 && layer.padding !== 'causal') throw refusal(layer, `has padding '${layer.padding}', expected 'causal'`);
  let window = x;
  if (taps > 0) {
    const past = pastOf(x, taps, layer.dilationRate, memories);
    window = concatenate([past.symbol, x], 1); // [B, K, F]: what lies between the taps is left out
  }
  return [{ tensor: layer.convolve(window, 'valid', 1), sequence: true }];
};

const stepwise: Rule = (layer, inputs, node) => {
  if (!layer.actsOnSteps(inputs[0].rank)) return null;
  if (new Set([node.inputs].flat().map((t) => t.shape[1] === 1)).size > 1)
    throw refusal(layer, 'repeats an input of one step at every step of another');
  const given = Array.isArray(node.inputs) ? inputs : inputs[0];
  const y = layer.invoke(given, { training: false }) as TensorBase;
  if (layer.computeMask(given, null)) throw refusal(layer, 'masks steps');
  return [{ tensor: y, sequence: true }];
};

const RULES: readonly Rule[] = [recurrent, convolution, stepwise];

/**
 * Traces one step of a use of a layer; what has to be remembered is added to the memories.
 *
 * @throws ValueError for a layer that cannot work step by step.
 */
export function takeStep(node: LayerNode, flowOf: (t: LayerTensor) => Flow, memories: Memory[]): Flow[] {
  const { layer } = node;
  const flows = parentsOf(node).map(flowOf);
  if (flows.every(({ sequence }) => !sequence)) {
    if (layer instanceof SequenceLayer && layer.stateful)
      throw refusal(layer, 'keeps states from one call to the next');
    const results = runNode(node, (t) => flowOf(t).tensor, { training: false });
    return results.map((result) => ({ tensor: result, sequence: false }));
  }
  const argument = Object.entries(node.kwargs).find(
    ([, value]) => value !== undefined && value !== null && value !== false,
  );
  if (argument) throw refusal(layer, `is called with ${argument[0]}`);
  if (flows.some(({ sequence }) => !sequence))
    throw refusal(layer, 'takes the steps together with what was made of all of them');
  const inputs = flows.map((flow) => flow.tensor);
  if (!(layer instanceof Embedding) && inputs.some((x) => x.rank < 3))
    throw new ShapeError(`stream: layer '${layer.name}' is given no steps, expected [batch, steps, features].`);
  for (const rule of RULES) {
    const results = rule(layer, inputs, node, memories);
    if (results) return results;
  }
  const along = worksAlongSteps(layer, inputs[0].rank);
  throw refusal(layer, along ? 'works along the steps' : 'may need other steps than those so far');
}

/** The past of x, which convolutions of one input share (a filter and its gate). */
function pastOf(x: TensorBase, taps: number, dilation: number, memories: Memory[]): Past {
  const known = memories.find((m) => m instanceof Past && m.x === x && m.taps === taps && m.dilation === dilation);
  if (known) return known as Past;
  const past = new Past(currentGraph() as Graph, x, taps, dilation);
  memories.push(past);
  return past;
}

function refusal(layer: Layer, why: string): ValueError {
  return new ValueError(`stream: layer '${layer.name}' (${layer.constructor.name}) cannot be streamed: it ${why}.`);
}

function valueOf(value: TensorBase): Tensor {
  return value instanceof Variable ? value.value() : tensor(value);
}
