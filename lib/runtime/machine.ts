import { native, type About } from './addon.js';

/** What the addon was built with, the instruction set and the number of threads it uses. */
export function about(): About {
  return native().about();
}

const MAX_THREADS = 256;

/** How many threads kernels may use; results do not depend on it. Default: SEQNN_NUM_THREADS, or all usable cores. */
export function setThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS) {
    throw new RangeError(`setThreads: expected an integer from 1 to ${MAX_THREADS}, got ${String(threads)}.`);
  }
  native().setThreads(threads);
}
