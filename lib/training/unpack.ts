import * as constraints from '../constraints/catalogue.js';
import * as ownLayers from '../layers/classes.js';
import { nearestDevice } from '../layers/device.js';
import { InputLayer } from '../layers/input.js';
import type { LayerTensor } from '../layers/connect.js';
import type { Layer } from '../layers/layer.js';
import * as losses from '../losses/index.js';
import * as metrics from '../metrics/index.js';
import * as optimizers from '../optimizers/index.js';
import { suggestion, ValueError } from '../program/errors.js';
import { tensor } from '../program/tensor.js';
import * as regularizers from '../regularizers/catalogue.js';
import * as seq2seq from '../seq2seq/classes.js';
import { GraphModel } from './graph_model.js';
import type { Model } from './model.js';
import { layersInside } from './pack.js';
import { Sequential } from './sequential.js';

/** Classes of layers and optimizers, functions and metrics of the user's, by the names in the file. */
export type CustomObjects = Readonly<Record<string, any>>;

const LAYERS: Readonly<Record<string, any>> = { ...ownLayers, ...seq2seq };
const RULES = { ...regularizers, ...constraints };

/** Makes of a Packer's JSON what it was made of. */
export class Unpacker {
  private readonly layers: Layer[] = [];
  private places: LayerTensor[][] = [];
  /** Of layers whose inner ones are trained or frozen on their own. */
  private readonly inside: [Layer, readonly boolean[]][] = [];

  constructor(
    private readonly who: string,
    private readonly custom: CustomObjects,
  ) {}

  /** A whole model, built, so that all layers are there. */
  whole(value: any): Model {
    const model: Model = this.unpack(value);
    for (const [layer, trainable] of this.inside) {
      layersInside(layer).forEach((l, i) => (l.trainable = trainable[i]));
    }
    return model;
  }

  unpack(value: any): any {
    if (Array.isArray(value)) return value.map((v) => this.unpack(v));
    if (typeof value !== 'object' || value === null) return value;
    switch (value.$) {
      case undefined:
        return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, this.unpack(v)]));
      case 'number':
        return Number(value.value);
      case 'tensor':
        return tensor(this.unpack(value.data), value.shape, value.dtype);
      case 'same':
        return this.layers[value.id];
      case 'place':
        return this.places[value.node][value.index];
      case 'layer':
        return this.layer(value);
      case 'model':
        return this.model(value);
      case 'rule':
        return this.made(RULES, value);
      case 'loss':
        return this.made(losses, value);
      case 'metric':
        return this.made(metrics, value);
      case 'schedule':
      case 'optimizer':
        return this.made(optimizers, value);
      case 'custom':
        return this.own(value.name);
      default:
        throw new ValueError(`${this.who}: unknown kind ${String(value.$)}; a newer version wrote this file.`);
    }
  }

  private own(name: string): any {
    if (Object.hasOwn(this.custom, name)) return this.custom[name];
    const given = Object.keys(this.custom);
    const hint = given.length > 0 ? suggestion(name, given) : '';
    throw new ValueError(`${this.who}: '${name}' is not part of the library; give customObjects: { ${name} }.${hint}`);
  }

  /** By a factory of the room, or by a class of the user's. */
  private made(room: Readonly<Record<string, any>>, { name, config }: any): any {
    const options = this.unpack(config);
    if (Object.hasOwn(room, name)) return room[name](options);
    const Class = this.own(name);
    return new Class(options);
  }

  private layer({ id, name, custom, trainable, inside, config }: any): Layer {
    const Class = custom || !Object.hasOwn(LAYERS, name) ? this.own(name) : LAYERS[name];
    const layer: Layer = new Class(this.placed(this.unpack(config)));
    // What is inside has its own.
    if (layer.trainable !== trainable) layer.trainable = trainable;
    if (inside) this.inside.push([layer, inside]);
    this.layers[id] = layer;
    return layer;
  }

  /** The options of a layer, on a device that this machine has: a model may be served where it was not trained. */
  private placed(options: any): any {
    const { device, name } = options;
    if (typeof device !== 'string') return options;
    const here = nearestDevice(device);
    if (here !== device)
      process.emitWarning(`${this.who}: layer '${name}' was on ${device}, which is not here; it is on ${here} now.`);
    return { ...options, device: here };
  }

  private model(saved: any): Model {
    const model = saved.layers ? this.sequential(saved) : this.graph(saved);
    this.layers[saved.id] = model;
    return model;
  }

  private sequential({ name, trainable, start, layers }: any): Sequential {
    return new Sequential({ name, trainable, layers: [new InputLayer(start), ...this.unpack(layers)] });
  }

  private graph({ name, trainable, inputs, nodes, outputs }: any): GraphModel {
    const outer = this.places;
    this.places = [];
    const starts = (this.unpack(inputs) as InputLayer[]).map((layer) => layer.output);
    for (const start of starts) this.places.push([start]);
    for (const node of nodes) {
      const layer: Layer = this.unpack(node.layer);
      this.places.push([layer.apply(this.unpack(node.inputs), this.unpack(node.kwargs))].flat());
    }
    const model = new GraphModel({ name, trainable, inputs: starts, outputs: this.unpack(outputs) });
    this.places = outer;
    return model;
  }
}
