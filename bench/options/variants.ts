import { activations, input, layers, type Layer, type LayerTensor } from '../../lib/index.js';

// Every option of a built-in recurrent layer as a model of two such layers, to be timed beside the plain one.

export const CELLS = {
  simpleRNN: { layer: layers.simpleRNN, cell: layers.simpleRNNCell, states: 1, gated: false },
  lstm: { layer: layers.lstm, cell: layers.lstmCell, states: 2, gated: true },
  gru: { layer: layers.gru, cell: layers.gruCell, states: 1, gated: true },
} as const;
export type CellName = keyof typeof CELLS;

/** What a variant may build upon. */
export interface Bench {
  cell: CellName;
  units: number;
  steps: number;
  batch: number;
}

/** Two recurrent layers on x [B, T, F], with further inputs of their own. */
export interface Stack {
  inputs: LayerTensor[];
  output: LayerTensor;
}

export interface Variant {
  name: string;
  /** The layers that have the option; default all. */
  cells?: readonly CellName[];
  /** Recurrent passes in place of one; the ratio is taken per pass. */
  passes?: number;
  build(bench: Bench, x: LayerTensor): Stack;
}

type Options = Record<string, unknown>;
const GATED: readonly CellName[] = ['lstm', 'gru'];
const LSTM: readonly CellName[] = ['lstm'];

function layerOf({ cell, units }: Bench, options: Options = {}): Layer {
  return CELLS[cell].layer({ units, returnSequences: true, ...options });
}

function twice(x: LayerTensor, make: () => Layer, kwargs?: Record<string, unknown>): LayerTensor {
  const output = (value: LayerTensor | LayerTensor[]) => (Array.isArray(value) ? value[0] : value);
  return output(make().apply(output(make().apply(x, kwargs)), kwargs));
}

/** The layer's own options. */
function own(name: string, options: Options, cells?: readonly CellName[]): Variant {
  return { name, cells, build: (bench, x) => ({ inputs: [], output: twice(x, () => layerOf(bench, options)) }) };
}

/** A cell around the built-in one, or in its place. */
function cell(name: string, wrap: (inner: any, bench: Bench) => any, cells?: readonly CellName[]): Variant {
  return {
    name,
    cells,
    build: (bench, x) => {
      const made = () => wrap(CELLS[bench.cell].cell({ units: bench.units }), bench);
      return { inputs: [], output: twice(x, () => layers.rnn({ cell: made(), returnSequences: true })) };
    },
  };
}

/** Arguments of the call, from inputs of the model. */
function called(name: string, inputsOf: (bench: Bench) => LayerTensor[], kwargs: (inputs: any) => Options): Variant {
  return {
    name,
    build: (bench, x) => {
      const inputs = inputsOf(bench);
      return { inputs, output: twice(x, () => layerOf(bench), kwargs(inputs)) };
    },
  };
}

// glu halves its input, so that no cell can have it.
const ACTIVATIONS = Object.keys(activations).filter((name) => !['get', 'glu', 'tanh'].includes(name));

