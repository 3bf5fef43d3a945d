import { applyAll, operand, type Operand } from '../program/apply.js';
import { checkOptions, ShapeError, suggestion, ValueError } from '../program/errors.js';
import type { Op } from '../program/op.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape, type Shape, type Spec } from '../program/types.js';
import { fusedActivations } from './fused_activation.js';
import { transpose } from './shape.js';

// The fused recurrent kernels: all steps in one instruction, forward and backward. They work on [T, F, B]; the public
// functions take and give [B, T, F].

type Cell = 'simple' | 'lstm' | 'gru' | 'gruResetAfter';

interface RnnAttrs extends Record<string, string | number | boolean | undefined> {
  cell: Cell;
  activation: string;
  recurrentActivation: string;
  reverse?: boolean;
  cellClip?: number;
  forgetBias?: number;
  order?: string;
}

/** Columns of the kernel per unit, and rows that the backward kernel keeps per unit and step. */
const CELLS: Readonly<Record<Cell, { gates: number; reserve: number }>> = {
  simple: { gates: 1, reserve: 0 },
  lstm: { gates: 4, reserve: 5 },
  gru: { gates: 3, reserve: 3 },
  gruResetAfter: { gates: 3, reserve: 4 },
};

// Operands of the kernel, in order; the gradient kernel gets the same and more.
const OPERANDS = ['x', 'kernel', 'recurrent', 'bias', 'h0', 'c0', 'mask', 'recurrentDropout', 'peephole'] as const;
type Operands = Record<(typeof OPERANDS)[number], TensorBase | null>;

const rnnOp: Op<RnnAttrs> = {
  name: 'rnn',
  optional: [0, 1, 2, 3, 4],
  infer([x, kernel], { cell }) {
    const [steps, , batch] = (x as Spec).shape;
    const units = (kernel as Spec).shape[1] / CELLS[cell].gates;
    const dtype = (x as Spec).dtype;
    return [
      { shape: [steps, units, batch], dtype },
      { shape: [units, batch], dtype },
      { shape: [steps, units, batch], dtype },
      { shape: [units, batch], dtype },
      { shape: [steps, CELLS[cell].reserve * units, batch], dtype },
    ];
  },
  grad({ inputs, outputs, attrs, grads, needs }) {
    const lstm = attrs.cell === 'lstm';
    const [h, , c, , reserve] = outputs;
    const extra = [
      h,
      lstm ? c : null,
      attrs.cell === 'simple' ? null : reserve,
      grads[0],
      grads[1],
      lstm ? grads[2] : null,
      lstm ? grads[3] : null,
    ];
    const [dx, dkernel, drecurrent, dbias, dh0, dc0, dpeephole] = applyAll(rnnGradOp, [...inputs, ...extra], attrs);
    return [dx, dkernel, drecurrent, dbias, dh0, dc0, null, null, dpeephole].map((d, i) =>
      needs[i] ? d : null,
    ) as never;
  },
};

const rnnGradOp: Op<RnnAttrs> = {
  name: 'rnnGrad',
  optional: [0, 1, 2, 3, 4, 5, 6],
  infer(inputs) {
    const [x, kernel, recurrent, bias, , , , , peephole] = inputs;
    const units = (recurrent as Spec).shape[0];
    const batch = (x as Spec).shape[2];
    const state = { shape: [units, batch], dtype: (x as Spec).dtype };
    return [x as Spec, kernel as Spec, recurrent as Spec, bias ?? state, state, state, peephole ?? state];
  },
};

/** What the fused recurrent functions share. Shapes: T steps, B batch, F features, H units. */
export interface RecurrentOptions {
  /** [B, T, F] */
  x: Operand;
  /** [F, gates·H] */
  kernel: Operand;
  /** [H, gates·H] */
  recurrentKernel: Operand;
  /** [gates·H]; GRU with resetAfter [2, 3·H] */
  bias?: Operand | null;
  /** One tensor [B, H], or for LSTM [h, c]. Default zeros. */
  initialState?: Operand | readonly TensorBase[] | null;
  /** A fused activation by name; default tanh. */
  activation?: string;
  /** Gates; default sigmoid. */
  recurrentActivation?: string;
  /** Walk time backwards; results come in the order of computation. */
  goBackwards?: boolean;
  /** bool [B, T]: a false step keeps the state. */
  mask?: Operand | null;
  /** [B, H], multiplies the state before every recurrent product. */
  recurrentDropoutMask?: Operand | null;
}

export interface LstmOptions extends RecurrentOptions {
  /** [3, H]: diagonal weights from the cell state to the input, forget and output gates. */
  peepholes?: Operand | null;
  /** Limits the cell state to ±cellClip. */
  cellClip?: number;
  /** Added to the forget gate before its activation; default 0 (Keras keeps it in the bias). */
  forgetBias?: number;
  /** Columns of the kernel: 'ifco' (Keras, default) or 'ijfo' (TensorFlow 1). */
  gateOrder?: 'ifco' | 'ijfo';
}

