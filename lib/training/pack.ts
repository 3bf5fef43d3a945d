import * as activations from '../activations/catalogue.js';
import * as ownLayers from '../layers/classes.js';
import { LayerTensor, type LayerNode } from '../layers/connect.js';
import { InputLayer } from '../layers/input.js';
import { Layer } from '../layers/layer.js';
import * as losses from '../losses/index.js';
import * as metrics from '../metrics/index.js';
import { Optimizer } from '../optimizers/index.js';
import { show, StateError, ValueError } from '../program/errors.js';
import { TensorBase, tensor } from '../program/tensor.js';
import * as seq2seq from '../seq2seq/classes.js';
import type { Model, Structure } from './model.js';

// What a model is made of, as JSON. An object with a `$` key stands for something that JSON has no word for.

const layerClasses = { ...ownLayers, ...seq2seq };

/** The key under which a value is exported, if it is one of a room's. */
const nameIn = (room: object, value: unknown): string | undefined =>
  Object.entries(room).find(([, known]) => known === value)?.[0];

/** Turns values into JSON; layers that occur twice are written once. */
export class Packer {
  private readonly seen = new Map<Layer, number>();
  private nodes: readonly LayerNode[] = [];

  pack(value: any, where: string): unknown {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') return Number.isFinite(value) ? value : { $: 'number', value: String(value) };
    if (Array.isArray(value)) return value.map((v, i) => this.pack(v, `${where}[${i}]`));
    if (value instanceof Layer) return this.layer(value);
    if (value instanceof LayerTensor) return { $: 'place', node: this.nodes.indexOf(value.node), index: value.index };
    if (value instanceof Optimizer)
      return {
        $: 'optimizer',
        name: value.className,
        config: this.options({ ...value.getConfig(), learningRate: value.schedule ?? value.learningRate }, where),
      };
    if (value instanceof metrics.Metric) {
      const { made } = value;
      return made
        ? { $: 'metric', name: made.metricName, config: this.options(made.options, where) }
        : { $: 'custom', name: value.name };
    }
    if (typeof value === 'function') return this.fn(value as Described, where);
    if (value instanceof TensorBase || ArrayBuffer.isView(value)) {
      const { data, shape, dtype } = tensor(value as TensorBase);
      return { $: 'tensor', data: this.pack(Array.from(data), where), shape, dtype };
    }
    if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
      return this.options(value as object, where);
    throw new ValueError(`save: ${where} cannot be saved: ${show(value)}.`);
  }

  private options(config: object, where: string): Record<string, unknown> {
    const given = Object.entries(config).filter(([, v]) => v !== undefined);
    return Object.fromEntries(given.map(([key, v]) => [key, this.pack(v, `${where}.${key}`)]));
  }

  private fn(value: Described, where: string): unknown {
    const { className, lossName, metricName, scheduleName } = value;
    const made = (kind: string, name: string) => ({ $: kind, name, config: this.options(value.config ?? {}, where) });
    const activation = nameIn(activations, value);
    if (activation) return activation;
    if (lossName && nameIn(losses, value)) return lossName;
    if (metricName && nameIn(metrics, value)) return metricName;
    if (lossName) return made('loss', lossName);
    if (scheduleName) return made('schedule', scheduleName);
    if (className) return made('rule', className);
    if (!value.name)
      throw new ValueError(`save: ${where} is a function without a name; give it one, to be found by when loading.`);
    return { $: 'custom', name: value.name };
  }

  private layer(layer: Layer): unknown {
    const known = this.seen.get(layer);
    if (known !== undefined) return { $: 'same', id: known };
    const id = this.seen.size;
    this.seen.set(layer, id);
    const { trainable, name } = layer;
    if (isModel(layer)) return { $: 'model', id, name, trainable, ...this.model(layer.structure()) };
    const own = nameIn(layerClasses, layer.constructor);
    const config = this.options(settled(layer), `layer '${name}'`);
    const inside = layersInside(layer).map((l) => l.trainable);
    // Where some are frozen on their own, like the cell of a layer: its options do not tell.
    const apart = inside.some((t) => t !== trainable) ? { inside } : {};
    return { $: 'layer', id, name: own ?? layer.constructor.name, custom: !own, trainable, ...apart, config };
  }

  private model(structure: Structure): object {
    if ('layers' in structure)
      return { start: this.pack(structure.start, 'start'), layers: this.pack(structure.layers, 'layers') };
    const { inputs, nodes, outputs } = structure;
    for (const { layer } of inputs) {
      if (!(layer instanceof InputLayer))
        throw new ValueError(`save: the model starts at a result of layer '${layer.name}', not at an input.`);
    }
    // Places are of this model while it is written; a model around it has its own.
    const outer = this.nodes;
    this.nodes = [...inputs.map((t) => t.node), ...nodes];
    const packed = {
      inputs: inputs.map((t) => this.layer(t.layer)),
      nodes: nodes.map(({ layer, inputs: from, kwargs }) => ({
        layer: this.layer(layer),
        inputs: this.pack(from, layer.name),
        kwargs: this.options(kwargs, layer.name),
      })),
      outputs: this.pack(outputs, 'outputs'),
    };
    this.nodes = outer;
    return packed;
  }
}

/** A layer's layers and theirs. */
export function layersInside(layer: Layer): Layer[] {
  return layer.tracked.flatMap((l) => [l, ...layersInside(l)]);
}

// Not by its class: models know how to save themselves, and would be needed before they exist.
const isModel = (layer: Layer): layer is Model => 'structure' in layer;

/** What the rooms' functions say about themselves. */
interface Described {
  readonly name: string;
  readonly className?: string;
  readonly lossName?: string;
  readonly metricName?: string;
  readonly scheduleName?: string;
  readonly config?: object;
}

/** A layer's options, without what only made first values. */
function settled(layer: Layer): Record<string, unknown> {
  const config = layer.getConfig();
  const { name: _name, ...own } = config;
  if (layer.constructor.length > 0 && Object.keys(own).length === 0 && !nameIn(layerClasses, layer.constructor))
    throw new StateError(
      `save: layer '${layer.name}': ${layer.constructor.name} does not say how it was made; hand its options on to super(), as in super(options, ['units']), or override getConfig().`,
    );
  const kept = Object.entries(config).filter(([key, v]) => !(typeof v === 'function' && key.endsWith('nitializer')));
  return Object.fromEntries(kept);
}
