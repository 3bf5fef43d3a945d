import { applyAll, operand, type Operand } from '../program/apply.js';
import { checkChoice, checkOptions, ShapeError, ValueError } from '../program/errors.js';
import type { Op, ShardContext, Sharding } from '../program/op.js';
import { alongLastAxis } from '../program/shard_rules.js';
import { currentOwner } from '../program/owner.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape, sizeOf, type Shape, type Spec } from '../program/types.js';
import { fusedActivations, inputActivations } from './fused_activation.js';
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
  norm?: 'state' | 'gates';
  epsilon?: number;
  takeH?: number;
  takeC?: number;
  /** Which it belongs to, for reports of its form. */
  layer?: string;
}

/** Columns of the kernel per unit, and rows that the backward kernel keeps per unit and step. */
const CELLS: Readonly<Record<Cell, { gates: number; reserve: number }>> = {
  simple: { gates: 1, reserve: 0 },
  lstm: { gates: 4, reserve: 5 },
  gru: { gates: 3, reserve: 3 },
  gruResetAfter: { gates: 3, reserve: 4 },
};

/** Rows that the backward kernel keeps per unit and step; a simple cell's one where h does not tell the slope. */
function reserveOf({ cell, activation, takeH }: RnnAttrs, inputs: readonly unknown[]): number {
  const zoned = takeH !== undefined || inputs[OPERANDS.indexOf('zoneH')] != null;
  return cell === 'simple' && (zoned || inputActivations.includes(activation)) ? 1 : CELLS[cell].reserve;
}

/** Values of a sample that the norms of a step see, and how many norms there are. */
function normed({ cell, norm }: RnnAttrs, units: number): { values: number; norms: number } {
  if (!norm) return { values: 0, norms: 0 };
  const memory = cell === 'lstm' ? 1 : 0;
  const { gates } = CELLS[cell];
  return { values: (gates + memory) * units, norms: (norm === 'gates' ? gates : 1) + memory };
}

// Operands of the kernel, in order; the gradient kernel gets the same and more.
const OPERANDS = [
  'x',
  'kernel',
  'recurrent',
  'bias',
  'h0',
  'c0',
  'mask',
  'recurrentDropout',
  'peephole',
  'normScale',
  'normShift',
  'stateDropout',
  'zoneH',
  'zoneC',
] as const;
type Operands = Record<(typeof OPERANDS)[number], TensorBase | null>;

const WEIGHTS = ['kernel', 'recurrent', 'bias', 'peephole', 'normScale', 'normShift'] as const;
const WEIGHT_INPUTS = WEIGHTS.map((name) => OPERANDS.indexOf(name));

// Units that fill half a vector of the widest instruction set.
const FEW_UNITS = 8;
// Units whose weights lie packed (packsUnits in native/cpu/ops/rnn.cc): several samples read them together.
const LARGE_UNITS = 64;

/** Multiply-adds of a pass over the steps. */
function workOf({ inputs }: ShardContext<RnnAttrs>): number {
  const [x, kernel, recurrent] = inputs as Spec[];
  const matrices = (kernel ? sizeOf(kernel.shape) : 0) + sizeOf(recurrent.shape);
  return x.shape[0] * x.shape[2] * matrices;
}

/**
 * The kernels take the units of a lone sample as lanes, but for norms and what happens to states between the steps
 * (RnnConfig::alone in native/cpu/rnn/config.h).
 */
function sparse({ inputs, attrs }: ShardContext<RnnAttrs>): boolean {
  const between = ['stateDropout', 'zoneH', 'zoneC'] as const;
  if (attrs.norm || (attrs.takeH ?? 1) !== 1 || (attrs.takeC ?? 1) !== 1) return true;
  return between.some((name) => inputs[OPERANDS.indexOf(name)]) || (inputs[2] as Spec).shape[0] < FEW_UNITS;
}

