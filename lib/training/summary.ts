import type { LayerTensor } from '../layers/connect.js';
import type { Layer } from '../layers/layer.js';
import { showShape, sizeOf, bytesPerElement } from '../program/types.js';
import type { Variable } from '../program/variable.js';

/** One line of a model's table. */
export interface Row {
  readonly layer: Layer;
  readonly outputs: readonly LayerTensor[];
  /** What it reads, for models that are not a chain. */
  readonly from: readonly string[];
}

const count = (variables: readonly Variable[]): number => variables.reduce((n, v) => n + sizeOf(v.shape), 0);

function showBytes(variables: readonly Variable[]): string {
  let size = variables.reduce((n, v) => n + sizeOf(v.shape) * bytesPerElement(v.dtype), 0);
  for (const unit of ['B', 'KB', 'MB']) {
    if (size < 1024) return `${size.toFixed(2)} ${unit}`;
    size /= 1024;
  }
  return `${size.toFixed(2)} GB`;
}

function showOutputs(outputs: readonly LayerTensor[]): string {
  if (outputs.length === 0) return '?';
  const shapes = outputs.map((o) => showShape(o.shape));
  return shapes.length === 1 ? shapes[0] : `[${shapes.join(', ')}]`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (let rest = text; rest.length > 0; rest = rest.slice(width)) lines.push(rest.slice(0, width));
  return lines.length > 0 ? lines : [''];
}

/** Keras' table: layers with their types, output shapes and parameters, then the totals. */
export function summaryOf(
  name: string,
  rows: readonly Row[],
  weights: readonly Variable[],
  trainable: readonly Variable[],
  lineLength = 80,
): string {
  const chain = rows.every(
    (row, i) => row.from.length === 0 || (row.from.length === 1 && row.from[0] === rows[i - 1]?.layer.name),
  );
  const header = ['Layer (type)', 'Output Shape', 'Param #', ...(chain ? [] : ['Connected to'])];
  const cells = rows.map(({ layer, outputs, from }) => [
    `${layer.name} (${layer.constructor.name})`,
    showOutputs(outputs),
    layer.built ? count(layer.weights).toLocaleString('en-US') : '0 (unbuilt)',
    ...(chain ? [] : [from.join(', ') || '-']),
  ]);
  const parts = chain ? [0.43, 0.36, 0.21] : [0.31, 0.26, 0.15, 0.28];
  const room = Math.max(lineLength, 40) - (parts.length * 3 + 1);
  const widths = parts.map((p) => Math.floor(room * p));
  const rule = (left: string, middle: string, right: string, dash: string) =>
    left + widths.map((w) => dash.repeat(w + 2)).join(middle) + right;
  const line = (texts: readonly string[], bar: string) => {
    const wrapped = texts.map((t, i) => wrap(t, widths[i]));
    const height = Math.max(...wrapped.map((w) => w.length));
    return Array.from(
      { length: height },
      (_, r) =>
        `${bar} ${wrapped.map((w, i) => (i === 2 ? (w[r] ?? '').padStart(widths[i]) : (w[r] ?? '').padEnd(widths[i]))).join(` ${bar} `)} ${bar}`,
    ).join('\n');
  };
  const body = cells.map((c) => line(c, '│')).join(`\n${rule('├', '┼', '┤', '─')}\n`);
  const others = weights.filter((v) => !trainable.includes(v));
  const total = (title: string, variables: readonly Variable[]) =>
    ` ${title}: ${count(variables).toLocaleString('en-US')} (${showBytes(variables)})`;
  return [
    `Model: "${name}"`,
    rule('┏', '┳', '┓', '━'),
    line(header, '┃'),
    rule('┡', '╇', '┩', '━'),
    ...(cells.length > 0 ? [body] : []),
    rule('└', '┴', '┘', '─'),
    total('Total params', weights),
    total('Trainable params', trainable),
    total('Non-trainable params', others),
  ].join('\n');
}
