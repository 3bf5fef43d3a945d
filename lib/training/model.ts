import type { LayerNode, LayerTensor } from '../layers/connect.js';
import { Layer, type CallArgs, type LayerConfig } from '../layers/layer.js';
import { checkSeed } from '../ops/random.js';
import { checkOptions, show, ShapeError, StateError, suggestion, ValueError } from '../program/errors.js';
import type { Parts } from '../program/parts.js';
import { symbolOf } from '../program/apply.js';
import { SymbolicTensor } from '../program/graph.js';
import type { Tensor, TensorBase } from '../program/tensor.js';
import { sameShape, showShape, type Precision } from '../program/types.js';
import type { Variable } from '../program/variable.js';
import { Compiled, type CompileOptions, type Logs } from './compiled.js';
import type { Optimizer } from '../optimizers/index.js';
import { evaluate, type EvaluateOptions } from './evaluate.js';
import type { BatchIterable } from './feed.js';
import { fit, type FitOptions } from './fit.js';
import { gradientFlow, type GradientFlow, type GradientFlowOptions } from './gradient_flow.js';
import type { History } from './history.js';
import { predict, SyncPredictor, type PredictOptions } from './predict.js';
import type { ClassWeight, SampleWeight } from './prepare.js';
import { runForward, type KernelForm, type Programmable } from './programs.js';
import { Session } from './session.js';
import type { Arrays, Slot } from './slots.js';
import type { InputOptions } from '../layers/input.js';
import { saveModel } from './save.js';
import { testOnBatch, trainOnBatch } from './single_batch.js';
import type { Stream, StreamOptions } from './stream.js';
import { summaryOf, type Row } from './summary.js';
import { pathOf, readTensors, writeTensors } from './weights_file.js';

export interface SummaryOptions {
  /** Characters per line; default 80. */
  lineLength?: number;
  /** Where the text goes; default console.log. */
  printFn?: (text: string) => void;
}

export interface BatchOptions {
  sampleWeight?: SampleWeight;
  classWeight?: ClassWeight;
  /** The figures by name instead of a list. */
  returnDict?: boolean;
}

/** How the layers of a model are connected. */
export interface Wiring {
  readonly inputs: readonly LayerTensor[];
  /** In an order in which each finds its inputs computed. */
  readonly nodes: readonly LayerNode[];
  readonly outputs: readonly LayerTensor[];
}

/** What a model is made of, for saving. */
export type Structure =
  | { readonly start: InputOptions; readonly layers: readonly Layer[] }
  /** A single output stands by itself unless it was given as a list. */
  | (Omit<Wiring, 'outputs'> & { readonly outputs: LayerTensor | readonly LayerTensor[] });

/** What sequential and graph models share: compile, fit, evaluate, predict. A model is a layer, too. */
export abstract class Model extends Layer implements Programmable {
  /** Set by a callback, it ends the training after the batches under way. */
  stopTraining = false;
  protected readonly session: Session;
  private readonly sync = new SyncPredictor();

  constructor(options: LayerConfig = {}, own: readonly string[] = []) {
    super(options, own);
    this.session = new Session(this);
  }

  abstract readonly layers: readonly Layer[];
  /** For a model of a part of this one: `model({ inputs: m.inputs, outputs: m.outputOf('gru') })`. */
  abstract readonly inputs: readonly LayerTensor[];
  abstract readonly outputs: readonly LayerTensor[];
  abstract get inputSlots(): readonly Slot[];
  abstract get outputSlots(): readonly Slot[];
  abstract structure(): Structure;
  /** The model one step at a time (for a model of layers that need no steps to come). */
  abstract stream(options?: StreamOptions): Stream<any>;
  /** null while the shapes are not known. */
  abstract wiring(): Wiring | null;
  protected abstract get rows(): readonly Row[];

  /**
   * What a layer of this model gives where it is used last; a list for a layer of several results.
   *
   * @param which Its name, or its place.
   */
  outputOf(which: string | number): LayerTensor | readonly LayerTensor[] {
    const layer = this.getLayer(which);
    const { inputs, nodes } = this.wired();
    const { outputs } = nodes.findLast((node) => node.layer === layer) ?? { outputs: inputs.filter((t) => t.layer === layer) }; // prettier-ignore
    return outputs.length === 1 ? outputs[0] : outputs;
  }

