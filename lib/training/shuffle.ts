import { setImmediate } from 'node:timers/promises';
import { PhiloxStream } from '../data/philox.js';

const SLICE = 50_000;

/** 0 … rows − 1 in order. */
export function inOrder(rows: number, from = 0): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, i) => from + i);
}

/** Shuffles in place (Fisher–Yates): the order of one epoch depends on the seed and the epoch's number only. */
export async function shuffle(order: Uint32Array, seed: number, epoch: number): Promise<void> {
  const random = new PhiloxStream(seed, epoch);
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
    if (i % SLICE === 0) await setImmediate();
  }
}
