import { reshape } from '../ops/shape.js';
import { checkInteger, checkOptions, ShapeError, StateError, ValueError } from '../program/errors.js';
import { Program } from '../program/program.js';
import { Tensor, tensor, type TensorBase, type TensorLike } from '../program/tensor.js';
import { trace } from '../program/trace.js';
import { sameShape, showShape, type DType } from '../program/types.js';
import { withTraining } from '../layers/context.js';
import { Embedding } from '../layers/embedding.js';
import type { Layer } from '../layers/layer.js';
import { SequenceLayer } from '../layers/recurrent/sequence.js';
import type { Slot } from './slots.js';
import { stepRuleOf, type Memory } from './stream_rules.js';

export interface StreamOptions {
  /** How many sequences run side by side; default 1. */
  batchSize?: number;
}

/** A model that takes its sequence one step at a time and gives what predict would give for that step. */
export class Stream {
  private readonly program: Program;
  private readonly memories: Memory[] = [];
  private readonly batch: number;
  private readonly features: readonly number[];
  private readonly dtype: DType;

  /**
   * @param layers One after the other, built.
   * @param input What the first of them takes.
   * @throws ValueError for a layer that needs more than the steps so far.
   */
  constructor(
    private readonly who: string,
    layers: readonly Layer[],
    input: Slot,
    options: StreamOptions,
  ) {
    checkOptions('stream', options, ['batchSize']);
    this.batch = checkInteger('stream', 'batchSize', options.batchSize ?? 1, 1);
    this.features = featuresOf(who, layers, input);
    this.dtype = input.dtype;
    const steps = layers.map((layer) => stepRuleOf(layer));
    // Behind a recurrent layer that gives its last output only there is no axis of steps any more.
    const sequences = layers.every((l) => !(l instanceof SequenceLayer) || l.returnSequences);
    const { graph, outputs } = trace([{ shape: [this.batch, 1, ...this.features], dtype: input.dtype }], (x) =>
      withTraining(false, () => {
        const y = steps.reduce<TensorBase>((value, step) => step(value, this.memories), x);
        return sequences ? reshape(y, [this.batch, ...y.shape.slice(2)]) : y;
      }),
    );
    this.program = new Program(graph, outputs);
  }

  /**
   * The prediction for one new step.
   *
   * @param x [B, F] or [B, 1, F]; for one sequence also [F]. @returns [B, outputs]. @throws ShapeError for another shape.
   */
  next(x: TensorLike): Tensor {
    const { batch, features } = this;
    const given = tensor(x, undefined, this.dtype, 'stream: x');
    const fitting = [[batch, ...features], [batch, 1, ...features], ...(batch === 1 ? [features] : [])];
    if (!fitting.some((shape) => sameShape(shape, given.shape)))
      throw new ShapeError(
        `stream: x of model '${this.who}' has shape ${showShape(given.shape)}, expected ${fitting.map(showShape).join(' or ')}.`,
      );
    return this.program.run([given])[0];
  }

  /** Forgets all steps: the next one is the first of a sequence. */
  reset(): void {
    for (const { variable, first } of this.memories) variable.assign(first());
  }

  /** Copies of what the layers carry from step to step: states, and the past inputs of convolutions. */
  states(): Tensor[] {
    return this.memories.map(({ variable }) => variable.value());
  }
}

/** The shape of one step of one sequence. */
function featuresOf(who: string, layers: readonly Layer[], { shape }: Slot): readonly number[] {
  if (shape === null)
    throw new StateError(
      `stream: model '${who}' is not built yet. Give its first layer an inputShape, or fit it first.`,
    );
  if (shape.length < (layers[0] instanceof Embedding ? 2 : 3))
    throw new ShapeError(`stream: model '${who}' takes ${showShape(shape)}, expected [batch, steps, features].`);
  const features = shape.slice(2);
  if (features.some((n) => n === null))
    throw new ValueError(`stream: model '${who}' takes ${showShape(shape)}; all sizes behind the steps must be known.`);
  return features as number[];
}
