import { Bidirectional } from '../layers/bidirectional.js';
import { behindSteps } from '../layers/checks.js';
import { Conv1D } from '../layers/conv1d.js';
import type { Layer } from '../layers/layer.js';
import { SequenceLayer } from '../layers/recurrent/sequence.js';
import { TimeDistributed } from '../layers/time_distributed.js';
import { ValueError } from '../program/errors.js';

/** Whether a layer's option `axis` names that of the steps, in inputs of the rank. */
export function worksAlongSteps(layer: Layer, rank = 3): boolean {
  const { axis } = layer.getConfig();
  return axis !== undefined && !behindSteps(axis, rank);
}

/** Why a layer cannot work on a part of the steps with the states of the part before, or null when it can. */
function hindrance(layer: Layer): string | null {
  if (layer instanceof SequenceLayer) {
    if (!layer.returnSequences) return 'gives only its last output; set returnSequences: true';
    if (layer.goBackwards) return 'goes backwards, from steps that are still to come';
    return layer.returnState ? 'gives states, which do not belong to a step' : null;
  }
  if (layer instanceof Bidirectional) return 'goes backwards, from steps that are still to come';
  if (layer instanceof TimeDistributed)
    return recurrentInside(layer) ? 'starts a recurrent layer anew at every step' : null;
  if (layer instanceof Conv1D)
    return layer.kernelSize === 1 && layer.strides === 1 ? null : 'reads or skips steps beyond the chunk';
  if (layer.actsOnSteps()) return null;
  if (worksAlongSteps(layer)) return 'works along the steps';
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
