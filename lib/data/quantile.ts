import { show, ValueError } from '../program/errors.js';

/** The value below which a share p of the sorted values lies: linear between neighbours, as NumPy has it. */
export function quantile(sorted: Float64Array, p: number): number {
  const place = p * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

/** The share of values inside a band: more than none, less than all. */
export function checkCoverage(who: string, coverage: number): number {
  if (!(typeof coverage === 'number' && coverage > 0 && coverage < 1))
    throw new ValueError(`${who}: coverage must lie between 0 and 1, got ${show(coverage)}.`);
  return coverage;
}
