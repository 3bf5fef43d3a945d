import { about } from '../runtime/machine.js';
import { show, ValueError } from '../program/errors.js';

// tfjs-core's names for memory and the event loop. Tensors lie in garbage-collected memory: there is nothing to free, and
// these functions are here so that scripts may go on calling them.

/** Runs the function and gives its result, which may be a promise; nothing is disposed of. */
export function tidy<R>(fn: () => R): R;
export function tidy<R>(name: string, fn: () => R): R;
export function tidy<R>(nameOrFn: string | (() => R), fn?: () => R): R {
  const body = typeof nameOrFn === 'function' ? nameOrFn : fn;
  if (typeof body !== 'function') throw new ValueError(`tidy: expected a function, got ${show(body)}.`);
  return body();
}

/** The tensor itself: it stays as long as something refers to it. */
export const keep = <T>(tensor: T): T => tensor;

/** Does nothing: what nobody refers to is collected. */
export function dispose(_container: unknown): void {}

/** Does nothing: what nobody refers to is collected. */
export function disposeVariables(): void {}

/** Counts of zero, marked as unreliable: tensors are not counted. */
export const memory = () => ({
  numTensors: 0,
  numDataBuffers: 0,
  numBytes: 0,
  unreliable: true,
  reasons: ['Tensors lie in garbage-collected memory and are not counted.'],
});

/** Lets the event loop have a turn. */
export const nextFrame = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolved at once: there is nothing to wait for. */
export const ready = (): Promise<void> => Promise.resolve();

/** Where programs run: 'cpu' or 'gpu:0'. */
export const getBackend = (): string => about().device;
