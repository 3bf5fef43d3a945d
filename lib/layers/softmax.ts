import { exp, subtract, where } from '../ops/arithmetic.js';
import { logsumexp, normalizeAxes } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { softmax } from '../ops/softmax.js';
import { TensorBase } from '../program/tensor.js';
import { hideScores } from './attention_mask.js';
import { behindSteps } from './checks.js';
import { Layer, type CallArgs, type LayerConfig } from './layer.js';

export interface SoftmaxOptions extends LayerConfig {
  /** The axis or axes along which the results add up to 1; default the last. */
  axis?: number | readonly number[];
}

/** eˣ / Σ eˣ; entries that the mask (of x's shape, or of its first axes) hides get 0. */
export class Softmax extends Layer {
  private readonly axis: number | readonly number[];

  constructor(options: SoftmaxOptions = {}) {
    super(options, ['axis']);
    this.axis = options.axis ?? -1;
    this.supportsMasking = true;
  }

  override actsOnSteps(rank = 3): boolean {
    return behindSteps(this.axis, rank);
  }

  call(inputs: TensorBase, kwargs: CallArgs = {}): TensorBase {
    const axes = normalizeAxes(this.name, this.axis, inputs.rank);
    const { mask } = kwargs;
    const x = this.floating(inputs);
    const over = (z: TensorBase) =>
      axes.length === 1 ? softmax(z, axes[0]) : exp(subtract(z, logsumexp(z, axes, true)));
    if (!(mask instanceof TensorBase)) return over(x);
    const seen = reshape(mask, [...mask.shape, ...new Array<number>(x.rank - mask.rank).fill(1)]);
    return where(seen, over(hideScores(x, seen, axes)), 0);
  }
}
