import { ShapeError, show, ValueError } from '../program/errors.js';
import { tensor, type TensorLike } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { escape } from './escape.js';

/** Values in a grid, drawn in a colour that is the stronger the larger they are: what each step of an output looked at, say. */
export interface HeatMap {
  title: string;
  caption?: string;
  /** [rows, columns]; at least 0. */
  values: TensorLike;
  /** A label for each row. */
  rows: readonly string[];
  /** A label for each column. */
  columns: readonly string[];
  rowLabel?: string;
  columnLabel?: string;
  /** What is drawn strongest. Default: the largest value. */
  max?: number;
}

const CELL = 24;
const MARGIN = 10;
const LETTER = 8;

/**
 * The grid as SVG, which needs neither a script nor a library. Pointing at a cell shows its value.
 *
 * @throws ShapeError for labels that are not as many as the rows and columns, ValueError for values that are negative or
 *   not finite.
 */
export function heatMapSvg(map: HeatMap): string {
  const who = `report: heat map '${map.title}'`;
  const { shape, data } = tensor(map.values, undefined, undefined, who);
  if (shape.length !== 2 || shape[0] !== map.rows.length || shape[1] !== map.columns.length)
    throw new ShapeError(
      `${who}: values ${showShape(shape)} for ${map.rows.length} rows and ${map.columns.length} columns.`,
    );
  const wrong = data.find((v) => !(v >= 0 && v < Infinity));
  if (wrong !== undefined) throw new ValueError(`${who}: expected values of at least 0, got ${show(wrong)}.`);
  const top = map.max ?? Array.from(data).reduce((most, v) => Math.max(most, v), 0);
  const [rows, columns] = shape;
  const longest = (labels: readonly string[]) => labels.reduce((most, l) => Math.max(most, Array.from(l).length), 1);
  const left = MARGIN + LETTER * longest(map.rows) + (map.rowLabel ? 20 : 0);
  const wide = longest(map.columns) > 2;
  const above = MARGIN + (wide ? LETTER * longest(map.columns) : 14) + (map.columnLabel ? 20 : 0);
  const [width, height] = [left + columns * CELL + MARGIN, above + rows * CELL + MARGIN];
  const parts: string[] = [];
  for (let i = 0; i < data.length; i++) {
    const [r, c] = [Math.floor(i / columns), i % columns];
    const strength = top > 0 ? Math.min(1, data[i] / top) : 0;
    parts.push(
      `<rect x="${left + c * CELL}" y="${above + r * CELL}" width="${CELL - 1}" height="${CELL - 1}" fill-opacity="${Number(strength.toFixed(3))}"><title>${escape(`${map.rows[r]} · ${map.columns[c]}: ${Number(data[i].toPrecision(3))}`)}</title></rect>`,
    );
  }
  const text = (x: number, y: number, label: string, anchor: string, turn = '') =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}"${turn}>${escape(label)}</text>`;
  const turned = (x: number, y: number) => ` transform="rotate(-90 ${x} ${y})"`;
  map.rows.forEach((label, r) => parts.push(text(left - 6, above + (r + 0.65) * CELL, label, 'end')));
  map.columns.forEach((label, c) => {
    const [x, y] = [left + (c + 0.5) * CELL, above - 6];
    parts.push(wide ? text(x + 4, y, label, 'start', turned(x + 4, y)) : text(x, y, label, 'middle'));
  });
  if (map.columnLabel) parts.push(text(left + (columns * CELL) / 2, 14, map.columnLabel, 'middle'));
  if (map.rowLabel) {
    const [x, y] = [14, above + (rows * CELL) / 2];
    parts.push(text(x, y, map.rowLabel, 'middle', turned(x, y)));
  }
  return `<svg class="heat" role="img" aria-label="${escape(map.title)}" viewBox="0 0 ${width} ${height}" style="max-width:${width}px" xmlns="http://www.w3.org/2000/svg">${parts.join('')}</svg>`;
}
