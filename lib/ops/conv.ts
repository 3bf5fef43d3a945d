import { apply, applyAll, operand, type Operand } from '../program/apply.js';
import { checkChoice, checkInteger, checkOptions, ShapeError, suggestion, ValueError } from '../program/errors.js';
import type { SymbolicTensor } from '../program/graph.js';
import type { Op, ShardContext } from '../program/op.js';
import { alongLastAxis } from '../program/shard_rules.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape, sizeOf, type Spec } from '../program/types.js';
import { add } from './arithmetic.js';
import { activationGrad } from './fused_activation.js';
import { transpose } from './shape.js';

// One-dimensional convolution on [T, F, B], tap by tap; the public function takes and gives [B, T, F].

interface ConvAttrs extends Record<string, number | string | undefined> {
  stride: number;
  dilation: number;
  padLeft: number;
  groups: number;
  /** Steps of x (conv1dGradX) or of the result (conv1d). */
  steps: number;
  activation?: string;
}

/** Multiply-adds: every weight of a tap at every step, at most, of what the taps are moved over. */
function workOf({ inputs: [x, w], outputs: [y] }: ShardContext<ConvAttrs>): number {
  const [a, b] = [(x as Spec).shape, y.shape];
  return Math.min(a[0], b[0]) * a[2] * sizeOf((w as Spec).shape);
}

const convOp: Op<ConvAttrs> = {
  name: 'conv1d',
  shard: alongLastAxis([1, 2], [2], workOf),
  infer([x, w], { steps }) {
    const { shape, dtype } = x as Spec;
    return [{ shape: [steps, (w as Spec).shape[2], shape[2]], dtype }];
  },
  grad({ inputs, outputs, attrs, grads, needs }) {
    const [x, w, b] = inputs as SymbolicTensor[];
    const dy = activationGrad(attrs.activation, grads[0] as TensorBase, outputs[0]);
    const plain = { ...attrs, activation: undefined };
    const dx = needs[0] ? apply(gradXOp, [dy, w], { ...plain, steps: x.shape[0] }) : null;
    if (!needs[1] && !(b && needs[2])) return [dx, null, null] as never;
    const [dw, db] = applyAll(gradWOp, [x, dy], { ...plain, taps: w.shape[0] });
    return [dx, dw, b ? db : null] as never;
  },
};

/** Also the transposed convolution: dy [T2, O, B] is its input, w as for conv1d. */
const gradXOp: Op<ConvAttrs> = {
  name: 'conv1dGradX',
  shard: alongLastAxis([1], [2], workOf),
  infer([dy, w], { steps, groups }) {
    const { shape, dtype } = dy as Spec;
    return [{ shape: [steps, (w as Spec).shape[1] * groups, shape[2]], dtype }];
  },
  grad({ inputs, attrs, grads: [g], needs }) {
    const [dy, w] = inputs as SymbolicTensor[];
    const dw = () => applyAll(gradWOp, [g, dy], { ...attrs, taps: w.shape[0] })[0];
    return [
      needs[0] ? apply(convOp, [g, w, null], { ...attrs, steps: dy.shape[0] }) : null,
      needs[1] ? dw() : null,
    ] as never;
  },
};

const gradWOp: Op<ConvAttrs & { taps: number }> = {
  name: 'conv1dGradW',
  optional: [1],
  shard: alongLastAxis([], ['sum', 'sum'], ({ inputs, outputs }) => {
    const [steps, , rows] = (inputs[1] as Spec).shape;
    return steps * rows * sizeOf(outputs[0].shape);
  }),
  infer([x, dy], { taps, groups }) {
    const { shape, dtype } = x as Spec;
    const filters = (dy as Spec).shape[1];
    return [
      { shape: [taps, shape[1] / groups, filters], dtype },
      { shape: [filters], dtype },
    ];
  },
};

export type Padding = 'valid' | 'same' | 'causal';
export const PADDINGS: readonly Padding[] = ['valid', 'same', 'causal'];

export interface ConvOptions {
  /** [O], added to every step. */
  bias?: Operand | null;
  /** Steps between windows; default 1. */
  strides?: number;
  /** Steps between taps; default 1. */
  dilationRate?: number;
  /** 'valid' (default), 'same' (zeros on both sides), 'causal' (zeros on the left only). */
  padding?: Padding;
  /** Splits channels into groups that do not see each other; default 1. */
  groups?: number;
  /** A fused activation by name. */
  activation?: string;
}

/** Length of the result and zeros on the left for a window of `span` steps. */
export function convGeometry(
  steps: number,
  span: number,
  stride: number,
  padding: Padding,
): { steps: number; padLeft: number } {
  if (padding === 'valid') return { steps: Math.max(0, Math.floor((steps - span) / stride) + 1), padLeft: 0 };
  const result = Math.ceil(steps / stride);
  if (padding === 'causal') return { steps: result, padLeft: span - 1 };
  return { steps: result, padLeft: Math.floor(Math.max(0, (result - 1) * stride + span - steps) / 2) };
}

