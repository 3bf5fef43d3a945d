import { Dense } from '../layers/dense.js';
import { Embedding } from '../layers/embedding.js';
import { SampledSoftmax } from '../layers/sampled_softmax.js';
import { Layer, type CallArgs, type LayerConfig, type PartialShape } from '../layers/layer.js';
import { isTraining } from '../layers/context.js';
import { outputSizeOf, stateSizes, type CellLayer } from '../layers/recurrent/cell.js';
import { PATHS } from '../layers/recurrent/paths.js';
import { checkCell, initialStates, StackedRNNCells } from '../layers/recurrent/stacked.js';
import { notEqual } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { ones, zeros } from '../ops/create.js';
import { expandDims } from '../ops/shape.js';
import { checkInteger, checkOptions, ShapeError, show, StateError, ValueError } from '../program/errors.js';
import { tensor, type Tensor, type TensorBase, type TensorLike } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { AttentionCell, attentionCellsOf, memoriesOf, withMemories } from './attention_cell.js';
import { checkMemory } from './attention_rnn.js';
import { DecoderSteps } from './decoder_steps.js';
import type { DecodeOptions, DecodeStep, Hypothesis } from './hypothesis.js';
import { ScheduledSamplingCell, type SamplingOptions } from './scheduled_sampling.js';
import { beamSearch, type BeamSearchOptions } from './search.js';

export interface DecoderOptions extends SamplingOptions, LayerConfig {
  /** Number of different tokens, from 0. */
  vocabularySize: number;
  /** Length of each token's vector. */
  embeddingSize: number;
  /** Any cell, with attention or without, or a list of them to be stacked. */
  cell: CellLayer | readonly CellLayer[];
  /** Token 0 is padding, which the loss skips; default true. */
  maskZero?: boolean;
  /**
   * Train on the tokens of the batch and this many others instead of all, for large vocabularies numbered from the most
   * frequent token to the rarest: then the result is probabilities, and the loss is `sampledSoftmax`. Default: all tokens.
   */
  numSampled?: number;
}

/** Where a decoding begins. */
export interface Beginning {
  /** What the encoder gives for every step, [B, S, M]; only for a cell with attention. */
  memory?: TensorLike | null;
  /** bool [B, S]: steps of the memory that are real. Default all. */
  mask?: TensorLike | null;
  /** Of the cell (without what its attention adds), [B, H] each; default zeros. */
  initialState?: readonly TensorLike[] | null;
}

/** A whole decoding: where it begins, its tokens, and how many sequences are decoded side by side. */
export interface GenerateOptions extends Beginning, Omit<DecodeOptions, 'states'> {
  /** Default 64. */
  batchSize?: number;
}

/**
 * Tokens to logits of the tokens that follow: an embedding, a cell at every step, a dense layer. Inputs are [tokens,
 * memory, ...initial states] with attention, [tokens, ...initial states] without: tokens int32 [B, T], of the target shifted
 * by one (teacher forcing); the result is [B, T, V]. In training a token may be the decoder's own (`samplingProbability`).
 *
 * @throws ValueError for unknown options, ShapeError for inputs that do not fit together.
 */
export class Decoder extends Layer {
  readonly vocabularySize: number;
  readonly cell: CellLayer;
  private readonly embedding: Embedding;
  private readonly projection: Dense | SampledSoftmax;
  private readonly sampled: ScheduledSamplingCell | null;
  private steps: DecoderSteps | null = null;

