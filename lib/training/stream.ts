import { withTraining } from '../layers/context.js';
import type { LayerNode, LayerTensor } from '../layers/connect.js';
import { reshape } from '../ops/shape.js';
import { checkInteger, checkOptions, ShapeError, show, StateError, ValueError } from '../program/errors.js';
import { Program } from '../program/program.js';
import { tensor, type Tensor, type TensorBase } from '../program/tensor.js';
import { trace } from '../program/trace.js';
import { sameShape, showShape } from '../program/types.js';
import { Model } from './model.js';
import { arrange, type Arrays, type Slot } from './slots.js';
import { Past, type Memory } from './stream_memory.js';
import { takeStep, type Flow } from './stream_rules.js';

export interface StreamOptions {
  /** How many sequences run side by side; default 1. */
  batchSize?: number;
}

/**
 * A model that takes its sequences one step at a time and gives what predict would give for that step, in time that does
 * not depend on how many steps went before, nor on the dilation of its convolutions. `Y` is what `next` gives.
 */
export class Stream<Y = Tensor> {
  private readonly program: Program;
  private readonly memories: Memory[] = [];
  private readonly pasts: readonly Past[];
  /** Where the rows for the pasts go at every step; predictions are the user's and always new. */
  private readonly kept: readonly (Tensor | undefined)[];
  private readonly slots: readonly Slot[];
  private readonly batch: number;
  private readonly several: boolean;

  /** @throws ValueError for a layer that needs more than the steps so far; StateError for a model not built. */
  constructor(
    private readonly model: Model,
    options: StreamOptions,
  ) {
    if (typeof options !== 'object' || options === null)
      throw new ValueError(`stream: expected an object of options, got ${show(options)}.`);
    checkOptions('stream', options, ['batchSize']);
    const batch = (this.batch = checkInteger('stream', 'batchSize', options.batchSize ?? 1, 1));
    this.slots = model.inputSlots;
    const specs = this.slots.map((slot) => ({ shape: [batch, 1, ...featuresOf(model.name, slot)], dtype: slot.dtype }));
    let results: Flow[] = [];
    const { graph, outputs } = trace(specs, (...inputs: TensorBase[]) =>
      withTraining(false, () => {
        const flows = inputs.map((x) => ({ tensor: x, sequence: true }));
        results = walk(model, flows, this.memories);
        const rows = this.memories.filter((m) => m instanceof Past).map((past) => past.next);
        // The axis of steps has done its work, but what lies behind a last output has none.
        return [...results.map((y) => (y.sequence ? withoutSteps(y.tensor) : y.tensor)), ...rows];
      }),
    );
    this.several = results.length > 1;
    this.pasts = this.memories.filter((m) => m instanceof Past);
    this.kept = [...results.map(() => undefined), ...this.pasts.map((past) => past.row)];
    graph.precision = model.precision;
    this.program = new Program(graph, outputs);
  }

  /**
   * The predictions for one new step.
   *
   * @param x [B, F] or [B, 1, F], for one sequence also [F]; a list or a dictionary of them for several inputs.
   * @returns [B, outputs]; a list for several outputs. @throws ShapeError for another shape.
   */
  next(x: Arrays): Y {
    const inputs = arrange('stream: x', x, this.slots).map((given, i) => this.fit(given, this.slots[i]));
    for (const past of this.pasts) {
      past.recall();
      inputs.push(past.window);
    }
    const outputs = this.program.run(inputs, this.kept).slice(0, -this.pasts.length || undefined);
    for (const past of this.pasts) past.remember();
    return (this.several ? outputs : outputs[0]) as Y;
  }

  /** Forgets all steps: the next one is the first of a sequence. */
  reset(): void {
    for (const memory of this.memories) memory.forget();
  }

  /** Copies of what the layers carry from step to step: states, and the past inputs of convolutions. */
  states(): Tensor[] {
    return this.memories.map((memory) => memory.value());
  }

  private fit(given: Tensor, { shape, dtype }: Slot): Tensor {
    const features = (shape as number[]).slice(2);
    const { batch } = this;
    const fitting = [[batch, ...features], [batch, 1, ...features], ...(batch === 1 ? [features] : [])];
    if (!fitting.some((s) => sameShape(s, given.shape)))
      throw new ShapeError(
        `stream: x of model '${this.model.name}' has shape ${showShape(given.shape)}, expected ${fitting.map(showShape).join(' or ')}.`,
      );
    return given.dtype === dtype ? given : tensor(given, undefined, dtype, 'stream: x');
  }
}

/** Takes the layers of a model, and those of the models in it, in their order. */
function walk(model: Model, inputs: readonly Flow[], memories: Memory[]): Flow[] {
  const wiring = model.wiring();
  if (!wiring) throw notBuilt(model.name);
  const flows = new Map<LayerTensor, Flow>(wiring.inputs.map((t, i) => [t, inputs[i]]));
  const flowOf = (t: LayerTensor) => flows.get(t) as Flow;
  const run = (node: LayerNode) =>
    node.layer instanceof Model
      ? walk(node.layer, [node.inputs].flat().map(flowOf), memories)
      : takeStep(node, flowOf, memories);
  for (const node of wiring.nodes) {
    const results = run(node);
    node.outputs.forEach((t, i) => flows.set(t, results[i]));
  }
  return wiring.outputs.map(flowOf);
}

function withoutSteps(y: TensorBase): TensorBase {
  return reshape(y, [y.shape[0], ...y.shape.slice(2)]);
}

function notBuilt(name: string): StateError {
  return new StateError(
    `stream: model '${name}' is not built yet. Give its first layer an inputShape, or fit it first.`,
  );
}

/** The shape of one step of one sequence. */
function featuresOf(who: string, { shape }: Slot): readonly number[] {
  if (shape === null) throw notBuilt(who);
  if (shape.length < 2)
    throw new ShapeError(`stream: model '${who}' takes ${showShape(shape)}, expected [batch, steps, features].`);
  const features = shape.slice(2);
  if (features.some((n) => n === null))
    throw new ValueError(`stream: model '${who}' takes ${showShape(shape)}; all sizes behind the steps must be known.`);
  return features as number[];
}