/** The plain layer first. */
export const VARIANTS: readonly Variant[] = [
  own('plain', {}),
  called(
    'mask',
    ({ steps }) => [input({ shape: [steps], dtype: 'bool', name: 'mask' })],
    ([mask]) => ({ mask }),
  ),
  called(
    'sequenceLength',
    () => [input({ shape: [1], dtype: 'int32', name: 'lengths' })],
    ([sequenceLength]) => ({ sequenceLength }),
  ),
  called(
    'initialState',
    (bench) => Array.from({ length: CELLS[bench.cell].states }, () => input({ shape: [bench.units] })),
    (initialState) => ({ initialState }),
  ),
  own('returnState', { returnState: true }),
  own('goBackwards', { goBackwards: true }),
  own('stateful', { stateful: true }),
  own('zeroOutputForMask', { zeroOutputForMask: true }),
  own('unroll', { unroll: true }),
  own('swapMemory', { swapMemory: true }),
  own('useBias: false', { useBias: false }),
  own('dropout', { dropout: 0.2 }),
  own('recurrentDropout', { recurrentDropout: 0.2 }),
  own('both dropouts', { dropout: 0.2, recurrentDropout: 0.2 }),
  own('regularizers', { kernelRegularizer: 'l2', recurrentRegularizer: 'l2', biasRegularizer: 'l2' }),
  own('constraints', { kernelConstraint: 'maxNorm', recurrentConstraint: 'maxNorm' }),
  {
    name: 'bidirectional (a pass)',
    passes: 2,
    build: (bench, x) => ({
      inputs: [],
      output: twice(x, () => layers.bidirectional({ layer: layerOf(bench) as any, mergeMode: 'sum' })),
    }),
  },
  {
    name: 'batch normalization between',
    build: (bench, x) => {
      const first = layers.batchNormalization().apply(layerOf(bench).apply(x) as LayerTensor) as LayerTensor;
      return { inputs: [], output: layerOf(bench).apply(first) as LayerTensor };
    },
  },
  own('resetAfter: false', { resetAfter: false }, ['gru']),
  own('unitForgetBias: false', { unitForgetBias: false }, LSTM),
  own('forgetBias', { forgetBias: 1 }, LSTM),
  own('usePeepholes', { usePeepholes: true }, LSTM),
  own('cellClip', { cellClip: 1 }, LSTM),
  own("gateOrder: 'ijfo'", { gateOrder: 'ijfo' }, LSTM),
  {
    name: 'projectionUnits (half)',
    cells: LSTM,
    build: (bench, x) => ({
      inputs: [],
      output: twice(x, () => layerOf(bench, { projectionUnits: bench.units >> 1 })),
    }),
  },
  cell('layerNormLSTMCell', (_, { units }) => layers.layerNormLSTMCell({ units }), LSTM),
  cell('layerNormBasicLSTMCell', (_, { units }) => layers.layerNormBasicLSTMCell({ units }), LSTM),
  cell('layerNormGRUCell', (_, { units }) => layers.layerNormGRUCell({ units }), ['gru']),
  cell('zoneoutCell', (inner) => layers.zoneoutCell({ cell: inner })),
  cell('dropoutWrapper', (inner) =>
    layers.dropoutWrapper({ cell: inner, inputKeepProb: 0.8, outputKeepProb: 0.8, stateKeepProb: 0.8 }),
  ),
  cell('dropoutWrapper, variational', (inner) =>
    layers.dropoutWrapper({
      cell: inner,
      inputKeepProb: 0.8,
      outputKeepProb: 0.8,
      stateKeepProb: 0.8,
      variationalRecurrent: true,
    }),
  ),
  cell('dropoutWrapper, no state', (inner) =>
    layers.dropoutWrapper({ cell: inner, inputKeepProb: 0.8, outputKeepProb: 0.8 }),
  ),
  cell('outputProjectionWrapper', (inner, { units }) =>
    layers.outputProjectionWrapper({ cell: inner, outputSize: units }),
  ),
  {
    name: 'residualWrapper (2nd layer)',
    build: (bench, x) => {
      const cell = layers.residualWrapper({ cell: CELLS[bench.cell].cell({ units: bench.units }) });
      const first = layerOf(bench).apply(x) as LayerTensor;
      return { inputs: [], output: layers.rnn({ cell, returnSequences: true }).apply(first) as LayerTensor };
    },
  },
  {
    name: 'stackedRNNCells',
    build: (bench, x) => {
      const cells = [0, 1].map(() => CELLS[bench.cell].cell({ units: bench.units }));
      return { inputs: [], output: layers.rnn({ cell: cells, returnSequences: true }).apply(x) as LayerTensor };
    },
  },
  ...ACTIVATIONS.map((name) => own(`activation: '${name}'`, { activation: name })),
  ...[...ACTIVATIONS.filter((name) => name !== 'sigmoid'), 'tanh'].map((name) =>
    own(`recurrentActivation: '${name}'`, { recurrentActivation: name }, GATED),
  ),
];