  /** @throws StateError while the shapes are not known. */
  protected wired(): Wiring {
    const wiring = this.wiring();
    if (!wiring) throw notBuilt(this.name);
    return wiring;
  }

  // The layers inside take what they are given in their own dtype.
  protected override adopt<X>(inputs: X): X {
    return inputs;
  }

  override get tracked(): readonly Layer[] {
    return this.layers;
  }

  override get weights(): Variable[] {
    return [...new Set(this.layers.flatMap((l) => l.weights))];
  }

  override get trainableWeights(): Variable[] {
    return this.trainable ? [...new Set(this.layers.flatMap((l) => l.trainableWeights))] : [];
  }

  /**
   * Puts the model on a device: 'cpu', 'gpu' (the first one) or 'gpu:1'. Training and prediction run there from then on;
   * the default for all models is SEQNN_DEVICE, or the CPU.
   *
   * @returns The model.
   * @throws StateError before the weights are built, or when there is no such device, with the reason.
   */
  to(device: string): this {
    const weights = this.weights;
    if (weights.length === 0) throw new StateError(`${this.name}.to: the model has no weights yet; build it first.`);
    for (const weight of weights) weight.to(device);
    return this;
  }

  override resetStates(): void {
    for (const layer of this.layers) layer.resetStates();
  }

  /** With the batch, null where a size may vary; a list for several inputs. */
  get inputShape(): any {
    return shapesOf(this.name, this.inputSlots);
  }

  /** With the batch, null where a size may vary; a list for several outputs. */
  get outputShape(): any {
    return shapesOf(this.name, this.outputSlots);
  }

  /** The batch size that the inputs are declared with, if they are. */
  get fixedBatch(): number | null {
    for (const { shape } of this.inputSlots) if (shape && shape[0] !== null) return shape[0];
    return null;
  }

  /** Of dropout and shuffling, unless fit is given one. */
  get seed(): number {
    return this.session.seed;
  }

  set seed(seed: number) {
    this.session.seed = checkSeed(this.name, seed);
  }

  /** Runs the layers on symbols, for programs. */
  forward(inputs: readonly TensorBase[], training: boolean): TensorBase[] {
    return runForward(() => this.call(inputs.length === 1 ? inputs[0] : inputs, { training }) as TensorBase, training);
  }

  /** The same a layer at a time, where the layers are called one after the other. */
  *forwardParts(inputs: readonly TensorBase[], training: boolean): Parts<TensorBase[]> {
    yield;
    return this.forward(inputs, training);
  }

  /** @throws ValueError for a class of one's own: only that knows how it is made. */
  protected checkPlain(who: string, plain: abstract new (...options: never) => Model): void {
    if (this.constructor !== plain)
      throw new ValueError(`${who}: model '${this.name}' is of a class of its own, ${this.constructor.name}.`);
  }

  /** The layers changed: programs made of the old ones are dropped. */
  protected changed(): void {
    this.session.programs.clear();
    this.sync.forget();
  }

  /** Says how the model is trained: optimizer, loss (per output), metrics. */
  compile(options: CompileOptions = {}): void {
    if (this.outputSlots.length === 0) throw new StateError(`compile: model '${this.name}' has no layers.`);
    this.session.compiled = new Compiled(options, this.outputSlots);
    this.session.programs.clear();
    this.sync.forget();
  }

  /**
   * Bytes of working memory for the largest batch that the model has seen: what is kept for the gradient, and results on
   * their way. Weights, data and what kernels take for themselves are not in it.
   */
  get workingMemory(): number {
    return this.session.programs.workingMemory;
  }

  /** How its programs multiply, as `compile` was told; 'float32' before. @throws ValueError for a rounded float64 model. */
  get precision(): Precision {
    const precision = this.session.compiled?.precision ?? 'float32';
    if (precision !== 'float32' && this.weights.length > 0 && !this.weights.some((w) => w.dtype === 'float32')) {
      throw new ValueError(
        `model '${this.name}': precision '${precision}' is for products of float32 numbers, and no weight is one; compile it without.`,
      );
    }
    return precision;
  }

