import { checkFlag } from '../ops/checks.js';
import { multiply, where } from '../ops/arithmetic.js';
import { dense } from '../ops/dense.js';
import { matmul } from '../ops/matmul.js';
import { expandDims, reshape, transpose } from '../ops/shape.js';
import { softmax } from '../ops/softmax.js';
import { checkInteger, ShapeError, show, ValueError } from '../program/errors.js';
import { TensorBase } from '../program/tensor.js';
import { showShape, sizeOf } from '../program/types.js';
import type { Variable } from '../program/variable.js';
import type { AttentionCallArgs } from './attention.js';
import { allOf, causalMask, HIDDEN } from './attention_mask.js';
import { checkRate } from './checks.js';
import { isTraining } from './context.js';
import { dropOut } from './dropout.js';
import { Layer, type CallArgs, type Inputs, type LayerConfig, type PartialShape } from './layer.js';
import { maskList } from './merge.js';
import { ruleNames, ruleOf, type WeightRules } from './weight_rules.js';

export interface MultiHeadAttentionOptions extends LayerConfig, WeightRules<'kernel' | 'bias'> {
  numHeads: number;
  /** Size of each head's query and key. */
  keyDim: number;
  /** Size of each head's value; default keyDim. */
  valueDim?: number | null;
  /** Fraction of the weights that are dropped in training; default 0. */
  dropout?: number;
  useBias?: boolean;
  /** Last axis or axes of the result; default the query's features. */
  outputShape?: number | readonly number[] | null;
  /** Only steps attend to steps: null or [1]. */
  attentionAxes?: readonly number[] | null;
  seed?: number;
}
const OPTIONS = [
  'numHeads',
  'keyDim',
  'valueDim',
  'dropout',
  'useBias',
  'outputShape',
  'attentionAxes',
  'seed',
  ...ruleNames('kernel', 'bias'),
];

export interface MultiHeadAttentionCallArgs extends AttentionCallArgs {
  /** bool [B, T]. Handed on only: a masked query is computed like every other. */
  queryMask?: TensorBase | null;
  valueMask?: TensorBase | null; // bool [B, S]
  keyMask?: TensorBase | null; // bool [B, S]
  attentionMask?: TensorBase | null; // bool [B, T, S] or [B, heads, T, S]
}

/** A projection of x's features: a matrix of one or two column axes and its bias. */
interface Projection {
  readonly kernel: Variable;
  readonly bias: Variable | null;
}

/**
 * Several attentions side by side, each on projections of its own (Vaswani et al. 2017): [query, value] or [query,
 * value, key], query [B, T, …], value and key [B, S, …], give [B, T, …query's features]; with returnAttentionScores
 * the weights [B, heads, T, S], too.
 */
export class MultiHeadAttention extends Layer {
  readonly numHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  private readonly rate: number;
  private readonly outputShape: readonly number[] | null;
  private query!: Projection; // [F, heads, keyDim]
  private key!: Projection; // [F, heads, keyDim]
  private value!: Projection; // [F, heads, valueDim]
  private output!: Projection; // [heads, valueDim, …out]

  constructor(private readonly options: MultiHeadAttentionOptions) {
    super(options, OPTIONS);
    this.numHeads = checkInteger(this.name, 'numHeads', options.numHeads, 1);
    this.keyDim = checkInteger(this.name, 'keyDim', options.keyDim, 1);
    this.valueDim = checkInteger(this.name, 'valueDim', options.valueDim ?? this.keyDim, 1);
    this.rate = checkRate(this.name, 'dropout', options.dropout ?? 0);
    const { outputShape = null, attentionAxes = null } = options;
    this.outputShape = outputShape === null ? null : [outputShape].flat();
    for (const n of this.outputShape ?? []) checkInteger(this.name, 'outputShape', n, 1);
    if (attentionAxes !== null && attentionAxes.join() !== '1')
      throw new ValueError(`${this.name}: attentionAxes must be null or [1], got ${show(attentionAxes)}.`);
    this.supportsMasking = true;
  }

  override build(inputShape: readonly PartialShape[]): void {
    const shapes = Array.isArray(inputShape[0]) ? inputShape : [];
    if (shapes.length < 2 || shapes.length > 3 || shapes.some((s) => s.length !== 3))
      throw new ShapeError(
        `${this.name}: expected [query, value] or [query, value, key], each [batch, steps, features], got ${shapes.map(showShape).join(', ') || showShape(inputShape as never)}.`,
      );
    const [query, value, key] = [shapes[0], shapes[1], shapes[2] ?? shapes[1]].map((s) => this.featuresOf(s));
    const { numHeads: heads, keyDim, valueDim } = this;
    this.query = this.project('query', [query], [heads, keyDim]);
    this.key = this.project('key', [key], [heads, keyDim]);
    this.value = this.project('value', [value], [heads, valueDim]);
    this.output = this.project('attention_output', [heads, valueDim], this.outputShape ?? [query]);
  }