export interface GruOptions extends RecurrentOptions {
  /** Apply the reset gate after the recurrent product (cuDNN's form); default true. */
  resetAfter?: boolean;
}

/** Every step's state [B, T, H] and the last states [B, H] (LSTM: h, c). */
export interface RecurrentResult {
  outputs: TensorBase;
  states: TensorBase[];
}

const COMMON = [
  'x',
  'kernel',
  'recurrentKernel',
  'bias',
  'initialState',
  'activation',
  'recurrentActivation',
  'goBackwards',
  'mask',
  'recurrentDropoutMask',
];

function run(who: string, cell: Cell, options: LstmOptions): RecurrentResult {
  const x = operand(options.x, undefined, who);
  if (x.rank !== 3)
    throw new ShapeError(`${who}: expected x of shape [batch, steps, features], got ${showShape(x.shape)}.`);
  const [batch, steps, features] = x.shape;
  const kernel = operand(options.kernel, x.dtype, who);
  const { gates } = CELLS[cell];
  const units = kernel.shape[1] / gates;
  if (!Number.isInteger(units))
    throw new ShapeError(`${who}: kernel ${showShape(kernel.shape)} does not have ${gates} equal parts.`);
  const states =
    options.initialState == null
      ? []
      : Array.isArray(options.initialState) && options.initialState.some((s) => typeof s === 'object')
        ? (options.initialState as Operand[])
        : [options.initialState as Operand];
  const take = (value: Operand | null | undefined, shape: Shape, what: string, perm?: readonly number[]) => {
    if (value == null) return null;
    const t = operand(value, what === 'mask' ? 'bool' : x.dtype, who);
    if (t.rank !== shape.length || t.shape.some((n, i) => n !== shape[i]))
      throw new ShapeError(`${who}: ${what} has shape ${showShape(t.shape)}, expected ${showShape(shape)}.`);
    return perm ? transpose(t, perm) : t;
  };
  const operands: Operands = {
    x: transpose(x, [1, 2, 0]),
    kernel: take(kernel, [features, gates * units], 'kernel'),
    recurrent: take(options.recurrentKernel, [units, gates * units], 'recurrentKernel'),
    bias: take(options.bias, cell === 'gruResetAfter' ? [2, gates * units] : [gates * units], 'bias'),
    h0: take(states[0], [batch, units], 'initialState', [1, 0]),
    c0: cell === 'lstm' ? take(states[1], [batch, units], 'initialState', [1, 0]) : null,
    mask: take(options.mask, [batch, steps], 'mask', [1, 0]),
    recurrentDropout: take(options.recurrentDropoutMask, [batch, units], 'recurrentDropoutMask', [1, 0]),
    peephole: take(options.peepholes, [3, units], 'peepholes'),
  };
  const attrs: RnnAttrs = {
    cell,
    activation: fusedName(who, options.activation ?? 'tanh'),
    recurrentActivation: fusedName(who, options.recurrentActivation ?? 'sigmoid'),
    reverse: options.goBackwards || undefined,
    cellClip: options.cellClip,
    forgetBias: options.forgetBias,
    order: options.gateOrder,
  };
  const [h, hT, , cT] = applyAll(
    rnnOp,
    OPERANDS.map((name) => operands[name]),
    attrs,
  );
  const last = [hT, cT].slice(0, cell === 'lstm' ? 2 : 1);
  return { outputs: transpose(h, [2, 0, 1]), states: last.map((s) => transpose(s, [1, 0])) };
}

function fusedName(who: string, name: string): string {
  const valid = Object.keys(fusedActivations);
  if (!valid.includes(name))
    throw new ValueError(`${who}: '${name}' is not a fused activation.${suggestion(name, valid)}`);
  return name;
}

/** h_t = act(x_t·W + h_{t−1}·U + b), all steps in one kernel. */
export function simpleRNN(options: RecurrentOptions): RecurrentResult {
  checkOptions('ops.simpleRNN', options, COMMON);
  return run('ops.simpleRNN', 'simple', options);
}

/** Long short-term memory (Hochreiter & Schmidhuber 1997, forget gate by Gers et al. 2000), all steps in one kernel. */
export function lstm(options: LstmOptions): RecurrentResult {
  checkOptions('ops.lstm', options, [...COMMON, 'peepholes', 'cellClip', 'forgetBias', 'gateOrder']);
  return run('ops.lstm', 'lstm', options);
}

/** Gated recurrent unit (Cho et al. 2014), all steps in one kernel. */
export function gru(options: GruOptions): RecurrentResult {
  checkOptions('ops.gru', options, [...COMMON, 'resetAfter']);
  const { resetAfter = true, ...rest } = options;
  return run('ops.gru', resetAfter ? 'gruResetAfter' : 'gru', rest);
}
