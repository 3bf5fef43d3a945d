import { ActivityRegularization } from '../layers/activity_regularization.js';
import { BatchNormalization } from '../layers/batch_normalization.js';
import { Bidirectional } from '../layers/bidirectional.js';
import { Concatenate } from '../layers/concatenate.js';
import { Conv1D } from '../layers/conv1d.js';
import { Dropout } from '../layers/dropout.js';
import { Embedding } from '../layers/embedding.js';
import { InputLayer } from '../layers/input.js';
import type { Layer } from '../layers/layer.js';
import { Masking } from '../layers/masking.js';
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from '../layers/merge.js';
import { GaussianDropout, GaussianNoise, SpatialDropout1D } from '../layers/noise.js';
import { SequenceLayer } from '../layers/recurrent/sequence.js';
import { TimeDistributed } from '../layers/time_distributed.js';
import { ValueError } from '../program/errors.js';

/** Layers whose output at a step is made of their inputs at that step. */
const STEPWISE = [
  ActivityRegularization,
  Add,
  Average,
  BatchNormalization,
  Dropout,
  Embedding,
  GaussianDropout,
  GaussianNoise,
  InputLayer,
  Masking,
  Maximum,
  Minimum,
  Multiply,
  SpatialDropout1D,
  Subtract,
];

/** Why a layer cannot work on a part of the steps with the states of the part before, or null when it can. */
function hindrance(layer: Layer): string | null {
  if (layer instanceof SequenceLayer) {
    if (!layer.returnSequences) return 'gives only its last output; set returnSequences: true';
    if (layer.goBackwards) return 'goes backwards, from steps that are still to come';
    return layer.returnState ? 'gives states, which do not belong to a step' : null;
  }
  if (layer instanceof Bidirectional) return 'goes backwards, from steps that are still to come';
  if (layer instanceof Concatenate)
    return layer.axis === -1 || layer.axis > 1 ? null : 'joins its inputs along the steps';
  if (layer instanceof TimeDistributed)
    return recurrentInside(layer) ? 'starts a recurrent layer anew at every step' : null;
  if (layer instanceof Conv1D)
    return layer.kernelSize === 1 && layer.strides === 1 ? null : 'reads or skips steps beyond the chunk';
  if (layer.actsOnVectors || STEPWISE.some((Class) => layer instanceof Class)) return null;
  return 'may need other steps than its own (a layer of your own that does not says so by actsOnVectors = true)';
}

function recurrentInside(layer: Layer): boolean {
  return layer.tracked.some((inner) => inner instanceof SequenceLayer || recurrentInside(inner));
}

/**
 * That all of a model's layers give one output per step, of that step and those before it.
 *
 * @throws ValueError naming the layer that does not.
 */
export function checkStepAligned(layers: readonly Layer[]): void {
  for (const layer of layers) {
    // A model inside the model: its layers count. (The class itself imports this file.)
    if ('inputSlots' in layer) {
      checkStepAligned(layer.tracked);
      continue;
    }
    const why = hindrance(layer);
    if (why)
      throw new ValueError(
        `fit: tbptt: layer '${layer.name}' (${layer.constructor.name}) cannot work on a sequence in chunks: it ${why}.`,
      );
  }
}
