import { add, multiply, tanh, where } from '../ops/arithmetic.js';
import { matmul } from '../ops/matmul.js';
import { sum } from '../ops/reduce.js';
import { expandDims, transpose } from '../ops/shape.js';
import { softmax } from '../ops/softmax.js';
import { checkChoice, ShapeError, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import type { Variable } from '../program/variable.js';
import { allOf, causalMask, hideScores } from './attention_mask.js';
import { checkRate } from './checks.js';
import { isTraining } from './context.js';
import { dropOut } from './dropout.js';
import { Layer, type CallArgs, type Inputs, type LayerConfig } from './layer.js';
import { maskList } from './merge.js';

/** Arguments of a call of an attention layer. */
export interface AttentionCallArgs extends CallArgs {
  /** Give [result, weights] instead of the result. */
  returnAttentionScores?: boolean;
  /** Step i of the query sees the steps up to i of the value only. */
  useCausalMask?: boolean;
}

export interface AttentionLayerOptions extends LayerConfig {
  /** Fraction of the weights that are dropped in training; default 0. */
  dropout?: number;
  seed?: number;
}

/**
 * Base of attention on [query, value] or [query, value, key], query [B, Tq, D], value and key [B, Tv, D]: weights
 * [B, Tq, Tv] from scores, and the mean of the values under them, [B, Tq, D]. Masked values get no weight, masked
 * queries the result 0.
 */
export abstract class ScoredAttention extends Layer {
  private readonly rate: number;

  constructor(
    private readonly common: AttentionLayerOptions,
    own: readonly string[],
  ) {
    super(common, ['dropout', 'seed', ...own]);
    this.rate = checkRate(this.name, 'dropout', common.dropout ?? 0);
    this.supportsMasking = true;
  }

  /** [B, Tq, Tv] */
  protected abstract score(query: TensorBase, key: TensorBase): TensorBase;

  override computeMask(inputs: Inputs, mask: CallArgs['mask']): CallArgs['mask'] {
    return maskList(inputs, mask)?.[0] ?? null;
  }

  protected override get callArgs(): readonly string[] {
    return ['returnAttentionScores', 'useCausalMask'];
  }

  call(inputs: Inputs, kwargs: AttentionCallArgs = {}): TensorBase | TensorBase[] {
    const [query, value, key = value] = this.check(inputs);
    const [queryMask, valueMask] = maskList(inputs, kwargs.mask) ?? [null, null];
    const seen = allOf([
      valueMask && expandDims(valueMask, 1),
      kwargs.useCausalMask ? causalMask(query.shape[1], value.shape[1]) : null,
    ]);
    const scores = this.score(query, key);
    const hidden = seen && (seen.rank === 2 ? expandDims(seen, 0) : seen);
    const weights = softmax(hidden ? hideScores(scores, hidden, [2]) : scores, -1);
    const { rate } = this;
    const used = isTraining(kwargs) && rate > 0 ? dropOut(weights, rate, weights.shape, this.common.seed) : weights;
    let result = matmul(used, value);
    if (queryMask) result = where(expandDims(queryMask, -1), result, 0);
    return kwargs.returnAttentionScores ? [result, used] : result;
  }

  private check(inputs: Inputs): TensorBase[] {
    const list = (Array.isArray(inputs) ? inputs : [inputs]) as TensorBase[];
    if (list.length < 2 || list.length > 3)
      throw new ValueError(
        `${this.name}: expected [query, value] or [query, value, key], got ${list.length} tensor(s).`,
      );
    const [query, value, key = value] = list;
    const fits =
      list.every((x) => x.rank === 3 && x.shape[0] === query.shape[0]) &&
      value.shape[1] === key.shape[1] &&
      query.shape[2] === key.shape[2];
    if (!fits)
      throw new ShapeError(
        `${this.name}: query ${showShape(query.shape)}, value ${showShape(value.shape)}, key ${showShape(key.shape)}; expected [batch, queries, size], [batch, steps, …], [batch, steps, size].`,
      );
    return list.map((x) => this.floating(x));
  }
}

const MODES = ['dot', 'concat'] as const;

export interface AttentionOptions extends AttentionLayerOptions {
  /** Multiply what is scored with a trained number; default false. */
  useScale?: boolean;
  /** 'dot' (default): query · key. 'concat': a trained number times Σ tanh(query + key). */
  scoreMode?: (typeof MODES)[number];
}

/** Dot-product attention (Luong et al. 2015). */
export class Attention extends ScoredAttention {
  readonly scoreMode: (typeof MODES)[number];
  scale: Variable | null = null; // []
  concatScoreWeight: Variable | null = null; // []

  constructor(private readonly options: AttentionOptions = {}) {
    super(options, ['useScale', 'scoreMode']);
    this.scoreMode = checkChoice(this.name, 'scoreMode', options.scoreMode ?? 'dot', MODES);
  }

  override build(): void {
    const number = (name: string) => this.addWeight({ name, shape: [], initializer: 'ones' });
    if (this.options.useScale) this.scale = number('scale');
    if (this.scoreMode === 'concat') this.concatScoreWeight = number('concat_score_weight');
  }

  protected score(query: TensorBase, key: TensorBase): TensorBase {
    const scaled = (x: TensorBase) => (this.scale ? multiply(x, this.scale) : x);
    if (!this.concatScoreWeight) return scaled(matmul(query, transpose(key, [0, 2, 1])));
    const pairs = add(expandDims(query, 2), expandDims(key, 1));
    return multiply(sum(tanh(scaled(pairs)), -1), this.concatScoreWeight);
  }
}
