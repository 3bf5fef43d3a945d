import { checkOptions } from '../program/errors.js';

const checked = new WeakSet<object>();

/** Calls of these classes are refused arguments that they do not take. A class of one's own may take any. */
export function checkCallsOf(classes: Readonly<Record<string, unknown>>): void {
  for (const Class of Object.values(classes)) if (typeof Class === 'function') checked.add(Class);
}

/** @param own What the layer takes beside `training` and `mask`. */
export function checkCall(layer: { readonly name: string }, kwargs: unknown, own: readonly string[]): void {
  if (checked.has(layer.constructor)) checkOptions(`${layer.name}: call`, kwargs, ['training', 'mask', ...own]);
}
