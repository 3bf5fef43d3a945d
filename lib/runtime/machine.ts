import { native, type About } from './addon.js';

/** What the addon was built with, the instruction set and the number of threads it uses. */
export function about(): About {
  return native().about();
}

/** How many threads kernels may use; results do not depend on it. Default: SEQNN_NUM_THREADS, or all usable cores. */
export function setThreads(threads: number): void {
  native().setThreads(threads);
}
