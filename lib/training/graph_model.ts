import { InputLayer } from '../layers/input.js';
import { LayerTensor, parentsOf, runNode, substitute, type LayerNode } from '../layers/connect.js';
import type { CallArgs, Layer } from '../layers/layer.js';
import { checkOptions, show, ValueError } from '../program/errors.js';
import { atOnce, type Parts } from '../program/parts.js';
import type { TensorBase } from '../program/tensor.js';
import { inKerasOrder } from './layer_order.js';
import { Model, withMasks, type Structure, type Wiring } from './model.js';
import type { Slot } from './slots.js';
import { Stream, type StreamOptions } from './stream.js';
import type { Row } from './summary.js';

export interface GraphModelOptions {
  inputs: LayerTensor | readonly LayerTensor[];
  outputs: LayerTensor | readonly LayerTensor[];
  name?: string;
  trainable?: boolean;
}

/** Layers in a graph: several inputs and outputs, layers used more than once, models inside models. */
export class GraphModel extends Model {
  readonly inputs: readonly LayerTensor[];
  readonly outputs: readonly LayerTensor[];
  /** In an order in which each finds its inputs computed. */
  private readonly nodes: readonly LayerNode[];
  readonly layers: readonly Layer[];
  private readonly severalOutputs: boolean;

  constructor(options: GraphModelOptions) {
    if (typeof options !== 'object' || options === null)
      throw new ValueError(`model: expected {inputs, outputs}, got ${show(options)}.`);
    checkOptions('model', options, ['inputs', 'outputs', 'name', 'trainable']);
    super({ name: options.name, trainable: options.trainable });
    this.inputs = tensorsOf('inputs', options.inputs);
    this.outputs = tensorsOf('outputs', options.outputs);
    this.severalOutputs = Array.isArray(options.outputs);
    this.nodes = sorted(this.inputs, this.outputs);
    this.layers = inKerasOrder(this.wiring());
    const names = new Map<string, Layer>();
    for (const layer of this.layers) {
      if (names.has(layer.name))
        throw new ValueError(`model: two layers are called '${layer.name}'; names must differ.`);
      names.set(layer.name, layer);
    }
    this.built = true;
  }

  get inputSlots(): readonly Slot[] {
    return this.inputs.map((t) => ({ name: t.layer.name, shape: t.shape, dtype: t.dtype }));
  }

  get outputSlots(): readonly Slot[] {
    const names: string[] = [];
    return this.outputs.map((t) => {
      let name = t.layer.name;
      for (let n = 1; names.includes(name); n++) name = `${t.layer.name}_${n}`;
      names.push(name);
      return { name, shape: t.shape, dtype: t.dtype };
    });
  }

  override call(inputs: TensorBase | readonly TensorBase[], kwargs: CallArgs = {}): TensorBase | TensorBase[] {
    const list = Array.isArray(inputs) ? (inputs as readonly TensorBase[]) : [inputs as TensorBase];
    const results = withMasks(list, kwargs.mask, () => atOnce(this.callParts(list, kwargs.training)));
    return this.severalOutputs ? results : results[0];
  }

  private *callParts(list: readonly TensorBase[], training: boolean | undefined): Parts<TensorBase[]> {
    if (list.length !== this.inputs.length)
      throw new ValueError(`${this.name}: expected ${this.inputs.length} inputs, got ${list.length}.`);
    const values = new Map<LayerTensor, TensorBase>(this.inputs.map((t, i) => [t, list[i]]));
    for (const node of this.nodes) {
      const results = runNode(node, (t) => values.get(t) as TensorBase, { training });
      node.outputs.forEach((t, i) => values.set(t, results[i]));
      yield;
    }
    return this.outputs.map((t) => values.get(t) as TensorBase);
  }