  private project(name: string, from: readonly number[], to: readonly number[]): Projection {
    const useBias = checkFlag(this.name, 'useBias', this.options.useBias ?? true);
    const kernel = this.addWeight({
      name: `${name}/kernel`,
      shape: [...from, ...to],
      ...ruleOf(this.options, 'kernel'),
    });
    const bias = useBias
      ? this.addWeight({ name: `${name}/bias`, shape: to, ...ruleOf(this.options, 'bias', 'zeros') })
      : null;
    return { kernel, bias };
  }

  override computeMask(inputs: Inputs, mask: CallArgs['mask']): CallArgs['mask'] {
    return maskList(inputs, mask)?.[0] ?? null;
  }

  protected override get callArgs(): readonly string[] {
    return ['returnAttentionScores', 'useCausalMask', 'queryMask', 'valueMask', 'keyMask', 'attentionMask'];
  }

  call(inputs: readonly TensorBase[], kwargs: MultiHeadAttentionCallArgs = {}): TensorBase | TensorBase[] {
    const [query, value, key = value] = inputs.map((x) => this.floating(x));
    if (query.shape[0] !== value.shape[0] || value.shape[1] !== key.shape[1])
      throw new ShapeError(
        `${this.name}: query ${showShape(query.shape)}, value ${showShape(value.shape)} and key ${showShape(key.shape)} do not belong together.`,
      );
    const scaled = multiply(apply(query, this.query), 1 / Math.sqrt(this.keyDim));
    const scores = matmul(this.split(scaled), transpose(this.split(apply(key, this.key)), [0, 1, 3, 2]));
    const seen = this.seen(inputs, kwargs, query.shape[1], value.shape[1]);
    const { rate } = this;
    const shared = softmax(seen ? where(seen, scores, HIDDEN) : scores, -1);
    // A query that sees nothing attends to all alike; where the weights themselves are used, to nothing: as in Keras.
    const weights = seen && (kwargs.returnAttentionScores || rate > 0) ? where(seen, shared, 0) : shared;
    const used = isTraining(kwargs) && rate > 0 ? dropOut(weights, rate, weights.shape, this.options.seed) : weights;
    const heads = transpose(matmul(used, this.split(apply(value, this.value))), [0, 2, 1, 3]);
    const [batch, steps] = query.shape;
    const { kernel, bias } = this.output;
    const to = kernel.shape.slice(2);
    const joined = reshape(heads, [batch, steps, this.numHeads * this.valueDim]);
    const matrix = reshape(kernel, [this.numHeads * this.valueDim, sizeOf(to)]);
    const result = reshape(dense(joined, matrix, bias && reshape(bias, [sizeOf(to)])), [batch, steps, ...to]);
    return kwargs.returnAttentionScores ? [result, weights] : result;
  }

  /** [B, T, heads · size] to [B, heads, T, size] */
  private split(x: TensorBase): TensorBase {
    const [batch, steps, columns] = x.shape;
    return transpose(reshape(x, [batch, steps, this.numHeads, columns / this.numHeads]), [0, 2, 1, 3]);
  }

  /** Which steps of the value each step of the query sees, [B, 1 or heads, T, S]; null: all. */
  private seen(inputs: Inputs, kwargs: MultiHeadAttentionCallArgs, steps: number, others: number): TensorBase | null {
    const own = maskList(inputs, kwargs.mask) ?? [];
    const [value, key] = [kwargs.valueMask ?? own[1], kwargs.keyMask ?? own[2]];
    const { attentionMask } = kwargs;
    const masks = [
      ...[value, key].map((m) => m && expandDims(expandDims(m, 1), 1)),
      kwargs.useCausalMask ? expandDims(expandDims(causalMask(steps, others), 0), 0) : null,
      attentionMask && (attentionMask.rank === 3 ? expandDims(attentionMask, 1) : attentionMask),
    ];
    return allOf(masks);
  }
}

/** x [B, T, F] times a kernel [F, heads, size]: [B, T, heads · size]. */
function apply(x: TensorBase, { kernel, bias }: Projection): TensorBase {
  const [features, ...to] = kernel.shape;
  return dense(x, reshape(kernel, [features, sizeOf(to)]), bias && reshape(bias, [sizeOf(to)]));
}