/**
 * y[b, t, o] = act(Σ_k Σ_f x[b, t·stride + k·dilation − pad, f] · w[k, f, o] + bias[o]).
 *
 * @param x [B, T, F]
 * @param w [K, F / groups, O]
 */
export function conv1d(x: Operand, w: Operand, options: ConvOptions = {}): TensorBase {
  const who = 'ops.conv1d';
  checkOptions(who, options, ['bias', 'strides', 'dilationRate', 'padding', 'groups', 'activation']);
  const t = operand(x, undefined, who);
  const kernel = operand(w, t.dtype, who);
  const { strides = 1, dilationRate = 1, padding = 'valid', groups = 1 } = options;
  for (const [name, value] of Object.entries({ strides, dilationRate, groups })) checkInteger(who, name, value, 1);
  if (!PADDINGS.includes(padding))
    throw new ValueError(`${who}: unknown padding '${padding}'.${suggestion(padding, PADDINGS)}`);
  if (t.rank !== 3)
    throw new ShapeError(`${who}: expected x of shape [batch, steps, features], got ${showShape(t.shape)}.`);
  if (kernel.rank !== 3 || kernel.shape[1] * groups !== t.shape[2] || kernel.shape[2] % groups !== 0) {
    throw new ShapeError(
      `${who}: kernel ${showShape(kernel.shape)} for x ${showShape(t.shape)} in ${groups} group(s); expected [taps, ${t.shape[2] / groups}, filters].`,
    );
  }
  const span = (kernel.shape[0] - 1) * dilationRate + 1;
  const { steps, padLeft } = convGeometry(t.shape[1], span, strides, padding);
  if (steps < 1 && t.shape[1] > 0)
    throw new ShapeError(`${who}: a window of ${span} steps does not fit ${t.shape[1]} steps with padding 'valid'.`);
  const attrs: ConvAttrs = {
    stride: strides,
    dilation: dilationRate,
    padLeft,
    groups,
    steps,
    activation: options.activation,
  };
  const bias = options.bias == null ? null : operand(options.bias, t.dtype, who);
  return transpose(apply(convOp, [transpose(t, [1, 2, 0]), kernel, bias], attrs), [2, 0, 1]);
}

export interface ConvTransposeOptions {
  /** [O], added to every step. */
  bias?: Operand | null;
  /** Steps of the result for each step of x; default 1. */
  strides?: number;
  /** Steps between taps; default 1. */
  dilationRate?: number;
  /** 'valid' (default): all that a step reaches. 'same': strides times as many steps as x. */
  padding?: 'valid' | 'same';
  /** Further steps at the end, below strides; default: as many as the padding's rule gives. */
  outputPadding?: number | null;
}

/**
 * The transpose of conv1d, which lengthens a sequence: every step of x adds its taps to the result.
 *
 * @param x [B, T, F]
 * @param w [K, O, F]
 * @returns [B, T', O]
 */
export function conv1dTranspose(x: Operand, w: Operand, options: ConvTransposeOptions = {}): TensorBase {
  const who = 'ops.conv1dTranspose';
  checkOptions(who, options, ['bias', 'strides', 'dilationRate', 'padding', 'outputPadding']);
  const t = operand(x, undefined, who);
  const kernel = operand(w, t.dtype, who);
  const { strides = 1, dilationRate = 1, padding = 'valid', outputPadding = null } = options;
  for (const [name, value] of Object.entries({ strides, dilationRate })) checkInteger(who, name, value, 1);
  checkChoice(who, 'padding', padding, ['valid', 'same']);
  if (outputPadding !== null && checkInteger(who, 'outputPadding', outputPadding, 0) >= strides)
    throw new ValueError(`${who}: outputPadding ${outputPadding} must be below strides ${strides}.`);
  if (t.rank !== 3 || kernel.rank !== 3 || kernel.shape[2] !== t.shape[2])
    throw new ShapeError(
      `${who}: kernel ${showShape(kernel.shape)} for x ${showShape(t.shape)}; expected [taps, filters, features] and [batch, steps, features].`,
    );
  const length = t.shape[1];
  const span = (kernel.shape[0] - 1) * dilationRate + 1;
  const steps = transposedSteps(length, span, strides, padding, outputPadding);
  const forward = convGeometry(steps, span, strides, padding);
  if (forward.steps !== length)
    throw new ShapeError(
      `${who}: outputPadding ${outputPadding} does not fit ${length} steps, strides ${strides} and ${span} taps.`,
    );
  const attrs: ConvAttrs = { stride: strides, dilation: dilationRate, padLeft: forward.padLeft, groups: 1, steps };
  const y = transpose(apply(gradXOp, [transpose(t, [1, 2, 0]), kernel], attrs), [2, 0, 1]);
  return options.bias == null ? y : add(y, operand(options.bias, t.dtype, who));
}

function transposedSteps(length: number, span: number, stride: number, padding: string, extra: number | null): number {
  if (length === 0) return 0;
  if (padding === 'valid') return (length - 1) * stride + span + (extra ?? Math.max(0, stride - span));
  return extra === null ? length * stride : (length - 1) * stride + (span % 2) + extra;
}
