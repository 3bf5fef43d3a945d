import type { Operand } from '../program/apply.js';
import { ShapeError, show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape, sizeOf } from '../program/types.js';
import { multiply } from './arithmetic.js';
import { matmul } from './matmul.js';
import { together } from './pointwise.js';
import { sum } from './reduce.js';
import { reshape, slice, squeeze, transpose } from './shape.js';

// Sums of products by Einstein's convention, as matrix products. Operands are taken in from left to right.

/** A tensor and a letter for each of its axes; the axes of an ellipsis have digits. */
interface Term {
  readonly labels: readonly string[];
  readonly x: TensorBase;
}

/**
 * The sum of products that the subscripts describe: `'bij,bjk->bik'` is a product of matrices for each b. Letters that the
 * result lacks are summed over; without `->` it has those that occur once, in the alphabet's order. A letter twice in one
 * operand is its diagonal, `...` stands for any axes, which broadcast.
 *
 * @throws ValueError for subscripts that do not describe the operands, ShapeError where sizes of a letter differ.
 */
export function einsum(subscripts: string, ...operands: Operand[]): TensorBase {
  const { inputs, output } = parse(subscripts, operands.length);
  const given = together('einsum', operands);
  const free = given.map((x, i) => (inputs[i].includes('...') ? x.rank - inputs[i].length + 3 : 0));
  const most = Math.max(...free);
  const spelled = (text: string, ellipsis: number) =>
    Array.from(text.replace('...', Array.from({ length: ellipsis }, (_, i) => most - ellipsis + i).join('')));
  const terms = given.map((x, i) => {
    const labels = spelled(inputs[i], Math.max(0, free[i]));
    if (labels.length !== x.rank)
      throw new ShapeError(
        `einsum: '${inputs[i]}' of ${show(subscripts)} for an operand of shape ${showShape(x.shape)}.`,
      );
    return { labels, x };
  });
  const all = terms.flatMap(({ labels }) => labels);
  const once = all.filter((label) => label >= 'A' && all.indexOf(label) === all.lastIndexOf(label));
  const result = output === undefined ? [...spelled('...', most), ...once.sort()] : spelled(output, most);
  if (new Set(result).size < result.length || !result.every((label) => all.includes(label)))
    throw new ValueError(`einsum: the result of ${show(subscripts)} must name axes of the operands, each once.`);
  const [first, ...others] = aligned(terms).map(diagonal);
  const whole = others.reduce((left, right, i) => {
    const later = others.slice(i + 1).flatMap(({ labels }) => labels);
    return product(left, right, [...result, ...later]);
  }, first);
  const { labels, x } = summed(whole, result);
  return ordered({ labels, x }, result);
}

function parse(subscripts: string, count: number): { inputs: string[]; output?: string } {
  const [left, ...rest] = typeof subscripts === 'string' ? subscripts.replaceAll(' ', '').split('->') : ['?'];
  const inputs = left.split(',');
  if (rest.length > 1 || ![...inputs, ...rest].every((term) => /^[A-Za-z]*(\.\.\.)?[A-Za-z]*$/.test(term)))
    throw new ValueError(`einsum: expected subscripts such as 'ij,jk->ik', got ${show(subscripts)}.`);
  if (inputs.length !== count)
    throw new ValueError(`einsum: ${show(subscripts)} describes ${inputs.length} operands, got ${count}.`);
  return { inputs, output: rest[0] };
}

/** Without the axes of an ellipsis that have size 1 in one operand and more in another; all other sizes must agree. */
function aligned(terms: readonly Term[]): Term[] {
  const sizes = new Map<string, number>();
  for (const { labels, x } of terms) {
    labels.forEach((label, i) => {
      const [n, own] = [sizes.get(label) ?? x.shape[i], x.shape[i]];
      if (n !== own && !(label < 'A' && (n === 1 || own === 1)))
        throw new ShapeError(`einsum: axis '${label}' has size ${n} in one operand and ${own} in another.`);
      sizes.set(label, n === 1 ? own : n);
    });
  }
  return terms.map(({ labels, x }) => {
    const stretched = labels.map((label, i) => x.shape[i] !== sizes.get(label));
    const gone = labels.flatMap((_, i) => (stretched[i] ? [i] : []));
    return { labels: labels.filter((_, i) => !stretched[i]), x: squeeze(x, gone) };
  });
}

const ordered = ({ labels, x }: Term, order: readonly string[]): TensorBase =>
  transpose(
    x,
    order.map((label) => labels.indexOf(label)),
  );

/** A letter that stands twice: of its two axes, the diagonal. */
function diagonal({ labels, x }: Term): Term {
  const label = labels.find((l, i) => labels.indexOf(l) < i);
  if (label === undefined) return { labels, x };
  const [a, b] = [labels.indexOf(label), labels.lastIndexOf(label)];
  const rest = labels.map((_, i) => i).filter((i) => i !== a && i !== b);
  const [n, sizes] = [x.shape[a], rest.map((i) => x.shape[i])];
  const flat = reshape(transpose(x, [...rest, a, b]), [...sizes, n * n]);
  const found = slice(flat, [...sizes.map(() => null), [null, null, n + 1]]);
  return diagonal({ labels: [...rest.map((i) => labels[i]), label], x: found });
}

/** Summed over the axes that nobody needs. */
function summed({ labels, x }: Term, needed: readonly string[]): Term {
  const over = labels.flatMap((label, i) => (needed.includes(label) ? [] : [i]));
  return over.length === 0 ? { labels, x } : { labels: labels.filter((l) => needed.includes(l)), x: sum(x, over) };
}

/** What both have is kept where it is needed behind, else summed over: a product of matrices for each of the kept. */
function product(left: Term, right: Term, needed: readonly string[]): Term {
  const [a, b] = [summed(left, [...needed, ...right.labels]), summed(right, [...needed, ...left.labels])];
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const kept = shared.filter((label) => needed.includes(label));
  const inner = shared.filter((label) => !needed.includes(label));
  const [rows, columns] = [a, b].map(({ labels }) => labels.filter((label) => !shared.includes(label)));
  const [x, y] = [ordered(a, [...kept, ...rows, ...inner]), ordered(b, [...kept, ...inner, ...columns])];
  const batch = x.shape.slice(0, kept.length);
  const m = x.shape.slice(kept.length, kept.length + rows.length);
  const n = y.shape.slice(kept.length + inner.length);
  const labels = [...kept, ...rows, ...columns];
  if (inner.length === 0) {
    const wide = reshape(x, [...batch, ...m, ...n.map(() => 1)]);
    return { labels, x: multiply(wide, reshape(y, [...batch, ...m.map(() => 1), ...n])) };
  }
  const k = sizeOf(x.shape.slice(kept.length + rows.length));
  const lead = kept.length > 0 ? [sizeOf(batch)] : [];
  const found = matmul(reshape(x, [...lead, sizeOf(m), k]), reshape(y, [...lead, k, sizeOf(n)]));
  return { labels, x: reshape(found, [...batch, ...m, ...n]) };
}
