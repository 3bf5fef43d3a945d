import { hideScores } from '../layers/attention_mask.js';
import { Layer, type LayerConfig, type PartialShape } from '../layers/layer.js';
import { matmul } from '../ops/matmul.js';
import { expandDims, reshape } from '../ops/shape.js';
import { softmax } from '../ops/softmax.js';
import { ShapeError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';

/** What a decoder looks at: computed once per sequence, read at every step. */
export interface Memory {
  /** [B, S, M] */
  readonly values: TensorBase;
  /** What the mechanism makes of the values before the first step. */
  readonly keys: readonly TensorBase[];
  /** bool [B, S]; a false step gets no weight. */
  readonly mask: TensorBase | null;
}

/** What a query saw: the mean of the values under the weights, and the weights. */
export interface Glimpse {
  /** [N, C] */
  readonly context: TensorBase;
  /** [N, S] */
  readonly weights: TensorBase;
}

/**
 * How a step of a decoder looks at a memory. There may be several queries per memory, N = B · W rows in the order of the
 * memories (the W beams of a search), so that the memory is never copied.
 */
export abstract class AttentionMechanism extends Layer {
  constructor(options: LayerConfig = {}, own: readonly string[] = []) {
    super(options, own);
  }

  /** Sizes of queries and values, [[N, Q], [B, S, M]]. */
  abstract override build(inputShape: readonly [PartialShape, PartialShape]): void;

  /** Size of the context for values of M features; default M. */
  contextSize(memorySize: number): number {
    return memorySize;
  }

  /** Computed once per memory [B, S, M]. */
  abstract prepare(values: TensorBase): readonly TensorBase[];

  /** @param query [N, Q] */
  abstract override call(query: TensorBase, memory: Memory): Glimpse;

  /** [N, Q] as [B, W, Q] */
  protected queriesOf(query: TensorBase, batch: number): TensorBase {
    const width = query.shape[0] / batch;
    if (query.rank !== 2 || !Number.isInteger(width) || width < 1)
      throw new ShapeError(`${this.name}: queries ${showShape(query.shape)} for a memory of ${batch} sequences.`);
    return reshape(query, [batch, width, query.shape[1]]);
  }
}

/** A mechanism of one score per query and value, and the mean of the values themselves. */
export abstract class ScoredMechanism extends AttentionMechanism {
  /** Scores [B, W, S] of queries [B, W, Q]. */
  protected abstract score(query: TensorBase, memory: Memory): TensorBase;

  call(query: TensorBase, memory: Memory): Glimpse {
    const [batch, steps] = memory.values.shape;
    const queries = this.queriesOf(query, batch);
    const rows = batch * queries.shape[1];
    const scores = this.score(queries, memory);
    const weights = softmax(memory.mask ? hideScores(scores, expandDims(memory.mask, 1), [2]) : scores, -1);
    const context = matmul(weights, memory.values);
    return { context: reshape(context, [rows, context.shape[2]]), weights: reshape(weights, [rows, steps]) };
  }
}
