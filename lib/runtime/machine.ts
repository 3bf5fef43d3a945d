import { native, type About } from './addon.js';

/** What the addon was built with, the instruction set and the number of threads it uses. */
export function about(): About {
  return native().about();
}

/**
 * How many threads kernels may use; results do not depend on it. Default: SEQNN_NUM_THREADS, or all usable cores.
 *
 * @throws RangeError for what is no number of threads, or more than the addon can use.
 */
export function setThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1)
    throw new RangeError(`setThreads: expected an integer of at least 1, got ${String(threads)}.`);
  native().setThreads(threads);
}
