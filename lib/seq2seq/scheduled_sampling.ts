import { add, less, where } from '../ops/arithmetic.js';
import { cast, stopGradient } from '../ops/cast.js';
import { arange, zeros } from '../ops/create.js';
import { gumbel } from '../ops/draws.js';
import { uniform } from '../ops/random.js';
import { argmax } from '../ops/reduce.js';
import { expandDims, squeeze } from '../ops/shape.js';
import { checkChoice, show, ValueError } from '../program/errors.js';
import { currentGraph } from '../program/graph.js';
import { Tensor, TensorBase } from '../program/tensor.js';
import { Dense } from '../layers/dense.js';
import { Embedding } from '../layers/embedding.js';
import { Layer, type CallArgs, type LayerConfig, type PartialShape } from '../layers/layer.js';
import { outputSizeOf, stateSizes, type CellLayer, type RNNCell } from '../layers/recurrent/cell.js';
import { drawnFor, type DrawingCell } from '../layers/recurrent/draws.js';
import { checkCell, initialStates } from '../layers/recurrent/stacked.js';
import type { SamplingSchedule } from './sampling.js';

export const CHOICES = ['argmax', 'sample'] as const;

/** What a decoder says about scheduled sampling. */
export interface SamplingOptions {
  /** Probability that a step of the training is fed the decoder's own last token; default 0. */
  samplingProbability?: number | SamplingSchedule;
  /** Its own token: the most likely one (default), or one drawn from its distribution. */
  samplingMode?: (typeof CHOICES)[number];
  /** Of what is drawn; default the training's. */
  seed?: number;
}

export interface ScheduledSamplingCellOptions extends SamplingOptions, LayerConfig {
  /** Tokens to inputs of the cell. */
  embedding: Embedding;
  cell: CellLayer;
  /** Outputs of the cell to logits, one per token. */
  projection: Dense;
}

/**
 * A cell on tokens whose input is, with a probability, its own last choice instead of the token given (Bengio et al.
 * 2015). Inputs are int32 tokens [B, 1], outputs logits [B, V]; behind the cell's states is the last choice, int32 [B, 1].
 * No gradient flows through a choice.
 */
export class ScheduledSamplingCell extends Layer implements RNNCell, DrawingCell {
  readonly cell: CellLayer;
  readonly stateSize: readonly number[];
  readonly outputSize: number;
  private readonly embedding: Embedding;
  private readonly projection: Dense;
  private readonly probability: number | SamplingSchedule;
  private readonly mode: (typeof CHOICES)[number];

  constructor(private readonly options: ScheduledSamplingCellOptions) {
    super(options, ['embedding', 'cell', 'projection', 'samplingProbability', 'samplingMode', 'seed']);
    if (!(options.embedding instanceof Embedding) || !(options.projection instanceof Dense))
      throw new ValueError(`${this.name}: expected an embedding and a dense layer as projection.`);
    this.embedding = this.track(options.embedding);
    this.cell = this.track(checkCell(this.name, options.cell));
    this.projection = this.track(options.projection);
    this.stateSize = [...stateSizes(this.cell), 1];
    this.outputSize = this.projection.units;
    this.probability = checkProbability(this.name, options.samplingProbability ?? 0);
    this.mode = checkChoice(this.name, 'samplingMode', options.samplingMode ?? 'argmax', CHOICES);
  }

  override build([batch]: PartialShape): void {
    this.embedding.build();
    this.cell.build([batch, this.embedding.outputDim]);
    this.projection.build([batch, outputSizeOf(this.cell)]);
  }

  /** The first choice is never fed: before the first step there is none. */
  getInitialState(batch: number): readonly TensorBase[] {
    return [...initialStates(this.cell, batch), zeros([batch, 1], 'int32')];
  }

  /** Whose turn it is, bool [T, B, 1], and noise [T, B, V] that makes the largest logit a draw (Gumbel 1954). */
  drawSteps(steps: number, batch: number, training: boolean): readonly TensorBase[] {
    if (!training) return [];
    const options = { seed: this.options.seed };
    const at = expandDims(expandDims(arange(steps), 1), 2);
    const coin = uniform([steps, batch, 1], 0, 1, options);
    // Step 0 has no choice before it: its coin is moved beyond every probability.
    const own = less(where(less(at, 1), 2, coin), probabilityNow(this.probability));
    if (this.mode === 'argmax') return [own];
    return [own, gumbel([steps, batch, this.outputSize], options)];
  }

  call(inputs: TensorBase, states: any, kwargs?: CallArgs): [TensorBase, TensorBase[]] {
    const given = states as readonly TensorBase[];
    const [own, noise] = drawnFor(this) ?? [];
    const token = own ? where(own, given[given.length - 1], inputs) : inputs;
    const x: TensorBase = this.embedding.call(squeeze(token, 1));
    const [output, next] = this.cell.call(x, given.slice(0, -1), kwargs) as [TensorBase, TensorBase | TensorBase[]];
    const logits: TensorBase = this.projection.call(output);
    const judged = stopGradient(logits);
    const choice = expandDims(argmax(noise ? add(judged, noise) : judged, -1), 1);
    return [logits, [...(Array.isArray(next) ? next : [next]), choice]];
  }
}

export function checkProbability(who: string, value: unknown): number | SamplingSchedule {
  const fine = typeof value === 'function' || (typeof value === 'number' && value >= 0 && value <= 1);
  if (!fine)
    throw new ValueError(`${who}: samplingProbability must be a number from 0 to 1 or a schedule, got ${show(value)}.`);
  return value as number | SamplingSchedule;
}

/** A schedule's probability at the training step that is traced; the counter of random numbers counts these steps. */
function probabilityNow(probability: number | SamplingSchedule): TensorBase | number {
  if (typeof probability === 'number') return probability;
  let graph = currentGraph();
  while (graph && !graph.random && graph.parent) graph = graph.parent;
  const step = graph?.random ? cast(graph.random.counter, 'float64') : new Tensor(new Float64Array(1), []);
  const now = probability(step);
  return now instanceof TensorBase ? cast(now, 'float32') : now;
}
