import * as constraints from '../constraints/index.js';
import * as initializers from '../initializers/index.js';
import { divide } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { checkFlag } from '../ops/checks.js';
import { compile } from '../ops/grad.js';
import * as regularizers from '../regularizers/index.js';
import { symbolOf } from '../program/apply.js';
import { checkOptions, checkObject, SeqnnError, ShapeError, show, StateError, ValueError } from '../program/errors.js';
import { currentGraph, SymbolicTensor, within, type Graph } from '../program/graph.js';
import { currentDevice, onDevice } from '../program/placement.js';
import { TensorBase, tensor, type Tensor, type TensorLike } from '../program/tensor.js';
import { isDType, isFloating, sameShape, showShape, sizeOf, type DType, type Shape } from '../program/types.js';
import { Variable } from '../program/variable.js';
import { checkCall } from './call_args.js';
import { connect, LayerTensor } from './connect.js';
import { storedElements, watcher, withTraining } from './context.js';
import { chosenDevice } from './device.js';
import { uniqueName } from './names.js';
import type { WeightRule } from './weight_rules.js';

/** A shape in which some sizes are not known yet. */
export type PartialShape = readonly (number | null)[];

/** Options that every layer takes. */
export interface LayerConfig {
  name?: string;
  /** False: no optimizer changes the weights. */
  trainable?: boolean;
  /** Of the weights and the results; default float32. */
  dtype?: DType;
  /** Shape of one sample, for the first layer of a sequential model. */
  inputShape?: PartialShape;
  /** Shape of the batch, instead of inputShape. */
  batchInputShape?: PartialShape;
  /**
   * Where the layer's weights lie and its steps are computed, forward and back: 'cpu', 'gpu' (the first one), 'gpu:1'.
   * Default: where the model is. Where this machine has no GPU, 'cpu' says nothing, and building on a GPU is refused.
   */
  device?: string;
  /** Adds a penalty on the results, divided by the batch size, to the loss: a name, a function, or null. */
  activityRegularizer?: regularizers.RegularizerLike;
}
const COMMON: readonly (keyof LayerConfig)[] = [
  'name',
  'trainable',
  'dtype',
  'inputShape',
  'batchInputShape',
  'device',
  'activityRegularizer',
];

/** What a call may be told beside its inputs. */
export interface CallArgs {
  training?: boolean;
  /** bool [B, T]; a list, with nulls, for a layer of several inputs. Left out: what the inputs carry. */
  mask?: TensorBase | readonly (TensorBase | null)[] | null;
  initialState?: TensorBase | readonly TensorBase[] | null;
  [key: string]: unknown;
}

export type Inputs = TensorBase | readonly TensorBase[];

/** Initializer (default glorotUniform), regularizer and constraint by name or function. */
export interface WeightOptions extends WeightRule {
  name: string;
  shape: Shape;
  trainable?: boolean;
  dtype?: DType;
}

/**
 * Base of every layer and cell. A subclass makes its weights in `build`, or in its constructor, and computes in
 * `call`, which runs on symbols and becomes part of the model's program, forward and backward.
 */
export abstract class Layer {
  name: string;
  built = false;
  /** Whether the mask of the inputs is the mask of the results. */
  supportsMasking = false;
  /** Whether each vector along the last axis is treated by itself, so that a time axis in front changes nothing. */
  actsOnVectors = false;
  readonly batchInputShape?: PartialShape;
  // Truly private: a subclass may use these names for its own members.
  readonly #own: Variable[] = [];
  readonly #sublayers: Layer[] = [];
  readonly #config: LayerConfig;
  readonly #device: string | undefined;
  readonly #activityRegularizer: regularizers.Regularizer | null;
  // By the graph of the call: a graph that is gone takes its losses along.
  readonly #added = new WeakMap<Graph, SymbolicTensor[]>();
  #ownDType?: DType;
  #trainable: boolean;

