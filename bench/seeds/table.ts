import { readFileSync } from 'node:fs';
import type { Row } from './rows.js';
import type { Figures } from './train.js';

interface Spread {
  min: number;
  median: number;
  max: number;
}

export interface Result {
  row: Row;
  params: number;
  runs: Figures[];
  seconds: number;
}

type Reference = Record<string, { params?: number; valid_mse?: Spread; valid_last_step_mse?: Spread }>;

/** Relative to the compiled file, dist/bench/seeds/. */
const REFERENCE = new URL('../../../test/goldens/seeds_reference.json', import.meta.url);

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const show = (value: number | undefined) => (value === undefined ? '' : value.toFixed(5));

function verdict(value: number, spread: Spread | undefined): string {
  if (!spread) return '';
  if (value < spread.min) return 'better';
  return value > spread.max ? 'WORSE' : 'within';
}

/** One line per row and figure: the median of the runs beside the published figure and beside the spread of Keras' runs. */
export function table(results: readonly Result[]): string {
  const reference = (JSON.parse(readFileSync(REFERENCE, 'utf8')) as { rows: Reference }).rows;
  const lines = [['model', 'params', 'figure', 'published', 'median', 'Keras: min', 'median', 'max', '', 'seconds']];
  for (const { row, params, runs, seconds } of results) {
    const known = row.reference ? reference[row.reference] : undefined;
    const add = (
      first: boolean,
      figure: string,
      published: number | undefined,
      values: (number | undefined)[],
      spread: Spread | undefined,
    ) => {
      const value = median(values as number[]);
      const counted =
        known?.params === undefined || known.params === params
          ? String(params)
          : `${params} (expected ${known.params})`;
      const start = first ? [row.name, counted] : ['', ''];
      const keras = [show(spread?.min), show(spread?.median), show(spread?.max), verdict(value, spread)];
      lines.push([...start, figure, show(published), show(value), ...keras, first ? seconds.toFixed(1) : '']);
    };
    add(true, 'valid MSE', row.published, runs.map((run) => run.valid_mse), known?.valid_mse); // prettier-ignore
    if (runs[0].valid_last_step_mse === undefined) continue;
    add(false, 'last step', row.publishedLast, runs.map((run) => run.valid_last_step_mse), known?.valid_last_step_mse); // prettier-ignore
  }
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const left = (column: number) => column === 0 || column === 2 || column === 8;
  return lines
    .map((line) =>
      line
        .map((cell, column) => (left(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
        .join('  '),
    )
    .join('\n');
}
