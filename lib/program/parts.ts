import { setImmediate } from 'node:timers/promises';
import { within, type Graph } from './graph.js';

/** Work in parts, between which its driver may let others go on. */
export type Parts<R> = Generator<void, R>;

/** After this long the event loop gets a turn. */
const BREATH_MS = 2;

/** All parts, one after the other. */
export function atOnce<R>(parts: Parts<R>): R {
  for (;;) {
    const { done, value } = parts.next();
    if (done) return value;
  }
}

/** All parts; before the first, and between two when it has waited for a while, the event loop turns. */
export async function inBreaths<R>(parts: Parts<R>): Promise<R> {
  await setImmediate();
  let since = performance.now();
  for (;;) {
    const { done, value } = parts.next();
    if (done) return value;
    if (performance.now() - since < BREATH_MS) continue;
    await setImmediate();
    since = performance.now();
  }
}

/** The same parts, each run by `around`. */
export function* eachPart<R>(around: <T>(part: () => T) => T, parts: Parts<R>): Parts<R> {
  for (;;) {
    const { done, value } = around(() => parts.next());
    if (done) return value;
    yield;
  }
}

/** The same parts, each with its ops added to `graph`. */
export function partsWithin<R>(graph: Graph, parts: Parts<R>): Parts<R> {
  return eachPart((part) => within(graph, part), parts);
}
