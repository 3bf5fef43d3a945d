import { PhiloxStream } from '../data/philox.js';
import { inBreaths } from '../program/parts.js';

/** 0 … rows − 1 in order. */
export function inOrder(rows: number, from = 0): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, i) => from + i);
}

/** Shuffles in place: the order of one epoch depends on the seed and the epoch's number only. */
export async function shuffle(order: Uint32Array, seed: number, epoch: number): Promise<void> {
  await inBreaths(new PhiloxStream(seed, epoch).shuffling(order));
}
