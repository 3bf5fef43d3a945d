import { add, multiply, tanh } from '../ops/arithmetic.js';
import { sum } from '../ops/reduce.js';
import { expandDims } from '../ops/shape.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { ScoredAttention, type AttentionLayerOptions } from './attention.js';
import type { PartialShape } from './layer.js';

export interface AdditiveAttentionOptions extends AttentionLayerOptions {
  /** A trained factor for each feature; default true. */
  useScale?: boolean;
}

/** Attention with the scores Σ scale · tanh(query + key) (Bahdanau et al. 2015). */
export class AdditiveAttention extends ScoredAttention {
  scale: Variable | null = null; // [D]

  constructor(private readonly options: AdditiveAttentionOptions = {}) {
    super(options, ['useScale']);
  }

  override build(inputShape: readonly PartialShape[]): void {
    if (this.options.useScale ?? true)
      this.scale = this.addWeight({ name: 'scale', shape: [this.featuresOf(inputShape[0])] });
  }

  protected score(query: TensorBase, key: TensorBase): TensorBase {
    const parts = tanh(add(expandDims(query, 2), expandDims(key, 1)));
    return sum(this.scale ? multiply(parts, this.scale) : parts, -1);
  }
}
