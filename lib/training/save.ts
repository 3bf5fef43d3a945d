import { StateError } from '../program/errors.js';
import type { Tensor } from '../program/tensor.js';
import type { Compiled } from './compiled.js';
import type { Model } from './model.js';
import { Packer } from './pack.js';
import { writeTensors } from './weights_file.js';

/** Under which the description of a model stands in a file's metadata. */
export const KEY = 'seqnn';
export const VERSION = 1;

/** Writes a model, what it was compiled with, and the optimizer's state. */
export async function saveModel(model: Model, compiled: Compiled | null, path: string): Promise<void> {
  if (!model.built)
    throw new StateError(`save: model '${model.name}' is not built yet. Give its first layer an inputShape.`);
  const { weights } = model;
  const packer = new Packer();
  const tensors = new Map(weights.map((v, i): [string, Tensor] => [`${i}:${v.name}`, v.value()]));
  const saved: Record<string, unknown> = { version: VERSION, seed: model.seed, model: packer.pack(model, 'model') };
  if (compiled) {
    const { optimizer, options } = compiled;
    saved.compile = packer.pack({ ...options, optimizer }, 'compile');
    saved.slots = optimizer.followed.map((v) => {
      if (!weights.includes(v))
        throw new StateError(`save: the optimizer also trains '${v.name}', which is not in model '${model.name}'.`);
      return weights.indexOf(v);
    });
    saved.undecayed = weights.flatMap((v, i) => (optimizer.decays(v) ? [] : [i]));
    optimizer.variables.forEach((v, i) => tensors.set(`optimizer ${i}:${v.name}`, v.value()));
  }
  await writeTensors(path, tensors, { [KEY]: JSON.stringify(saved) });
}
