import { layers, ops, type DType, type Layer, type RNNCell, type Tensor } from '../../../lib/index.js';
import { Unsupported } from '../configs.js';
import type { Config } from '../fixture.js';

// TensorFlow 1's cells as cells of this library. Its kernels hold the rows of the inputs, then those of the state; a
// rearrangement gives our weights from its own, and just so our gradients from its own.

type Stored = (name: string) => Tensor;

export interface Tf1Cell {
  readonly cell: Layer & RNNCell;
  /** Our weights, in our order. */
  readonly weights: (stored: Stored) => Tensor[];
  /** Where each of our states is among TensorFlow's: an LSTM's come as c, h. */
  readonly states: readonly number[];
}

const rows = (t: Tensor, from: number, to: number | null) => ops.slice(t, [[from, to]]) as Tensor;
const columns = (t: Tensor, from: number, to: number | null) =>
  ops.slice(t, [...t.shape.slice(1).map(() => null), [from, to]]) as Tensor;
const joined = (...parts: Tensor[]) => ops.concatenate(parts, -1) as Tensor;

const LSTM_STATES = [1, 0];

function basic({ num_units: units, activation }: any, inputs: number, dtype: DType): Tf1Cell {
  return {
    cell: layers.simpleRNNCell({ units, activation: activation ?? 'tanh', dtype }),
    weights: (w) => [rows(w('kernel'), 0, inputs), rows(w('kernel'), inputs, null), w('bias')],
    states: [0],
  };
}

/** Gates r, u; ours are z (which is u), r and the candidate. */
function gru({ num_units: units, activation }: any, inputs: number, dtype: DType): Tf1Cell {
  const ours = (gates: Tensor, candidate: Tensor) =>
    joined(columns(gates, units, null), columns(gates, 0, units), candidate);
  return {
    cell: layers.gruCell({ units, activation: activation ?? 'tanh', resetAfter: false, dtype }),
    weights: (w) => {
      const kernel = ours(w('gates/kernel'), w('candidate/kernel'));
      return [rows(kernel, 0, inputs), rows(kernel, inputs, null), ours(w('gates/bias'), w('candidate/bias'))];
    },
    states: [0],
  };
}

function lstm(config: any, inputs: number, dtype: DType): Tf1Cell {
  const { num_units: units, forget_bias, use_peepholes, cell_clip, num_proj, activation } = config;
  const cell = layers.lstmCell({
    units,
    activation: activation ?? 'tanh',
    forgetBias: forget_bias,
    usePeepholes: use_peepholes,
    cellClip: cell_clip,
    projectionUnits: num_proj,
    gateOrder: 'ijfo',
    dtype,
  });
  return {
    cell,
    weights: (w) => [
      rows(w('kernel'), 0, inputs),
      rows(w('kernel'), inputs, null),
      w('bias'),
      ...(use_peepholes ? [ops.stack([w('w_i_diag'), w('w_f_diag'), w('w_o_diag')]) as Tensor] : []),
      ...(num_proj ? [w('projection/kernel')] : []),
    ],
    states: LSTM_STATES,
  };
}

function layerNormLSTM(config: any, _inputs: number, dtype: DType): Tf1Cell {
  const { num_units: units, forget_bias: forgetBias, epsilon } = config;
  const norms = ['x', 'h', 'c'].flatMap((part) => [`gamma_${part}`, `beta_${part}`]);
  return {
    cell: layers.layerNormLSTMCell({ units, forgetBias, epsilon, gateOrder: 'ijfo', dtype }),
    weights: (w) => ['kernel', 'recurrent_kernel', 'bias', ...norms].map(w),
    states: LSTM_STATES,
  };
}

function layerNormBasicLSTM(config: any, inputs: number, dtype: DType): Tf1Cell {
  const { num_units: units, forget_bias: forgetBias, epsilon } = config;
  const parts = ['input', 'transform', 'forget', 'output', 'state'];
  return {
    cell: layers.layerNormBasicLSTMCell({ units, forgetBias, epsilon, gateOrder: 'ijfo', dtype }),
    weights: (w) => [
      rows(w('kernel'), 0, inputs),
      rows(w('kernel'), inputs, null),
      ...parts.flatMap((part) => [w(`${part}/gamma`), w(`${part}/beta`)]),
    ],
    states: LSTM_STATES,
  };
}

function multi({ cells }: any, inputs: number, dtype: DType): Tf1Cell {
  let [features, states] = [inputs, 0];
  const found = (cells as Config[]).map((config, k) => {
    const one = tf1Cell(config, features, dtype);
    features = one.cell.outputSize as number;
    const first = states;
    states += one.states.length;
    return { ...one, prefix: `cell_${k}/`, states: one.states.map((at) => first + at) };
  });
  return {
    cell: layers.stackedRNNCells({ cells: found.map(({ cell }) => cell) }),
    weights: (w) => found.flatMap(({ weights, prefix }) => weights((name) => w(prefix + name))),
    states: found.flatMap((one) => one.states),
  };
}

function projected({ cell: config, output_size: outputSize, activation }: any, inputs: number, dtype: DType): Tf1Cell {
  const inner = tf1Cell(config as Config, inputs, dtype);
  return {
    cell: layers.outputProjectionWrapper({ cell: inner.cell, outputSize, activation: activation ?? null, dtype }),
    weights: (w) => [...inner.weights(w), w('projection_wrapper/kernel'), w('projection_wrapper/bias')],
    states: inner.states,
  };
}

const CELLS: Readonly<Record<string, (config: any, inputs: number, dtype: DType) => Tf1Cell>> = {
  BasicRNNCell: basic,
  GRUCell: gru,
  BasicLSTMCell: lstm,
  LSTMCell: lstm,
  LayerNormLSTM: layerNormLSTM,
  LayerNormBasicLSTMCell: layerNormBasicLSTM,
  MultiRNNCell: multi,
  OutputProjectionWrapper: projected,
};

/** @param inputs Size of the inputs' last axis. @throws Unsupported. */
export function tf1Cell({ class_name, config }: Config, inputs: number, dtype: DType): Tf1Cell {
  const make = CELLS[class_name];
  if (!make) throw new Unsupported(class_name);
  return make(config, inputs, dtype);
}
