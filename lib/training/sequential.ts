import { InputLayer } from '../layers/input.js';
import { LayerTensor } from '../layers/connect.js';
import { Layer, type CallArgs, type PartialShape } from '../layers/layer.js';
import { checkObject, show, StateError, ValueError } from '../program/errors.js';
import { atOnce, type Parts } from '../program/parts.js';
import type { TensorBase } from '../program/tensor.js';
import { Model, single, withMasks, type Structure, type Wiring } from './model.js';
import type { Slot } from './slots.js';
import { Stream, type StreamOptions } from './stream.js';
import type { Row } from './summary.js';

export interface SequentialOptions {
  /** The first may be what `input` gives. */
  layers?: readonly (Layer | LayerTensor)[];
  name?: string;
  trainable?: boolean;
}

/** Layers one after the other. */
export class Sequential extends Model {
  private readonly chain: Layer[] = [];
  private start: InputLayer | null = null;
  /** What each layer of the chain gives, once the shapes are known. */
  private given: LayerTensor[] = [];

  constructor(options: SequentialOptions = {}) {
    checkObject('sequential', options, 'layers');
    super({ name: options.name, trainable: options.trainable, ...rest(options) }, ['layers']);
    const { layers = [] } = options;
    if (!Array.isArray(layers)) throw new ValueError(`${this.name}: layers must be a list, got ${show(layers)}.`);
    for (const layer of layers) this.add(layer);
  }

  get layers(): readonly Layer[] {
    return this.chain;
  }

  get inputs(): readonly LayerTensor[] {
    return this.wired().inputs;
  }

  get outputs(): readonly LayerTensor[] {
    return this.wired().outputs;
  }

  get inputSlots(): readonly Slot[] {
    const first = this.chain[0];
    return [
      {
        name: this.start?.name ?? first?.name ?? 'input',
        shape: this.start?.shape ?? null,
        dtype: this.start?.dtype ?? first?.dtype ?? 'float32',
      },
    ];
  }

  get outputSlots(): readonly Slot[] {
    const last = this.chain.at(-1);
    if (!last) return [];
    const known = this.given.at(-1);
    return [{ name: last.name, shape: known?.shape ?? null, dtype: known?.dtype ?? last.dtype }];
  }

  /** Appends a layer. The first one with an inputShape, or an input layer, settles the shapes at once. */
  add(given: Layer | LayerTensor): void {
    // What input() gives stands for its layer, as in Keras.
    const layer = given instanceof LayerTensor && given.layer instanceof InputLayer ? given.layer : given;
    if (!(layer instanceof Layer)) throw new ValueError(`${this.name}: add expects a layer, got ${show(layer)}.`);
    this.checkInner(layer);
    if (this.chain.includes(layer) || layer === this.start)
      throw new ValueError(
        `${this.name}: layer '${layer.name}' is in the model already. Layers that are used twice need model({inputs, outputs}).`,
      );
    if (this.chain.some((l) => l.name === layer.name))
      throw new ValueError(`${this.name}: there is a layer '${layer.name}' already; names must differ.`);
    if (layer instanceof InputLayer) {
      if (this.chain.length > 0 || this.start)
        throw new ValueError(`${this.name}: an input layer can only be the first one.`);
      this.start = layer;
      return;
    }
    if (this.chain.length === 0 && !this.start) this.start = startOf(layer);
    if (this.start) {
      this.given.push(single(layer, layer.apply(this.given.at(-1) ?? this.start.output) as LayerTensor));
      this.built = true;
    }
    this.chain.push(layer);
    this.changed();
  }

  /** Takes the last layer off. */
  pop(): Layer {
    const layer = this.chain.pop();
    if (!layer) throw new StateError(`${this.name}: pop: there are no layers.`);
    this.given.length = Math.min(this.given.length, this.chain.length);
    this.changed();
    return layer;
  }

  /** Makes the weights of all layers for inputs of this shape (with the batch). */
  override build(inputShape: PartialShape): void {
    if (this.chain.length === 0) throw new StateError(`${this.name}: there are no layers to build.`);
    const start = new InputLayer({ batchShape: [null, ...inputShape.slice(1)], dtype: this.chain[0].dtype });
    const outputs: LayerTensor[] = [];
    for (const layer of this.chain)
      outputs.push(single(layer, layer.apply(outputs.at(-1) ?? start.output) as LayerTensor));
    this.start = start;
    this.given = outputs;
  }

  override call(inputs: TensorBase, kwargs: CallArgs = {}): TensorBase {
    return withMasks([inputs], kwargs.mask, () => atOnce(this.callParts(inputs, kwargs.training)));
  }

  private *callParts(inputs: TensorBase, training: boolean | undefined): Parts<TensorBase> {
    let x = inputs;
    for (const layer of this.chain) {
      x = layer.invoke(x, { training }) as TensorBase;
      yield;
    }
    return x;
  }

  override *forwardParts(inputs: readonly TensorBase[], training: boolean): Parts<TensorBase[]> {
    // A class of its own may do more than call its layers.
    if (this.constructor !== Sequential) return this.forward(inputs, training);
    return [yield* this.callParts(inputs[0], training)];
  }

  override structure(): Structure {
    this.checkPlain('save', Sequential);
    const [{ name, shape, dtype }] = this.inputSlots;
    if (!shape) throw new StateError(`save: model '${this.name}' is not built yet.`);
    return { start: { batchShape: shape, dtype, name }, layers: this.chain };
  }

  /**
   * The model one step at a time: `next(x)` takes one new step and gives its prediction, in time that does not depend on
   * how many went before. @throws ValueError for a layer that needs steps to come.
   */
  stream(options: StreamOptions = {}): Stream {
    return new Stream(this, options);
  }

  override wiring(): Wiring | null {
    if (!this.start || this.given.length < this.chain.length || this.given.length === 0) return null;
    const { start, given } = this;
    return { inputs: [start.output], nodes: given.map((t) => t.node), outputs: given.slice(-1) };
  }

  protected override get rows(): readonly Row[] {
    return this.chain.map((layer, i) => ({ layer, outputs: this.given[i] ? [this.given[i]] : [], from: [] }));
  }

  override getConfig(): Record<string, any> {
    const { name, trainable, chain } = this;
    return { name, trainable, layers: chain.map((l) => ({ className: l.constructor.name, config: l.getConfig() })) };
  }

  /** A model of copies of the layers, which keep their names; it is not compiled, and its weights are new. */
  override clone(changes: object = {}): this {
    this.checkPlain('clone', Sequential);
    const layers: Layer[] = this.start ? [this.start, ...this.chain] : this.chain;
    const copies = layers.map((layer) => layer.clone({ name: layer.name }));
    return new Sequential({ trainable: this.trainable, layers: copies, ...changes }) as this;
  }
}

/** Options that are not a sequential model's own reach the check of the base, which refuses them by name. */
function rest({ layers: _layers, name: _name, trainable: _trainable, ...others }: SequentialOptions): object {
  return others;
}

/** The input that a first layer describes, if it does. */
function startOf(layer: Layer): InputLayer | null {
  if (layer.batchInputShape) return new InputLayer({ batchShape: layer.batchInputShape, dtype: layer.dtype });
  if (layer instanceof Model) {
    const [{ shape, dtype }, ...others] = layer.inputSlots;
    if (shape && others.length === 0) return new InputLayer({ batchShape: shape, dtype });
  }
  return null;
}

/** A model of layers one after the other. */
export function sequential(layers: readonly (Layer | LayerTensor)[] | SequentialOptions = {}): Sequential {
  return new Sequential(Array.isArray(layers) ? { layers } : (layers as SequentialOptions));
}