  /** @param options Refused when neither this class nor `own` knows them. */
  constructor(options: LayerConfig = {}, own: readonly string[] = []) {
    const who = this.constructor.name;
    checkOptions(who, options, [...own, ...COMMON]);
    if (options.dtype !== undefined && !isDType(options.dtype))
      throw new ValueError(`${who}: unknown dtype ${show(options.dtype)}.`);
    this.#config = { ...options };
    this.name = options.name ?? uniqueName(who);
    this.#trainable = checkFlag(who, 'trainable', options.trainable ?? true);
    this.#ownDType = options.dtype;
    this.#device = chosenDevice(who, options.device);
    this.#activityRegularizer = regularizers.get(options.activityRegularizer);
    this.batchInputShape = declaredShape(who, options);
    this.guard();
  }

  /** Whether an optimizer changes the weights. Set, it holds for all layers inside, too. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(trainable: boolean) {
    this.#trainable = trainable;
    for (const layer of this.tracked) layer.trainable = trainable;
  }

  get dtype(): DType {
    return this.#ownDType ?? 'float32';
  }

  /** Makes the weights; called once, before the first call. Sizes that are not known yet are null. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  build(_inputShape: any): void {}

  /** Computes the results. */
  abstract call(inputs: any, ...rest: any[]): any;

  /** The mask that the results carry (a list for several results). */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  computeMask(_inputs: Inputs, mask: CallArgs['mask']): CallArgs['mask'] {
    return this.supportsMasking ? mask : null;
  }

  /**
   * Whether each step of the results [B, T, …] is made of the inputs at that step alone, so that parts of a sequence can
   * be computed by themselves. Default: what actsOnVectors says.
   *
   * @param rank Of the inputs: where a negative axis lies.
   */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  actsOnSteps(_rank = 3): boolean {
    return this.actsOnVectors;
  }