  constructor(private readonly options: DecoderOptions) {
    const sampling = ['samplingProbability', 'samplingMode', 'seed'] as const;
    super(options, ['vocabularySize', 'embeddingSize', 'cell', 'maskZero', 'numSampled', ...sampling]);
    this.vocabularySize = checkInteger(this.name, 'vocabularySize', options.vocabularySize, 1);
    const size = checkInteger(this.name, 'embeddingSize', options.embeddingSize, 1);
    this.embedding = this.track(new Embedding({ inputDim: this.vocabularySize, outputDim: size }));
    const { cell } = options;
    const one: unknown = Array.isArray(cell) ? new StackedRNNCells({ cells: cell }) : cell;
    this.cell = this.track(checkCell(this.name, one));
    const { numSampled, samplingProbability = 0, samplingMode, seed } = options;
    const units = this.vocabularySize;
    if (numSampled !== undefined) {
      if (samplingProbability !== 0)
        throw new ValueError(`${this.name}: samplingProbability needs all logits, which numSampled does without.`);
      this.projection = this.track(new SampledSoftmax({ units, numSampled, seed }));
      this.sampled = null;
      return;
    }
    const projection = this.track(new Dense({ units }));
    this.projection = projection;
    // Its options are checked even where nothing is sampled.
    const parts = { embedding: this.embedding, cell: this.cell, projection };
    const feedback = new ScheduledSamplingCell({ ...parts, samplingProbability, samplingMode, seed });
    this.sampled = samplingProbability === 0 ? null : feedback;
  }

  private get attentionCells(): AttentionCell[] {
    return attentionCellsOf(this.cell);
  }

  override build(inputShape: PartialShape | readonly PartialShape[]): void {
    const [tokens, memory] = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as readonly PartialShape[];
    if (tokens.length !== 2)
      throw new ShapeError(`${this.name}: expected tokens [batch, steps], got ${showShape(tokens)}.`);
    const cells = this.attentionCells;
    if (cells.length > 0 && !memory)
      throw new ShapeError(`${this.name}: a decoder with attention takes [tokens, memory, ...states].`);
    for (const cell of cells) cell.expectMemory(memory);
    const [batch] = tokens;
    this.embedding.build();
    this.cell.build([batch, this.embedding.outputDim]);
    this.projection.build([batch, outputSizeOf(this.cell)]);
    this.sampled?.build([batch, 1]);
  }

  override computeMask(inputs: TensorBase | readonly TensorBase[]): TensorBase | null {
    const tokens = (Array.isArray(inputs) ? inputs[0] : inputs) as TensorBase;
    return (this.options.maskZero ?? true) ? notEqual(tokens, 0) : null;
  }

  call(inputs: TensorBase | readonly TensorBase[], kwargs: CallArgs = {}): TensorBase {
    const [given, ...rest] = (Array.isArray(inputs) ? inputs : [inputs]) as readonly TensorBase[];
    if (given.rank !== 2)
      throw new ShapeError(`${this.name}: expected tokens [batch, steps], got ${showShape(given.shape)}.`);
    const tokens = cast(given, 'int32');
    const [batch] = tokens.shape;
    const cells = this.attentionCells;
    const memory = cells.length > 0 ? rest.shift() : undefined;
    const masks = (Array.isArray(kwargs.mask) ? kwargs.mask : []) as readonly (TensorBase | null)[];
    const states = this.statesOf(rest, batch);
    const training = isTraining(kwargs);
    if (!memory) return this.run(tokens, states, training);
    checkMemory(this.name, memory, masks[1] ?? null, batch);
    const memories = memoriesOf(cells, this.floating(memory), masks[1] ?? null);
    return withMemories(cells, memories, () => this.run(tokens, states, training));
  }

  private run(tokens: TensorBase, states: readonly TensorBase[], training: boolean): TensorBase {
    const call = { mask: null, goBackwards: false, training };
    const steps = (cell: CellLayer, x: TensorBase, from: readonly TensorBase[]) =>
      PATHS.find((path) => path.accepts(cell, false))!.run(cell, { ...call, x, states: from }, true).outputs!;
    if (training && this.sampled) {
      const choice = zeros([tokens.shape[0], 1], 'int32');
      return steps(this.sampled, expandDims(tokens, 2), [...states, choice]);
    }
    const outputs = steps(this.cell, this.embedding.call(tokens), states);
    return this.projection.call(outputs, { training });
  }

