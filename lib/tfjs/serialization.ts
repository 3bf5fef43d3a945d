import { show, ValueError } from '../program/errors.js';
import { loadModel, type LoadOptions } from '../training/load.js';
import type { Model } from '../training/model.js';

// Models with classes of the user's own.

/** A class with an optional name for files. */
export type Registrable = (abstract new (...args: any[]) => unknown) & { readonly className?: string };

const registered = new Map<string, Registrable>();

/** Makes a class known to `loadLayersModel`, by its name and its `className`. */
export function registerClass(cls: Registrable): void {
  if (typeof cls !== 'function') throw new ValueError(`registerClass: expected a class, got ${show(cls)}.`);
  for (const name of [cls.name, cls.className]) if (name) registered.set(name, cls);
}

export const serialization = { registerClass } as const;

/** `loadModel`, which knows the registered classes: reads a file that `model.save` wrote (not tfjs' model.json). */
export const loadLayersModel = (path: string, options: LoadOptions = {}): Promise<Model> =>
  loadModel(path, { ...options, customObjects: { ...Object.fromEntries(registered), ...options.customObjects } });
