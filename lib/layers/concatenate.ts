import { logicalOr } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { ones } from '../ops/create.js';
import { normalizeAxis } from '../ops/reduce.js';
import { concatenate } from '../ops/shape.js';
import type { TensorBase } from '../program/tensor.js';
import { behindSteps } from './checks.js';
import type { CallArgs, Inputs, LayerConfig } from './layer.js';
import { maskList, Merge } from './merge.js';

export interface ConcatenateOptions extends LayerConfig {
  /** The axis along which the inputs are joined, counted with the batch; default the last. */
  axis?: number;
}

/** Several tensors joined along one axis; all their other sizes agree. */
export class Concatenate extends Merge {
  readonly axis: number;

  constructor(options: ConcatenateOptions = {}) {
    super(options, ['axis']);
    this.axis = options.axis ?? -1;
  }

  /** Joined along the steps; along the features, a step is real where it is real in any input. */
  override computeMask(inputs: Inputs, mask: CallArgs['mask']): CallArgs['mask'] {
    const given = maskList(inputs, mask);
    if (!given) return null;
    const list = (Array.isArray(inputs) ? inputs : [inputs]) as TensorBase[];
    const rank = Math.min(...given.map((m) => m?.rank ?? Infinity));
    const masks = given.map((m, i) => m ?? cast(ones(list[i].shape.slice(0, rank)), 'bool'));
    const axis = normalizeAxis(this.name, this.axis, list[0].rank);
    return axis < rank ? concatenate(masks, axis) : masks.reduce((a, b) => logicalOr(a, b));
  }

  override actsOnSteps(rank = 3): boolean {
    return behindSteps(this.axis, rank);
  }

  call(inputs: Inputs): TensorBase {
    const list = this.listOf(inputs);
    return concatenate(list, normalizeAxis(this.name, this.axis, list[0].rank));
  }
}
