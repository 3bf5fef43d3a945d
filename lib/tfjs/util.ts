import { PhiloxStream } from '../data/philox.js';
import { inOrder } from '../training/shuffle.js';
import { checkInteger, SeqnnError } from '../program/errors.js';
import { atOnce } from '../program/parts.js';
import { freshSeed } from '../ops/random.js';

// What scripts use of tf.util.

/** @throws an error with the message where the condition does not hold. */
export function assert(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new SeqnnError(message());
}

/** 0 … n − 1 in random order; the same after `setRandomSeed`. */
export function createShuffledIndices(n: number): Uint32Array {
  const order = inOrder(checkInteger('createShuffledIndices', 'n', n, 0));
  atOnce(new PhiloxStream(freshSeed(), 0).shuffling(order));
  return order;
}