  /** All states of the cell from those given. */
  private statesOf(given: readonly TensorBase[], batch: number): readonly TensorBase[] {
    if (given.length === 0) return initialStates(this.cell, batch);
    const own = given.map((s) => this.floating(s));
    const states = this.cell instanceof AttentionCell ? this.cell.complete(own, batch) : own;
    const sizes = stateSizes(this.cell);
    const fits = states.length === sizes.length && states.every((s, i) => s.rank === 2 && s.shape[1] === sizes[i]);
    if (!fits || states.some((s) => s.shape[0] !== batch))
      throw new ShapeError(
        `${this.name}: initial states ${given.map((s) => showShape(s.shape)).join(', ')} for a batch of ${batch}, expected ${sizes.map((n) => showShape([batch, n])).join(', ')}${this.cell instanceof AttentionCell ? ' (the last may be left out)' : ''}.`,
      );
    return states;
  }

  /**
   * The decoder one step at a time, for beamSearch and greedy. The memory is looked through once; then every step is
   * one native program for rows of any number of hypotheses per sequence.
   *
   * @throws StateError for a decoder that is not built, ValueError for a memory where there is no attention or none where
   * there is.
   */
  begin(beginning: Beginning): { step: DecodeStep; states: readonly Tensor[] } {
    const { memory, states } = this.beginning(beginning);
    return { step: this.decoding.from(memory), states };
  }

  private get decoding(): DecoderSteps {
    const { embedding, cell, projection } = this;
    this.steps ??= new DecoderSteps({ embedding, cell, projection });
    return this.steps;
  }

  private beginning(given: Beginning) {
    const who = this.name;
    checkOptions(who, given, ['memory', 'mask', 'initialState']);
    if (!this.built) throw new StateError(`${who}: cannot decode before it is built; use it in a model first.`);
    const attends = this.attentionCells.length > 0;
    if (attends !== (given.memory != null))
      throw new ValueError(
        attends
          ? `${who}: needs the memory that its attention looks at.`
          : `${who}: has no attention that could look at a memory.`,
      );
    const as = (what: string, value: TensorLike, dtype = this.dtype) =>
      tensor(value, undefined, dtype, `${who}: ${what}`);
    const values = given.memory == null ? null : as('memory', given.memory);
    const first = (given.initialState ?? []).map((s, i) => as(`initialState ${i}`, s));
    const batch = (values ?? first[0])?.shape[0];
    if (batch === undefined) throw new ValueError(`${who}: decoding needs a memory or an initialState.`);
    const mask = given.mask == null ? null : as('mask', given.mask, 'bool');
    if (values) checkMemory(who, values, mask, batch);
    const memory = values && { values, mask: mask ?? ones(values.shape.slice(0, 2), 'bool') };
    return { batch, memory, states: this.statesOf(first, batch) as readonly Tensor[] };
  }

  /** The likeliest token at every step: one hypothesis per sequence. */
  async greedy(options: GenerateOptions): Promise<Hypothesis[]> {
    const found = await this.beamSearch({ ...options, width: 1 });
    return found.map(([hypothesis]) => hypothesis);
  }

  /** seq2seq.beamSearch with this decoder: for each sequence at most `width` hypotheses, the best first. */
  async beamSearch(options: GenerateOptions & Omit<BeamSearchOptions, 'states'>): Promise<Hypothesis[][]> {
    const { memory, mask, initialState, batchSize = 64, ...search } = options;
    checkInteger(`${this.name}.beamSearch`, 'batchSize', batchSize, 1);
    for (const name of ['start', 'end'] as const) {
      if (!(search[name] < this.vocabularySize))
        throw new ValueError(
          `${this.name}: ${name} ${show(search[name])} is not in the vocabulary of ${this.vocabularySize}.`,
        );
    }
    const whole = this.beginning({ memory, mask, initialState });
    const found: Hypothesis[][] = [];
    for (let at = 0; at < whole.batch; at += batchSize) {
      const part = (t: Tensor) => t.slice([[at, at + batchSize]]) as Tensor;
      const seen = whole.memory && { values: part(whole.memory.values), mask: part(whole.memory.mask) };
      const step = this.decoding.from(seen);
      found.push(...(await beamSearch(step, { ...search, states: whole.states.map(part) })));
    }
    return found;
  }
}
