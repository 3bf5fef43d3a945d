import * as activations from '../../lib/activations/index.js';
import * as constraints from '../../lib/constraints/index.js';
import * as initializers from '../../lib/initializers/index.js';
import * as layers from '../../lib/layers/index.js';
import * as regularizers from '../../lib/regularizers/index.js';
import type { DType, Layer } from '../../lib/index.js';
import type { Config } from './fixture.js';
import { LNSimpleRNNCell } from './ln_cell.js';

// Keras' serialised configs as objects of this library: names become camelCase, everything else stays.

/** Something that the library does not have. */
export class Unsupported extends Error {}

export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
}

/** The function of a room for one of Keras' class names. */
export function factory(room: object, className: string): (options: object) => any {
  const name = Object.keys(room).find((key) => /^[a-z]/.test(key) && key.toLowerCase() === className.toLowerCase());
  if (name === undefined) throw new Unsupported(className);
  return (room as Record<string, (options: object) => any>)[name];
}

/** Calls a factory; options that it does not know are unsupported, every other error is an error. */
export function make(room: object, { class_name, config }: Config, options: object = optionsOf(config)): any {
  const create = factory(room, class_name);
  const silent = (name: string, value: unknown) =>
    SILENT.some(([of, option, only]) => of.test(class_name) && option === name && only === value);
  const said = Object.entries(options).filter(([name, value]) => !silent(name, value));
  try {
    return create(Object.fromEntries(said));
  } catch (error) {
    if (/unknown option/.test((error as Error).message))
      throw new Unsupported(`${class_name}: ${(error as Error).message}`);
    throw error;
  }
}

/** What Keras writes down though it is the only value that there is here: class, option, value. */
const SILENT: readonly (readonly [RegExp, string, unknown])[] = [
  [/^LayerNormalization$/, 'rmsScaling', false],
  [/^BatchNormalization$/, 'synchronized', false],
  [/^BatchNormalization$/, 'renorm', false],
  [/^BatchNormalization$/, 'renormMomentum', 0.99],
  [/^MultiHeadAttention$/, 'useGate', false],
  [/Crossentropy$/, 'axis', -1],
];

/** Options whose values are names that Keras writes in snake_case. */
const NAMED = /activation$|^mode$|^distribution$|^data_format$|^reduction$|^class_aggregation$/;

export function optionsOf(config: Readonly<Record<string, any>>, dtype?: DType): Record<string, any> {
  const entries = Object.entries(config).map(([key, value]) => [camelCase(key), option(key, value, dtype)]);
  return { ...Object.fromEntries(entries), ...(dtype && { dtype }) };
}

function option(key: string, value: any, dtype?: DType): unknown {
  if (typeof value === 'string' && NAMED.test(key)) return activationOr(camelCase(value), key);
  if (Array.isArray(value) && value.every((v) => v?.class_name)) return value.map((v) => makeLayer(v as Config, dtype));
  if (!value?.class_name) return value;
  const nested = value as Config;
  if (key.endsWith('_initializer')) return make(initializers, nested);
  if (key.endsWith('_regularizer')) return make(regularizers, nested);
  if (key.endsWith('_constraint')) return make(constraints, nested);
  return makeLayer(nested, dtype);
}

function activationOr(name: string, key: string): string {
  if (key.endsWith('activation') && !(name in activations)) throw new Unsupported(`activation ${name}`);
  return name;
}

/** The layer, with all that is inside it. */
export function makeLayer(config: Config, dtype?: DType): Layer {
  if (config.class_name === 'LNSimpleRNNCell')
    return new LNSimpleRNNCell(
      config.config.units,
      config.config.epsilon,
      activationOr(camelCase(config.config.activation as string), 'activation') as never,
    );
  return make(layers, config, optionsOf(config.config, dtype));
}