  /**
   * Which form each recurrent kernel takes, as the kernels themselves say: a line per layer, use, form and device, for all
   * shapes that the model has run on so far. Empty before the first run.
   */
  get forms(): readonly KernelForm[] {
    return this.session.programs.forms;
  }

  get optimizer(): Optimizer {
    return this.session.require('optimizer').optimizer;
  }

  /** Names of what evaluate returns, in its order. */
  get metricsNames(): readonly string[] {
    return this.session.require('metricsNames').names;
  }

  /**
   * Trains for a number of epochs, without holding up the event loop.
   *
   * @param x Arrays, one row per sample; or an (async) iterable of batches [x, y], and then no y.
   * @returns The figures of every epoch.
   */
  async fit(x: BatchIterable, options?: FitOptions): Promise<History>;
  async fit(x: Arrays, y: Arrays, options?: FitOptions): Promise<History>;
  async fit(x: Arrays | BatchIterable, second?: Arrays | FitOptions | null, third?: FitOptions): Promise<History> {
    const [y, options] = split('fit', x, second, third);
    return fit(this, this.session, x, y, options);
  }

  /** The loss, or a list of loss and metrics (`metricsNames`), over data. */
  async evaluate(x: BatchIterable, options?: EvaluateOptions): Promise<any>;
  async evaluate(x: Arrays, y: Arrays, options?: EvaluateOptions): Promise<any>;
  async evaluate(
    x: Arrays | BatchIterable,
    second?: Arrays | EvaluateOptions | null,
    third?: EvaluateOptions,
  ): Promise<number | number[] | Logs> {
    const [y, options] = split('evaluate', x, second, third);
    return evaluate(this, this.session, x, y, options);
  }

  /** The outputs for all rows of x: a Tensor, or a list for a model of several outputs. */
  async predict(x: Arrays, options: PredictOptions = {}): Promise<any> {
    return predict(this, this.session, x, options);
  }

  /** predict at once, on this thread. */
  predictSync(x: Arrays, options?: PredictOptions): any {
    return this.sync.run(this, this.session, x, options);
  }

  /** One step on one batch; the loss, or loss and metrics, of that batch before the step. */
  async trainOnBatch(x: Arrays, y: Arrays, options: BatchOptions = {}): Promise<any> {
    return trainOnBatch(this, this.session, x, y, options);
  }

  /** The loss, or loss and metrics, of one batch. */
  async testOnBatch(x: Arrays, y: Arrays, options: BatchOptions = {}): Promise<any> {
    return testOnBatch(this, this.session, x, y, options);
  }

  /**
   * How the gradient of the loss spreads on one batch: L2 norms per weight, per layer and per time step, where those of
   * a recurrent layer are the whole dL/dh_t, through all later steps. Off the event loop; nothing is
   * changed but, as by evaluate, the states of stateful layers.
   *
   * @param x All rows are one batch: give as many as a training step has.
   */
  async gradientFlow(x: Arrays, y: Arrays, options: GradientFlowOptions = {}): Promise<GradientFlow> {
    return gradientFlow(this, this.session, x, y, options);
  }

  /** A layer by name, or by its place. */
  getLayer(which: string | number): Layer {
    const { layers } = this;
    const found = typeof which === 'number' ? layers.at(which) : layers.find((l) => l.name === which);
    if (!found) {
      const hint =
        typeof which === 'string'
          ? suggestion(
              which,
              layers.map((l) => l.name),
            )
          : ` There are ${layers.length}.`;
      throw new ValueError(`getLayer: model '${this.name}' has no layer ${show(which)}.${hint}`);
    }
    return found;
  }

  /** Prints Keras' table of the layers. */
  summary(options: SummaryOptions = {}): void {
    checkOptions('summary', options, ['lineLength', 'printFn']);
    const text = summaryOf(this.name, this.rows, this.weights, this.trainableWeights, options.lineLength);
    (options.printFn ?? console.log)(text);
  }

