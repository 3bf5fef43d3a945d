import { readFileSync } from 'node:fs';
import type { Figures } from './rows.js';

// What Keras reaches with several seeds: the given runs, and for some rows the same script run again elsewhere
// (test/goldens/README.md says why).

export interface Spread {
  min: number;
  median: number;
  max: number;
}

type Known = { params?: number } & Record<string, Spread | number | undefined>;

/** Relative to the compiled file, dist/bench/seeds/. */
function rowsOf(file: string): Record<string, Known | undefined> {
  const url = new URL(`../../../test/goldens/${file}.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as { rows: Record<string, Known> }).rows;
}

const given = rowsOf('seeds_reference');
const again = rowsOf('seeds_reference_again');

const NAMES: Partial<Record<keyof Figures, string>> = { accuracy: 'test_accuracy' };

export function paramsOf(row: string): number | undefined {
  return given[row]?.params;
}

/** From the lowest to the highest of all runs known; the median is that of the given ones. */
export function spreadOf(row: string, figure: keyof Figures): Spread | undefined {
  const name = NAMES[figure] ?? figure;
  const [a, b] = [given[row]?.[name], again[row]?.[name]] as (Spread | undefined)[];
  return a && b ? { min: Math.min(a.min, b.min), median: a.median, max: Math.max(a.max, b.max) } : a;
}
