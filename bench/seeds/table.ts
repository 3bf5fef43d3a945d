import { median } from '../measure.js';
import type { Figures, Row } from './rows.js';
import { spreadOf, paramsOf, type Spread } from './reference.js';

export interface Result {
  row: Row;
  params: number;
  runs: Figures[];
  seconds: number;
}

/** What is said of a figure, in the order of the table's lines; `less`: the smaller, the better. */
const FIGURES: Record<keyof Figures, { title: string; less: boolean }> = {
  valid_mse: { title: 'valid MSE', less: true },
  valid_last_step_mse: { title: 'last step', less: true },
  valid_rmse: { title: 'valid RMSE', less: true },
  valid_loss: { title: 'valid loss', less: true },
  accuracy: { title: 'accuracy', less: false },
};

const show = (value: number | undefined) => (value === undefined ? '' : value.toFixed(5));

function verdict(measured: number, spread: Spread | undefined, less: boolean): string {
  if (!spread) return '';
  const value = Number(measured.toPrecision(6)); // as the spreads are written
  if (value >= spread.min && value <= spread.max) return 'within';
  return value < spread.min === less ? 'better' : 'WORSE';
}

function linesOf({ row, params, runs, seconds }: Result): string[][] {
  const names = (Object.keys(FIGURES) as (keyof Figures)[]).filter((name) => runs[0][name] !== undefined);
  const expected = row.reference === undefined ? undefined : paramsOf(row.reference);
  const counted = expected === undefined || expected === params ? `${params}` : `${params} (expected ${expected})`;
  return names.map((name, line) => {
    const { title, less } = FIGURES[name];
    const spread = row.reference === undefined ? undefined : spreadOf(row.reference, name);
    const value = median(runs.map((run) => run[name] ?? NaN));
    const published = name === 'valid_last_step_mse' ? row.publishedLast : line === 0 ? row.published : undefined;
    const keras = [show(spread?.min), show(spread?.median), show(spread?.max), verdict(value, spread, less)];
    const start = line === 0 ? [row.name, counted] : ['', ''];
    return [...start, title, show(published), show(value), ...keras, line === 0 ? seconds.toFixed(1) : ''];
  });
}

/** One line per row and figure: the median of the runs beside the published figure and beside the spread of Keras' runs. */
export function table(results: readonly Result[]): string {
  const lines = [['model', 'params', 'figure', 'published', 'median', 'Keras: min', 'median', 'max', '', 'seconds']];
  lines.push(...results.flatMap(linesOf));
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