  /** Writes everything to one safetensors file, for loadModel: layers, weights, and what training needs to go on. */
  async save(path: string): Promise<void> {
    await saveModel(this, this.session.compiled, pathOf('save', path));
  }

  /** Writes all weights to a safetensors file. */
  async saveWeights(path: string): Promise<void> {
    const to = pathOf('saveWeights', path);
    await writeTensors(to, new Map(this.weights.map((v, i) => [`${i}:${v.name}`, v.value()])));
  }

  /** Reads weights that saveWeights or save wrote, for the same architecture. */
  async loadWeights(path: string): Promise<void> {
    const { weights } = this;
    // A whole model's file holds the optimizer's state, too.
    const from = pathOf('loadWeights', path);
    const read = [...(await readTensors(from)).entries()].filter(([name]) => !name.startsWith('optimizer '));
    if (read.length !== weights.length)
      throw new ShapeError(
        `loadWeights: ${path} holds ${read.length} weights, model '${this.name}' has ${weights.length}.`,
      );
    // By their places: names that nobody chose depend on what else the process made.
    const byPlace = new Map(read.map(([name, t]) => [Number(name.split(':')[0]), t]));
    const values = weights.map((v, i): Tensor => {
      const t = byPlace.get(i);
      if (!t || !sameShape(t.shape, v.shape))
        throw new ShapeError(
          `loadWeights: ${path} has ${t ? showShape(t.shape) : 'nothing'} for '${v.name}', expected ${showShape(v.shape)}.`,
        );
      return t;
    });
    this.setWeights(values);
  }
}

/** The result of one layer in a chain or graph must be a single tensor where one is expected. */
export function single(layer: Layer, output: LayerTensor | LayerTensor[]): LayerTensor {
  if (Array.isArray(output))
    throw new ValueError(
      `layer '${layer.name}' gives ${output.length} tensors; a sequential model needs layers that give one. Use model({inputs, outputs}).`,
    );
  return output;
}

function split<O extends object>(
  who: string,
  x: unknown,
  second: Arrays | O | null | undefined,
  third: O | undefined,
): [Arrays | null, O] {
  const iterable =
    typeof x === 'object' &&
    x !== null &&
    !Array.isArray(x) &&
    !ArrayBuffer.isView(x) &&
    (Symbol.iterator in x || Symbol.asyncIterator in x);
  if (typeof x === 'function')
    throw new ValueError(
      `${who}: got a function; a generator that can begin anew is { [Symbol.iterator]: ${x.name || 'fn'} }.`,
    );
  if (!iterable) {
    if (third !== undefined && (typeof third !== 'object' || third === null))
      throw new ValueError(`${who}: options must be an object, got ${show(third)}.`);
    return [(second ?? null) as Arrays | null, third ?? ({} as O)];
  }
  if (third !== undefined) return [(second ?? null) as Arrays | null, third];
  return [null, (second ?? {}) as O];
}

function shapesOf(name: string, slots: readonly Slot[]): unknown {
  const shapes = slots.map((s) => s.shape);
  if (shapes.some((s) => s === null)) throw notBuilt(name);
  return shapes.length === 1 ? shapes[0] : shapes;
}

function notBuilt(name: string): StateError {
  return new StateError(`model '${name}' is not built yet. Give its first layer an inputShape, or fit it first.`);
}

/** Runs `body` with the inputs of a call carrying the masks that it was given. */
export function withMasks<R>(inputs: readonly TensorBase[], mask: CallArgs['mask'], body: () => R): R {
  if (mask === undefined) return body();
  const symbols = inputs.map((x) => (x instanceof SymbolicTensor ? x : null));
  const before = symbols.map((x) => x?.mask);
  const carry = (masks: readonly (TensorBase | null | undefined)[]) =>
    symbols.forEach((x, i) => {
      if (x) x.mask = masks[i] ? symbolOf(x.graph, masks[i]) : undefined;
    });
  carry([mask].flat());
  try {
    return body();
  } finally {
    carry(before);
  }
}