/** Only what keeps nothing for a gradient takes two samples together. */
const inPairs = ({ inputs }: ShardContext<RnnAttrs>) => (inputs[2] as Spec).shape[0] >= LARGE_UNITS || undefined;

function shardWith(
  outputs: readonly (number | 'sum')[],
  pairs: (context: ShardContext<RnnAttrs>) => boolean | undefined,
): (context: ShardContext<RnnAttrs>) => Sharding {
  const rule = alongLastAxis(WEIGHT_INPUTS, outputs, workOf);
  return (context) => ({ ...rule(context), sparse: sparse(context), pairs: pairs(context) });
}

const rnnOp: Op<RnnAttrs> = {
  name: 'rnn',
  optional: [0, 1, 2, 3, 4, 5],
  shard: shardWith([2, 1, 2, 1, 2, 2], inPairs),
  infer(inputs, attrs) {
    const [x, , recurrent] = inputs;
    const [steps, , batch] = (x as Spec).shape;
    const [units] = (recurrent as Spec).shape;
    const dtype = (x as Spec).dtype;
    const { values, norms } = normed(attrs, units);
    const memory = attrs.cell === 'lstm' ? units : 0;
    return [
      { shape: [steps, units, batch], dtype },
      { shape: [units, batch], dtype },
      { shape: [steps, memory, batch], dtype },
      { shape: [memory, batch], dtype },
      { shape: [steps, reserveOf(attrs, inputs) * units, batch], dtype },
      { shape: [steps, values + norms, batch], dtype },
    ];
  },
  grad({ inputs, outputs, attrs, grads, needs }) {
    const lstm = attrs.cell === 'lstm';
    const [h, , c, , reserve, normalized] = outputs;
    const extra = [
      h,
      lstm ? c : null,
      reserveOf(attrs, inputs) === 0 ? null : reserve,
      attrs.norm ? normalized : null,
      grads[0],
      grads[1],
      lstm ? grads[2] : null,
      lstm ? grads[3] : null,
    ];
    const [dx, dkernel, drecurrent, dbias, dh0, dc0, ...rest] = applyAll(rnnGradOp, [...inputs, ...extra], attrs);
    const all = [dx, dkernel, drecurrent, dbias, dh0, dc0, null, null, ...rest.slice(0, 3), null, null, null];
    return all.map((d, i) => (needs[i] ? d : null)) as never;
  },
};

const rnnGradOp: Op<RnnAttrs> = {
  name: 'rnnGrad',
  optional: [0, 1, 2, 3, 4, 5, 6, 7, 8],
  shard: shardWith([2, 'sum', 'sum', 'sum', 1, 1, 'sum', 'sum', 'sum', 2], () => false),
  // The gradients of the sums take the place of what was kept of the gates.
  inPlace: { 9: OPERANDS.length + 2 },
  infer(inputs) {
    const [x, kernel, recurrent, bias, , , , , peephole, scale, shift] = inputs;
    const reserve = inputs[OPERANDS.length + 2];
    const units = (recurrent as Spec).shape[0];
    const batch = (x as Spec).shape[2];
    const state = { shape: [units, batch], dtype: (x as Spec).dtype };
    const [first, second] = [x, recurrent] as Spec[];
    // What is not there gets no gradient; the shape only fills the place.
    return [
      first,
      kernel ?? state,
      second,
      bias ?? state,
      state,
      state,
      peephole ?? state,
      scale ?? state,
      shift ?? state,
      reserve ?? { shape: [first.shape[0], units, batch], dtype: first.dtype },
    ];
  },
};

/**
 * Layer normalization inside every step (Ba, Kiros & Hinton 2016). 'state': of the product with the state, over all
 * gates, and of the memory that an LSTM's output sees; x then holds the input's part of the sums, without a kernel and a
 * bias. 'gates' (LSTM): of each gate's whole sum, and of the memory that is carried on.
 */
