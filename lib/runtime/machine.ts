import { native, type About, type FoundLibrary } from './addon.js';

/** What the addon was built with, the instruction set and the number of threads it uses. */
export function about(): About {
  return native().about();
}

/** What NVIDIA's libraries are to this process, by name; none are looked for without a GPU. Opening them takes long. */
export function gpuLibraries(): Record<string, FoundLibrary> {
  return native().gpuLibraries();
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
