import { apply, operand, type Operand } from '../program/apply.js';
import type { Op } from '../program/op.js';
import type { TensorBase } from '../program/tensor.js';
import type { Spec } from '../program/types.js';
import { add, multiply } from './arithmetic.js';
import { moveaxis } from './axes.js';
import { cast } from './cast.js';
import { checkFlag } from './checks.js';
import { zeros } from './create.js';
import { normalizeAxis } from './reduce.js';
import { scan } from './scan.js';
import { pad, reshape, slice } from './shape.js';

// Running sums, products and maxima along an axis.

interface CumulativeAttrs extends Record<string, string | number | boolean | undefined> {
  kind: string;
  axis: number;
  reverse?: boolean;
  /** Without the element itself. */
  exclusive?: boolean;
}
const turned = ({ reverse }: CumulativeAttrs): true | undefined => (reverse ? undefined : true);

const cumulativeOp: Op<CumulativeAttrs> = {
  name: 'cumulative',
  shard: ({ attrs: { axis }, axes }) => (axes[0] === axis ? null : { inputs: axes, outputs: [axes[0] as number] }),
  infer: ([x]) => [x as Spec],
  grad({ inputs: [x], attrs, grads: [g] }) {
    if (attrs.kind === 'sum') return [apply(cumulativeOp, [g], { ...attrs, reverse: turned(attrs) }) as never];
    return [attrs.kind === 'prod' ? (productGrad(attrs, x as TensorBase, g as TensorBase) as never) : null];
  },
  layout: ({ inputs: [x], attrs }) => ({
    inputs: [x!.base],
    attrs: { ...attrs, axis: x!.perm[attrs.axis] },
    perms: [x!.perm],
  }),
};

/** Running sum along an axis, by default of the flattened tensor; with `reverse`, from the end. */
export function cumsum(x: Operand, axis: number | null = null, reverse = false): TensorBase {
  return cumulative('sum', x, axis, reverse);
}

/**
 * Running product along an axis, by default of the flattened tensor; with `reverse`, from the end. Its gradient divides
 * by nothing, so that zeros are no exception.
 */
export function cumprod(x: Operand, axis: number | null = null, reverse = false): TensorBase {
  return cumulative('prod', x, axis, reverse);
}

/**
 * Running maximum along an axis, by default of the flattened tensor; with `reverse`, from the end. Of booleans: whether
 * any was true so far. Not differentiable.
 */
export function cummax(x: Operand, axis: number | null = null, reverse = false): TensorBase {
  return cumulative('max', x, axis, reverse);
}

function cumulative(kind: string, x: Operand, axis: number | null, reverse: boolean): TensorBase {
  const who = `cum${kind}`;
  checkFlag(who, 'reverse', reverse);
  const given = operand(x, undefined, who);
  const flat = axis === null ? reshape(given, [given.size]) : given;
  const t = kind !== 'max' && flat.dtype === 'bool' ? cast(flat, 'int32') : flat;
  return apply(cumulativeOp, [t], { kind, axis: normalizeAxis(who, axis ?? 0, t.rank), reverse: reverse || undefined });
}

/**
 * The product in front of each element times the sum over what comes behind it: s[j] = g[j] + x[j + 1] · s[j + 1]. What is
 * in front and behind change places with `reverse`.
 */
function productGrad(attrs: CumulativeAttrs, x: TensorBase, g: TensorBase): TensorBase {
  const { axis, reverse } = attrs;
  const n = x.shape[axis];
  if (n === 0) return g;
  const edge = x.shape.map((): [number, number] => [0, 0]);
  edge[axis] = reverse ? [1, 0] : [0, 1];
  const rest = [...new Array<null>(axis).fill(null), reverse ? [0, n - 1] : [1, n]];
  const factors = moveaxis(pad(slice(x, rest), edge), axis, 0);
  const { outputs } = scan(
    ([s], [d, factor]) => {
      const next = add(d, multiply(factor, s));
      return [next, next];
    },
    [zeros(factors.shape.slice(1), x.dtype)],
    [moveaxis(g, axis, 0), factors],
    { reverse: !reverse },
  );
  return multiply(apply(cumulativeOp, [x], { ...attrs, exclusive: true }), moveaxis(outputs[0], 0, axis));
}
