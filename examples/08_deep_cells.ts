// node dist/examples/08_deep_cells.js: cells stacked, wrapped, normalized and run from both ends, all on one forecasting task.
import { data, input, layers, model, optimizers, sequential, setRandomSeed, type Layer, type LayerTensor, type Tensor } from 'seqnn'; // prettier-ignore
import { size } from './support/size.js';

const FEATURES = 16;
const units = FEATURES;
const windows = data.forecastWindows(data.generateTimeSeries(size(3000, 100), 51, { seed: 42 }), { steps: 50 });
const [[x, y], [xValid, yValid]] = data.split(windows, { fractions: [0.8, 0.2] });
const lstm = () => layers.lstmCell({ units });
const gru = () => layers.gruCell({ units });
const both = (mergeMode: 'concat' | 'sum' | 'mul' | 'ave') =>
  layers.bidirectional({ layer: layers.gru({ units: FEATURES / 2 }), mergeMode });

/** mergeMode null gives both outputs: a small graph makes one of them. */
function larger(): Layer {
  const steps = input({ shape: [null, FEATURES] });
  const ends = layers.bidirectional({ layer: layers.gru({ units: FEATURES / 2 }), mergeMode: null }).apply(steps);
  return model({ inputs: steps, outputs: layers.maximum().apply(ends) as LayerTensor });
}

const MODELS: Record<string, () => Layer> = {
  'three cells of unlike kinds and sizes': () =>
    layers.rnn({
      cell: layers.stackedRNNCells({
        cells: [layers.gruCell({ units: 20 }), layers.lstmCell({ units: 12 }), layers.simpleRNNCell({ units: 8 })],
      }),
    }),
  'dropout at every step (dropoutWrapper)': () =>
    layers.rnn({ cell: layers.dropoutWrapper({ cell: lstm(), inputKeepProb: 0.9, outputKeepProb: 0.9, seed: 1 }) }),
  'input added to output (residualWrapper)': () => layers.rnn({ cell: layers.residualWrapper({ cell: gru() }) }),
  'bidirectional, concatenated': () => both('concat'),
  'bidirectional, summed': () => both('sum'),
  'bidirectional, multiplied': () => both('mul'),
  'bidirectional, averaged': () => both('ave'),
  'bidirectional, the larger output': () => larger(),
  LSTM: () => layers.lstm({ units }),
  'LSTM with peepholes': () => layers.lstm({ units, usePeepholes: true }),
  'LSTM with layer normalization': () => layers.rnn({ cell: layers.layerNormLSTMCell({ units }) }),
  'GRU with layer normalization': () => layers.rnn({ cell: layers.layerNormGRUCell({ units }) }),
  'zoneout around an LSTM': () => layers.rnn({ cell: layers.zoneoutCell({ cell: lstm(), rate: 0.05, seed: 1 }) }),
};

const naive = xValid.slice([null, -1]).sub(yValid).square().mean() as Tensor;
console.log(
  `${'the last value again'.padEnd(42)}${'0'.padStart(6)} parameters, validation error ${naive.item().toFixed(5)}`,
);
let best = Infinity;
for (const [name, make] of Object.entries(MODELS)) {
  setRandomSeed(1);
  // Every series is first given as many features as the cells have units: the residual needs that.
  const forecaster = sequential([
    layers.dense({ units: FEATURES, inputShape: [50, 1] }),
    make(),
    layers.dense({ units: 1 }),
  ]);
  forecaster.compile({ optimizer: optimizers.adam({ learningRate: 0.005 }), loss: 'mse' });
  const { history } = await forecaster.fit(x, y, {
    epochs: size(5, 1),
    batchSize: 32,
    validationData: [xValid, yValid],
    verbose: 0,
  });
  const error = history.val_loss.at(-1) as number;
  best = Math.min(best, error);
  console.log(
    `${name.padEnd(42)}${String(forecaster.countParams()).padStart(6)} parameters, validation error ${error.toFixed(5)}`,
  );
}
console.log(`best validation error ${best.toFixed(5)}, of the last value ${naive.item().toFixed(5)}`);
