import { show, ValueError } from '../program/errors.js';

/** 0 silent, 1 a progress bar (plain lines where stdout is no terminal), 2 one line per epoch. */
export type Verbose = 0 | 1 | 2 | boolean | 'auto';

export function checkVerbose(who: string, verbose: Verbose | undefined, fallback: 0 | 1): 0 | 1 | 2 {
  if (verbose === undefined) return fallback;
  if (verbose === 'auto') return 1;
  if (typeof verbose === 'boolean') return verbose ? 1 : 0;
  if (verbose !== 0 && verbose !== 1 && verbose !== 2)
    throw new ValueError(`${who}: verbose must be 0, 1, 2 or 'auto', got ${show(verbose)}.`);
  return verbose;
}

export function checkSignal(who: string, signal: unknown): void {
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new ValueError(`${who}: signal must be an AbortSignal, got ${show(signal)}.`);
}
