import { ActivityRegularization } from '../layers/activity_regularization.js';
import { Conv1D } from '../layers/conv1d.js';
import { Dropout } from '../layers/dropout.js';
import { Embedding } from '../layers/embedding.js';
import type { Layer } from '../layers/layer.js';
import { GaussianDropout, GaussianNoise, SpatialDropout1D } from '../layers/noise.js';
import { initialStates } from '../layers/recurrent/stacked.js';
import { SequenceLayer } from '../layers/recurrent/sequence.js';
import { TimeDistributed } from '../layers/time_distributed.js';
import { multiply } from '../ops/arithmetic.js';
import { zeros } from '../ops/create.js';
import { concatenate, slice } from '../ops/shape.js';
import { assign } from '../ops/update.js';
import { ValueError } from '../program/errors.js';
import { within } from '../program/graph.js';
import { tensor, type Tensor, type TensorBase } from '../program/tensor.js';
import { Variable } from '../program/variable.js';

/** What a layer carries from step to step. */
export interface Memory {
  readonly variable: Variable;
  /** Its value before the first step. */
  readonly first: () => Tensor;
}

/** One step [B, 1, F] of a layer, traced; what it has to remember is added to the memories. */
export type Step = (x: TensorBase, memories: Memory[]) => TensorBase;

/** How a kind of layer takes a single step; null where the rule is not for the layer. */
type Rule = (layer: Layer) => Step | null;

/** Layers that compute every step from that step alone when they do not train. */
const STEPWISE = [
  ActivityRegularization,
  Dropout,
  Embedding,
  GaussianDropout,
  GaussianNoise,
  SpatialDropout1D,
  TimeDistributed,
];

const recurrent: Rule = (layer) => {
  if (!(layer instanceof SequenceLayer)) return null;
  if (layer.goBackwards) throw refusal(layer, 'goes backwards from a last step');
  return (x, memories) => {
    const { cell } = layer;
    const initial = () => within(undefined, () => initialStates(cell, x.shape[0]).map(valueOf));
    const own = initial().map((_, i) => remember(layer, memories, () => initial()[i]));
    // Products, so that a cell that hands a state on to another place gives the old one.
    const { output, states } = layer.advance(
      x,
      own.map((v) => multiply(v, 1)),
    );
    own.forEach((v, i) => assign(v, states[i]));
    return output;
  };
};

const convolution: Rule = (layer) => {
  if (!(layer instanceof Conv1D)) return null;
  if (layer.strides !== 1) throw refusal(layer, `has strides ${layer.strides}: not every step gives an output`);
  const past = (layer.kernelSize - 1) * layer.dilationRate;
  if (past === 0) return (x) => layer.convolve(x, 'valid');
  if (layer.padding !== 'causal') throw refusal(layer, `has padding '${layer.padding}', expected 'causal'`);
  return (x, memories) => {
    const [batch, , features] = x.shape;
    const first = () => within(undefined, () => valueOf(zeros([batch, past, features], x.dtype)));
    const before = remember(layer, memories, first);
    const window = concatenate([before, x], 1); // [B, past + 1, F]
    const y = layer.convolve(window, 'valid');
    assign(before, slice(window, [null, [1, null]]));
    return y;
  };
};

const stepwise: Rule = (layer) => {
  if (!layer.actsOnVectors && !STEPWISE.some((Class) => layer instanceof Class)) return null;
  return (x) => {
    const y = layer.invoke(x, { training: false }) as TensorBase;
    if (layer.computeMask(x, null)) throw refusal(layer, 'masks steps');
    return y;
  };
};

const RULES: readonly Rule[] = [recurrent, convolution, stepwise];

/** @throws ValueError for a layer that cannot work step by step. */
export function stepRuleOf(layer: Layer): Step {
  for (const rule of RULES) {
    const step = rule(layer);
    if (step) return step;
  }
  throw refusal(layer, 'may need other steps than those so far');
}

function refusal(layer: Layer, why: string): ValueError {
  return new ValueError(`stream: layer '${layer.name}' (${layer.constructor.name}) cannot be streamed: it ${why}.`);
}

function remember(layer: Layer, memories: Memory[], first: () => Tensor): Variable {
  const variable = new Variable(first(), `${layer.name}/stream_${memories.length}`, false);
  memories.push({ variable, first });
  return variable;
}

function valueOf(value: TensorBase): Tensor {
  return value instanceof Variable ? value.value() : tensor(value);
}
