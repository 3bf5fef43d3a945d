import { hideScores } from '../layers/attention_mask.js';
import { Dense } from '../layers/dense.js';
import type { LayerConfig, PartialShape } from '../layers/layer.js';
import { multiply } from '../ops/arithmetic.js';
import { matmul } from '../ops/matmul.js';
import { mean } from '../ops/reduce.js';
import { reshape, transpose } from '../ops/shape.js';
import { softmax } from '../ops/softmax.js';
import { checkInteger } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { AttentionMechanism, type Glimpse, type Memory } from './mechanism.js';

export interface MultiHeadOptions extends LayerConfig {
  numHeads: number;
  /** Size of each head's query and key. */
  keyDim: number;
  /** Size of each head's value; default keyDim. */
  valueDim?: number;
}

/**
 * Several scaled dot products side by side, each on projections of its own (Vaswani et al. 2017); the context is what
 * all heads saw, numHeads · valueDim features, the weights are the mean of theirs.
 */
export class MultiHeadMechanism extends AttentionMechanism {
  private readonly heads: number;
  private readonly keyDim: number;
  private readonly valueDim: number;
  private readonly queryLayer: Dense;
  private readonly keyLayer: Dense;
  private readonly valueLayer: Dense;

  constructor(options: MultiHeadOptions) {
    super(options, ['numHeads', 'keyDim', 'valueDim']);
    this.heads = checkInteger(this.name, 'numHeads', options.numHeads, 1);
    this.keyDim = checkInteger(this.name, 'keyDim', options.keyDim, 1);
    this.valueDim = checkInteger(this.name, 'valueDim', options.valueDim ?? options.keyDim, 1);
    const projection = (size: number) => this.track(new Dense({ units: this.heads * size }));
    this.queryLayer = projection(this.keyDim);
    this.keyLayer = projection(this.keyDim);
    this.valueLayer = projection(this.valueDim);
  }

  override build([query, memory]: readonly [PartialShape, PartialShape]): void {
    this.queryLayer.build(query);
    this.keyLayer.build(memory);
    this.valueLayer.build(memory);
  }

  override contextSize(): number {
    return this.heads * this.valueDim;
  }

  /** Keys [B, heads, keyDim, S] and values [B, heads, S, valueDim]. */
  prepare(values: TensorBase): readonly TensorBase[] {
    return [transpose(this.split(this.keyLayer.call(values)), [0, 1, 3, 2]), this.split(this.valueLayer.call(values))];
  }

  call(query: TensorBase, { values, keys: [keys, heads], mask }: Memory): Glimpse {
    const [batch, steps] = values.shape;
    const queries = this.split(this.queryLayer.call(this.queriesOf(query, batch)));
    const rows = queries.shape[2] * batch;
    const scores = matmul(multiply(queries, 1 / Math.sqrt(this.keyDim)), keys);
    const seen = mask && reshape(mask, [batch, 1, 1, steps]);
    const weights = softmax(seen ? hideScores(scores, seen, [3]) : scores, -1);
    const contexts = transpose(matmul(weights, heads), [0, 2, 1, 3]);
    return {
      context: reshape(contexts, [rows, this.contextSize()]),
      weights: reshape(mean(weights, 1), [rows, steps]),
    };
  }

  /** [B, n, heads · size] to [B, heads, n, size] */
  private split(x: TensorBase): TensorBase {
    const [batch, n, columns] = x.shape;
    return transpose(reshape(x, [batch, n, this.heads, columns / this.heads]), [0, 2, 1, 3]);
  }
}