  override *forwardParts(inputs: readonly TensorBase[], training: boolean): Parts<TensorBase[]> {
    // A class of its own may do more than call its layers.
    if (this.constructor !== GraphModel) return this.forward(inputs, training);
    return yield* this.callParts(inputs, training);
  }

  override structure(): Structure {
    this.checkPlain('save', GraphModel);
    return { ...this.wiring(), outputs: this.severalOutputs ? this.outputs : this.outputs[0] };
  }

  /**
   * The model one step at a time: `next(x)` takes one new step (of every input) and gives its prediction (a list for
   * several outputs), in time that does not depend on how many went before. Layers behind a last output, as in a decoder,
   * are computed anew at every step. @throws ValueError for a layer that needs steps to come.
   */
  stream(options: StreamOptions = {}): Stream<any> {
    return new Stream<any>(this, options);
  }

  override wiring(): Wiring {
    return { inputs: this.inputs, nodes: this.nodes, outputs: this.outputs };
  }

  protected override get rows(): readonly Row[] {
    const inputs = this.inputs.map((t) => ({ layer: t.layer, outputs: [t], from: [] }));
    return [
      ...inputs,
      ...this.nodes.map((node) => ({
        layer: node.layer,
        outputs: node.outputs,
        from: [...new Set(parentsOf(node).map((t) => t.layer.name))],
      })),
    ];
  }

  override getConfig(): Record<string, any> {
    return { name: this.name, trainable: this.trainable };
  }

  /** A model of copies of the layers, which keep their names; it is not compiled, and its weights are new. */
  override clone(changes: object = {}): this {
    this.checkPlain('clone', GraphModel);
    const layers = new Map<Layer, Layer>();
    const copyOf = (layer: Layer): Layer => {
      const copy = layers.get(layer) ?? layer.clone({ name: layer.name });
      layers.set(layer, copy);
      return copy;
    };
    const places = new Map(
      this.inputs.map((t) => [t, new InputLayer({ name: t.layer.name, batchShape: t.shape, dtype: t.dtype }).output]),
    );
    const placed = (value: unknown): any => substitute(value, (t) => places.get(t));
    for (const { layer, inputs, kwargs, outputs } of this.nodes) {
      const args = Object.entries(kwargs).map(([key, value]) => [key, placed(value)]);
      const results = [copyOf(layer).apply(placed(inputs), Object.fromEntries(args))].flat() as LayerTensor[];
      outputs.forEach((t, i) => places.set(t, results[i]));
    }
    const outputs = this.severalOutputs ? this.outputs : this.outputs[0];
    const ends = { inputs: placed(this.inputs), outputs: placed(outputs) };
    return new GraphModel({ trainable: this.trainable, ...ends, ...changes }) as this;
  }
}

function tensorsOf(what: string, given: unknown): readonly LayerTensor[] {
  const list: unknown[] = Array.isArray(given) ? given : [given];
  if (list.length === 0) throw new ValueError(`model: ${what} is empty.`);
  for (const t of list) {
    if (!(t instanceof LayerTensor))
      throw new ValueError(`model: ${what} must be tensors from input() or layer.apply(), got ${show(t)}.`);
  }
  return list as LayerTensor[];
}

/** All nodes between inputs and outputs, parents first. @throws ValueError when an output needs another input. */
function sorted(inputs: readonly LayerTensor[], outputs: readonly LayerTensor[]): LayerNode[] {
  const starts = new Set(inputs);
  const order = new Set<LayerNode>();
  const visit = (t: LayerTensor): void => {
    if (starts.has(t) || order.has(t.node)) return;
    if (t.layer instanceof InputLayer)
      throw new ValueError(`model: an output depends on input '${t.layer.name}', which is not among the inputs.`);
    parentsOf(t.node).forEach(visit);
    order.add(t.node);
  };
  outputs.forEach(visit);
  return [...order];
}

/** A model of a graph of layers, from its inputs to its outputs. */
export function model(options: GraphModelOptions): GraphModel {
  return new GraphModel(options);
}