  // `call` and `build` of an instance do what every one must: a direct call builds first, and building happens once.
  private guard(): void {
    let call = this.call;
    let build = this.build;
    const guarded = {
      call: (inputs: unknown, ...rest: unknown[]) => {
        if (!this.built) this.build(shapesOf(inputs));
        return this.placed(() => call.call(this, this.adopt(inputs), ...rest));
      },
      build: (shape: unknown) => {
        if (this.built) return;
        const [weights, layers] = [this.#own.length, this.#sublayers.length];
        try {
          this.placed(() => build.call(this, shape));
        } catch (error) {
          this.#own.length = weights;
          this.#sublayers.length = layers;
          throw named(this, error);
        }
        this.built = true;
      },
    };
    Object.defineProperties(this, {
      call: {
        get: () => guarded.call,
        set(fn: typeof call) {
          call = fn;
        },
        configurable: true,
      },
      build: {
        get: () => guarded.build,
        set(fn: typeof build) {
          build = fn;
        },
        configurable: true,
      },
    });
  }

  /** Runs `body` so that what it traces and makes belongs to the layer's device. */
  placed<R>(body: () => R): R {
    return onDevice(this.#device ?? currentDevice(), body);
  }

  /** Floating inputs in the layer's dtype. */
  protected adopt<X>(inputs: X): X {
    if (Array.isArray(inputs)) return inputs.map((x) => this.adopt(x)) as X;
    if (
      !(inputs instanceof TensorBase) ||
      !isFloating(inputs.dtype) ||
      !isFloating(this.dtype) ||
      inputs.dtype === this.dtype
    )
      return inputs;
    return cast(inputs, this.dtype) as X;
  }

  /** Numbers of any dtype in the layer's dtype. */
  protected floating(x: TensorBase): TensorBase {
    return cast(x, this.dtype);
  }

  /** A new weight. It is in `weights` in the order of its making. */
  protected addWeight(options: WeightOptions): Variable {
    checkObject(`${this.name}: addWeight`, options, 'shape');
    const { name, shape, initializer = 'glorotUniform', trainable = true, dtype = this.dtype } = options;
    const { regularizer, constraint } = options;
    if (!Array.isArray(shape))
      throw new ValueError(`${this.name}: addWeight: shape must be a list of sizes, got ${show(shape)}.`);
    const who = `${this.name}/${name}`;
    const stored = storedElements();
    // What is drawn by a name's defaults comes from the file; a function, or a constant, may be what the layer is.
    const read =
      stored !== undefined && typeof initializer === 'string' && !/^(zero|one)s?$|^identity$/.test(initializer);
    if (read && sizeOf(shape) > stored)
      throw new ShapeError(`${who}: shape ${showShape(shape)} is more than the file holds, ${stored} elements.`);
    const make = read ? initializers.zeros() : initializers.get(initializer);
    const value = within(undefined, () => tensor(make(shape, dtype), undefined, dtype, who));
    if (!sameShape(value.shape, shape))
      throw new ShapeError(
        `${who}: the initializer gave shape ${showShape(value.shape)}, expected ${showShape(shape)}.`,
      );
    const variable = new Variable(value, who, trainable);
    variable.regularizer = regularizers.get(regularizer);
    variable.constraint = constraints.get(constraint);
    this.#own.push(variable);
    return variable;
  }

  /** Makes a layer part of this one: its weights and states are this one's, too. */
  track<L extends Layer>(layer: L): L {
    if (!(layer instanceof Layer)) throw new ValueError(`${this.name}: track expects a layer, got ${show(layer)}.`);
    this.checkInner(layer);
    if (!this.#sublayers.includes(layer)) this.#sublayers.push(layer);
    if (this.#ownDType) layer.inheritDType(this.#ownDType);
    return layer;
  }

  /** @throws ValueError for a layer that this one is part of. */
  protected checkInner(layer: Layer): void {
    if (contains(layer, this)) throw new ValueError(`${this.name}: a layer cannot be inside itself.`);
  }

  /** The dtype of the layer around it, unless it was given one of its own or has its weights already. */
  private inheritDType(dtype: DType): void {
    if (this.#ownDType || this.built) return;
    this.#ownDType = dtype;
    for (const layer of this.#sublayers) layer.inheritDType(dtype);
  }

  /** Layers inside this one, as tracked. */
  get tracked(): readonly Layer[] {
    return this.#sublayers;
  }

  /** All weights in Keras' order: own ones, trainable first, then those of the layers inside. */
  get weights(): Variable[] {
    const own = [...this.#own.filter((v) => v.trainable), ...this.#own.filter((v) => !v.trainable)];
    return [...new Set([...own, ...this.#sublayers.flatMap((l) => l.weights)])];
  }

  get trainableWeights(): Variable[] {
    if (!this.trainable) return [];
    return [
      ...new Set([...this.#own.filter((v) => v.trainable), ...this.#sublayers.flatMap((l) => l.trainableWeights)]),
    ];
  }

  get nonTrainableWeights(): Variable[] {
    const trainable = new Set(this.trainableWeights);
    return this.weights.filter((v) => !trainable.has(v));
  }

  /**
   * What this layer, and those inside it, add to the loss: inside a traced function the losses of its calls there, and
   * the penalties of the weights that are trained. `fit` adds them by itself.
   */
  get losses(): TensorBase[] {
    const graph = currentGraph();
    const layers = (layer: Layer): Layer[] => [layer, ...layer.#sublayers.flatMap(layers)];
    const added = new Set(graph ? layers(this).flatMap((layer) => layer.#added.get(graph) ?? []) : []);
    return [...added, ...regularizers.penalties(this.trainableWeights)];
  }

  /** Inside `call`: something to be minimised beside the loss, usually a scalar. */
  protected addLoss(loss: TensorBase): void {
    const graph = currentGraph();
    if (!graph || graph.parent)
      throw new StateError(`${this.name}: addLoss works inside a traced call, and not in a step of a loop over time.`);
    const symbol = symbolOf(graph, loss);
    this.#added.set(graph, [...(this.#added.get(graph) ?? []), symbol]);
    graph.losses.push(symbol);
  }

  private penalize(results: unknown): void {
    const regularizer = this.#activityRegularizer;
    if (!regularizer) return;
    for (const y of [results].flat()) {
      if (y instanceof TensorBase) this.addLoss(divide(regularizer(y), Math.max(1, y.shape[0] ?? 1)));
    }
  }

  /** Copies of all weights. */
  getWeights(): Tensor[] {
    return this.weights.map((v) => v.value());
  }

  /** @throws ShapeError when number or shapes differ from `weights`; then nothing was changed. */
  setWeights(values: readonly TensorLike[]): void {
    const { weights } = this;
    const given = Array.isArray(values) ? values.length : show(values);
    if (given !== weights.length)
      throw new ShapeError(
        `${this.name}: setWeights expected ${weights.length} weights, got ${given}.${this.built ? '' : ' The layer is not built yet.'}`,
      );
    const tensors = values.map((value, i) => tensor(value, undefined, weights[i].dtype, weights[i].name));
    tensors.forEach((t, i) => {
      if (!sameShape(t.shape, weights[i].shape))
        throw new ShapeError(
          `${weights[i].name}: expected shape ${showShape(weights[i].shape)}, got ${showShape(t.shape)}.`,
        );
    });
    tensors.forEach((t, i) => weights[i].assign(t));
  }

  countParams(): number {
    if (!this.built)
      throw new StateError(
        `${this.name}: countParams before the layer is built; give it an inputShape or call it once.`,
      );
    return this.weights.reduce((n, v) => n + sizeOf(v.shape), 0);
  }

  /** Sets the states that stateful layers carry from batch to batch to zero. */
  resetStates(): void {
    for (const layer of this.#sublayers) layer.resetStates();
  }

  /** How many states this layer, and those inside it, carry from batch to batch. */
  get stateCount(): number {
    return this.tracked.reduce((n, layer) => n + layer.stateCount, 0);
  }

  /** Copies of the states that stateful layers carry, layer by layer, [B, H] each. @throws StateError before the first batch. */
  getStates(): Tensor[] {
    return this.tracked.flatMap((layer) => layer.getStates());
  }

  /**
   * Replaces the states that stateful layers carry: as getStates gives them.
   *
   * @throws ShapeError when number or shapes differ; StateError when no layer is stateful.
   */
  setStates(values: readonly TensorLike[]): void {
    this.checkStates(values);
    let at = 0;
    for (const layer of this.tracked) {
      if (layer.stateCount > 0) layer.setStates(values.slice(at, (at += layer.stateCount)));
    }
  }

  /** As many values as states. */
  protected checkStates(values: readonly TensorLike[]): void {
    const { stateCount } = this;
    if (stateCount === 0)
      throw new StateError(
        `${this.name}: setStates: no layer carries states; make a recurrent layer with stateful: true.`,
      );
    const given = Array.isArray(values) ? values.length : show(values);
    if (given !== stateCount)
      throw new ShapeError(`${this.name}: setStates expected ${stateCount} state(s), got ${given}.`);
  }

  /** The constructor's options; layers among them are those of this layer. */
  getConfig(): Record<string, any> {
    const config = { ...this.#config, name: this.name };
    return this.trainable === (config.trainable ?? true) ? config : { ...config, trainable: this.trainable };
  }

  /**
   * An unbuilt layer of the same options, with copies of the layers among them. A class whose constructor takes anything
   * else overrides this.
   */
  clone(changes: object = {}): this {
    const Class = this.constructor as new (options: object) => this;
    if (Class.length > 0 && Object.keys(this.#config).length === 0) {
      throw new StateError(
        `${this.name}: a copy is needed and ${Class.name} does not say how to make one; hand its options on to super(), as in super(options, ['units']), or override clone().`,
      );
    }
    const config = Object.entries(this.getConfig()).map(([key, value]) => [key, copied(value)]);
    return new Class({ ...Object.fromEntries(config), name: undefined, ...changes });
  }

  /** The last axis of an input shape, which must be known. */
  protected featuresOf(inputShape: PartialShape, axis = -1): number {
    const size = inputShape.at(axis);
    if (size == null)
      throw new ShapeError(
        `${this.name}: axis ${axis} of the input must be known to make the weights, got ${showShape(inputShape)}.`,
      );
    return size;
  }

  /** Arguments of a call that this class takes beside `training` and `mask`. */
  protected get callArgs(): readonly string[] {
    return [];
  }

  /** What a model does: hands masks on, calls, gives errors the layer's name. */
  invoke(inputs: Inputs, kwargs: CallArgs = {}): any {
    checkCall(this, kwargs, this.callArgs);
    const mask = kwargs.mask === undefined ? maskOf(inputs) : kwargs.mask;
    try {
      return withTraining(kwargs.training, () => {
        const results = this.call(inputs, { ...kwargs, mask });
        this.penalize(results);
        watcher()?.gave(this, results);
        const masks = this.computeMask(inputs, mask);
        [results].flat().forEach((result: unknown, i: number) => {
          const m = Array.isArray(masks) ? masks[i] : i === 0 || !Array.isArray(results) ? masks : null;
          if (result instanceof SymbolicTensor && m instanceof SymbolicTensor) result.mask = m;
        });
        return results;
      });
    } catch (error) {
      throw named(this, error);
    }
  }

  /**
   * The layer on graph tensors (from `input`), which adds it to a graph model, or on values, which computes at once.
   */
  apply(inputs: any, kwargs: Record<string, any> = {}): any {
    const list: unknown[] = Array.isArray(inputs) ? inputs : [inputs];
    if (list.some((x) => x instanceof LayerTensor)) return connect(this, inputs, kwargs);
    if (list.some((x) => x instanceof SymbolicTensor)) return this.invoke(inputs, kwargs);
    const several = Array.isArray(inputs) && list.every((x) => x instanceof TensorBase);
    return compile((...symbols: TensorBase[]) => this.invoke(several ? symbols : symbols[0], kwargs))(
      ...(several ? (list as Tensor[]) : [inputs as TensorLike]),
    );
  }
}

function declaredShape(who: string, { batchInputShape, inputShape }: LayerConfig): PartialShape | undefined {
  for (const [name, shape] of Object.entries({ batchInputShape, inputShape })) {
    if (shape === undefined || shape === null || Array.isArray(shape)) continue;
    throw new ValueError(`${who}: ${name} must be a list of sizes (null where one may vary), got ${show(shape)}.`);
  }
  return batchInputShape ?? (inputShape && [null, ...inputShape]);
}

const contains = (outer: Layer, layer: Layer): boolean =>
  outer === layer || outer.tracked.some((inner) => contains(inner, layer));

/** An error of this library with the name of the layer in which it came up. */
function named({ name }: Layer, error: unknown): unknown {
  if (error instanceof SeqnnError && !error.message.includes(name)) error.message = `layer '${name}': ${error.message}`;
  return error;
}

function copied(value: unknown): unknown {
  if (value instanceof Layer) return value.clone();
  return Array.isArray(value) ? value.map(copied) : value;
}

/** Shapes in the nesting of the inputs. */
function shapesOf(inputs: unknown): unknown {
  if (inputs instanceof TensorBase) return inputs.shape;
  return Array.isArray(inputs) ? inputs.map(shapesOf) : inputs;
}

function maskOf(inputs: Inputs): CallArgs['mask'] {
  const of = (x: unknown) => (x instanceof SymbolicTensor ? (x.mask ?? null) : null);
  if (!Array.isArray(inputs)) return of(inputs);
  const masks = inputs.map(of);
  return masks.some((m) => m !== null) ? masks : null;
}