export interface StepNorm {
  of: 'state' | 'gates';
  /** [gates·H], LSTM [gates·H + H]: in the order of the kernel's columns, the memory's last. */
  scale: Operand;
  /** As scale. */
  shift: Operand;
  /** Added to the variance; default 1e-5. */
  epsilon?: number;
}

/** What the fused recurrent functions share. Shapes: T steps, B batch, F features, H units. */
export interface RecurrentOptions {
  /** [B, T, F]; with a norm of 'state' [B, T, gates·H] */
  x: Operand;
  /** [F, gates·H]; null with a norm of 'state' */
  kernel: Operand | null;
  /** [H, gates·H] */
  recurrentKernel: Operand;
  /** [gates·H]; GRU with resetAfter [2, 3·H] */
  bias?: Operand | null;
  /** One tensor [B, H], or for LSTM [h, c]. Default zeros. */
  initialState?: Operand | readonly TensorBase[] | null;
  /** A fused activation, or one of silu, hardSilu, mish, gelu and tanhShrink, by name; default tanh. */
  activation?: string;
  /** Gates; default sigmoid. */
  recurrentActivation?: string;
  /** Walk time backwards; results come in the order of computation. */
  goBackwards?: boolean;
  /** bool [B, T]: a false step keeps the state. */
  mask?: Operand | null;
  /** [B, H], multiplies the state before every recurrent product. */
  recurrentDropoutMask?: Operand | null;
  /**
   * [B, T, H] or [B, H], multiplies the state (of an LSTM h) that goes on from a step and is the last, but not the output;
   * steps in the order of computation. Not together with a mask.
   */
  stateDropoutMask?: Operand | null;
  /**
   * For each state, where it stays as it was (Krueger et al. 2016): [B, T, H] in the order of computation with 0 there, or
   * a number from 0 to 1, how much of the new state is taken.
   */
  zoneout?: readonly (Operand | number)[] | null;
}

export interface LstmOptions extends RecurrentOptions {
  /** Not together with peepholes. */
  norm?: StepNorm;
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
  /** Of 'state', with resetAfter. */
  norm?: StepNorm;
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
  'stateDropoutMask',
  'zoneout',
];

