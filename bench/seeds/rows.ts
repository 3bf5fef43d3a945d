import { layers, type Layer } from 'seqnn';
import { LNSimpleRNNCell } from '../../examples/ln_simple_rnn_cell.js';
import { AHEAD, type Task } from './datasets.js';
import { dates } from './dates.js';
import { digits } from './digits.js';
import { co2, sunspots } from './real_series.js';
import { relu100 } from './relu100.js';
import { charRnn, sentiment } from './text.js';

/** What one run of a row reached, under the names of the JSON format. */
export interface Figures {
  valid_mse?: number;
  valid_last_step_mse?: number;
  /** In the units of the series. */
  valid_rmse?: number;
  valid_loss?: number;
  accuracy?: number;
}

export interface Run {
  figures: Figures;
  params: number;
}

interface Named {
  name: string;
  /** Unless the command is given another number. Default 20. */
  epochs?: number;
  /** Published validation error, and that of the last time step. */
  published?: number;
  publishedLast?: number;
  /** Row of test/goldens/seeds_reference.json: what Keras reaches with several seeds. */
  reference?: string;
}

/** A model that is trained in a way of its own. */
export interface OwnRow extends Named {
  run(seed: number, epochs: number): Promise<Run>;
}

/** A stack of layers on the generated series. */
export interface SeriesRow extends Named {
  task: Task;
  /** Absent: the last value of the window is the forecast. */
  layers?: () => Layer[];
  /** Of Adam. */
  learningRate: number;
  /** Forecasts one step and is iterated over the ten. */
  iterated?: boolean;
}

export type Row = OwnRow | SeriesRow;

const perStep = () => layers.timeDistributed({ layer: layers.dense({ units: AHEAD }) });
const twice = (make: () => Layer) => () => [make(), make(), perStep()];
const sequences = { units: 20, returnSequences: true };
const rnn20x2 = (outputs: number) => () => [
  layers.simpleRNN(sequences),
  layers.simpleRNN({ units: 20 }),
  layers.dense({ units: outputs }),
];
const causal = (dilationRate: number) =>
  layers.conv1D({ filters: 20, kernelSize: 2, padding: 'causal', activation: 'relu', dilationRate });

/** The models of the source material, in its order. */
export const ROWS: readonly Row[] = [
  { name: 'naive', task: 'oneStep', learningRate: 0, published: 0.0204, reference: 'naive_last_value' },
  {
    name: 'linear',
    task: 'oneStep',
    layers: () => [layers.flatten(), layers.dense({ units: 1 })],
    learningRate: 1e-3,
    published: 0.0035,
    reference: 'linear_flatten_dense1',
  },
  {
    name: 'rnn1',
    task: 'oneStep',
    layers: () => [layers.simpleRNN({ units: 1 })],
    learningRate: 1e-3,
    published: 0.0133,
    reference: 'simplernn1',
  },
  {
    name: 'rnn20x3',
    task: 'oneStep',
    layers: () => [layers.simpleRNN(sequences), layers.simpleRNN(sequences), layers.simpleRNN({ units: 1 })],
    learningRate: 1e-3,
    published: 0.003,
    reference: 'simplernn20_20_1',
  },
  {
    name: 'rnn20x2',
    task: 'oneStep',
    layers: rnn20x2(1),
    learningRate: 1e-3,
    published: 0.00272,
    reference: 'simplernn20_20_dense1',
  },
  { name: 'ahead10-iterated', task: 'oneStep', layers: rnn20x2(1), learningRate: 1e-3, iterated: true },
  { name: 'ahead10-vector', task: 'vector', layers: rnn20x2(AHEAD), learningRate: 1e-3 },
  {
    name: 'ahead10-seq',
    task: 'sequence',
    layers: twice(() => layers.simpleRNN(sequences)),
    learningRate: 1e-2,
    published: 0.0187,
    publishedLast: 0.0069,
    reference: 'ahead10_simplernn20x2_td10_lr0.01',
  },
  {
    name: 'ahead10-ln',
    task: 'sequence',
    layers: twice(() => layers.rnn({ cell: new LNSimpleRNNCell(20), returnSequences: true })),
    learningRate: 1e-2,
    published: 0.0184,
    publishedLast: 0.0079,
    reference: 'ahead10_lncell20x2_td10_lr0.01',
  },
  {
    name: 'ahead10-lstm',
    task: 'sequence',
    layers: twice(() => layers.lstm(sequences)),
    learningRate: 1e-2,
    published: 0.0131,
    publishedLast: 0.0025,
    reference: 'ahead10_lstm20x2_td10_lr0.01',
  },
  {
    name: 'ahead10-lstm-cell',
    task: 'sequence',
    layers: twice(() => layers.rnn({ cell: layers.lstmCell({ units: 20 }), returnSequences: true })),
    learningRate: 1e-2,
    published: 0.0131,
    publishedLast: 0.0025,
    reference: 'ahead10_lstm20x2_td10_lr0.01',
  },
  {
    name: 'ahead10-gru',
    task: 'sequence',
    layers: twice(() => layers.gru(sequences)),
    learningRate: 1e-2,
    published: 0.0143,
    publishedLast: 0.0039,
    reference: 'ahead10_gru20x2_td10_lr0.01',
  },
  {
    name: 'conv-gru',
    task: 'strided',
    layers: () => [
      layers.conv1D({ filters: 20, kernelSize: 4, strides: 2, padding: 'valid' }),
      ...twice(() => layers.gru(sequences))(),
    ],
    learningRate: 1e-3,
    reference: 'ahead10_conv4s2_gru20x2_td10',
  },
  {
    name: 'wavenet',
    task: 'sequence',
    layers: () => [...[1, 2, 4, 8, 1, 2, 4, 8].map(causal), layers.conv1D({ filters: AHEAD, kernelSize: 1 })],
    learningRate: 1e-3,
    reference: 'ahead10_wavenet',
  },
  dates,
  digits,
  relu100,
  charRnn,
  sentiment,
  sunspots,
  co2,
];