function run(who: string, cell: Cell, options: LstmOptions): RecurrentResult {
  const x = operand(options.x, undefined, who);
  if (x.rank !== 3)
    throw new ShapeError(`${who}: expected x of shape [batch, steps, features], got ${showShape(x.shape)}.`);
  const [batch, steps, features] = x.shape;
  const { norm } = options;
  const recurrent = operand(options.recurrentKernel, x.dtype, who);
  const [units] = recurrent.shape;
  const { gates } = CELLS[cell];
  if (norm) checkNorm(who, cell, norm, options);
  const given = norm?.of === 'state';
  if (given !== (options.kernel == null) || (given && options.bias != null))
    throw new ValueError(
      `${who}: a kernel is needed, but with a norm of 'state', where there is no kernel and no bias.`,
    );
  if (given && features !== gates * units)
    throw new ShapeError(`${who}: with a norm of 'state' x holds ${gates * units} sums, got ${showShape(x.shape)}.`);
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
  const zones = options.zoneout ?? [];
  if (zones.length > (cell === 'lstm' ? 2 : 1))
    throw new ValueError(`${who}: zoneout of ${zones.length} states, expected one per state.`);
  const taken = (zone?: Operand | number) => (typeof zone === 'number' && zone !== 1 ? zone : undefined);
  const dropped = options.stateDropoutMask == null ? null : operand(options.stateDropoutMask, x.dtype, who);
  if (dropped && options.mask != null) throw new ValueError(`${who}: a stateDropoutMask goes without a mask.`);
  const steady = dropped?.rank === 2;
  const attrs: RnnAttrs = {
    cell,
    activation: fusedName(who, options.activation ?? 'tanh'),
    recurrentActivation: fusedName(who, options.recurrentActivation ?? 'sigmoid'),
    reverse: options.goBackwards || undefined,
    cellClip: options.cellClip,
    forgetBias: options.forgetBias,
    order: options.gateOrder,
    norm: norm?.of,
    epsilon: norm?.epsilon,
    takeH: taken(zones[0]),
    takeC: taken(zones[1]),
    layer: currentOwner(),
  };
  const { values } = normed(attrs, units);
  const zoneMask = (zone?: Operand | number) =>
    typeof zone === 'number' ? null : take(zone, [batch, steps, units], 'zoneout', [1, 2, 0]);
  const operands: Operands = {
    x: transpose(x, [1, 2, 0]),
    kernel: take(options.kernel, [features, gates * units], 'kernel'),
    recurrent: take(recurrent, [units, gates * units], 'recurrentKernel'),
    bias: take(options.bias, cell === 'gruResetAfter' ? [2, gates * units] : [gates * units], 'bias'),
    h0: take(states[0], [batch, units], 'initialState', [1, 0]),
    c0: cell === 'lstm' ? take(states[1], [batch, units], 'initialState', [1, 0]) : null,
    mask: take(options.mask, [batch, steps], 'mask', [1, 0]),
    recurrentDropout: take(options.recurrentDropoutMask, [batch, units], 'recurrentDropoutMask', [1, 0]),
    peephole: take(options.peepholes, [3, units], 'peepholes'),
    normScale: take(norm?.scale, [values], 'norm.scale'),
    normShift: take(norm?.shift, [values], 'norm.shift'),
    stateDropout: steady
      ? take(dropped, [batch, units], 'stateDropoutMask', [1, 0])
      : take(dropped, [batch, steps, units], 'stateDropoutMask', [1, 2, 0]),
    zoneH: zoneMask(zones[0]),
    zoneC: zoneMask(zones[1]),
  };
  const [h, hT, , cT] = applyAll(
    rnnOp,
    OPERANDS.map((name) => operands[name]),
    attrs,
  );
  const last = [hT, cT].slice(0, cell === 'lstm' ? 2 : 1);
  return { outputs: transpose(h, [2, 0, 1]), states: last.map((s) => transpose(s, [1, 0])) };
}

function checkNorm(who: string, cell: Cell, norm: StepNorm, { peepholes }: LstmOptions): void {
  checkOptions(`${who}: norm`, norm, ['of', 'scale', 'shift', 'epsilon']);
  if (cell === 'gru') throw new ValueError(`${who}: a norm needs resetAfter.`);
  checkChoice(who, 'norm.of', norm.of, cell === 'lstm' ? ['state', 'gates'] : ['state']);
  if (peepholes != null) throw new ValueError(`${who}: there is no kernel for a norm together with peepholes.`);
}

function fusedName(who: string, name: string): string {
  return checkChoice(who, 'activation', name, [...Object.keys(fusedActivations), ...inputActivations]);
}

/** h_t = act(x_t·W + h_{t−1}·U + b), all steps in one kernel. */
export function simpleRNN(options: RecurrentOptions): RecurrentResult {
  checkOptions('ops.simpleRNN', options, COMMON);
  return run('ops.simpleRNN', 'simple', options);
}

/** Long short-term memory (Hochreiter & Schmidhuber 1997, forget gate by Gers et al. 2000), all steps in one kernel. */
export function lstm(options: LstmOptions): RecurrentResult {
  checkOptions('ops.lstm', options, [...COMMON, 'peepholes', 'cellClip', 'forgetBias', 'gateOrder', 'norm']);
  return run('ops.lstm', 'lstm', options);
}

/** Gated recurrent unit (Cho et al. 2014), all steps in one kernel. */
export function gru(options: GruOptions): RecurrentResult {
  checkOptions('ops.gru', options, [...COMMON, 'resetAfter', 'norm']);
  const { resetAfter = true, ...rest } = options;
  return run('ops.gru', resetAfter ? 'gruResetAfter' : 'gru', rest);
}
