// node dist/examples/11_steadying.js: what keeps a recurrent training steady, one remedy at a time, in one table.
import {
  callbacks,
  constraints,
  data,
  initializers,
  layers,
  ops,
  optimizers,
  regularizers,
  sequential,
  setRandomSeed,
  type Layer,
  type SimpleRNNOptions,
  type Tensor,
} from 'seqnn';
import { LNSimpleRNNCell } from './ln_simple_rnn_cell.js';
import { size } from './support/size.js';

const STEPS = 50;
const UNITS = 20;
const GAIN = 1.5; // of the recurrent kernel at the start: too much, so that there is something to steady
const counts = size([1000, 1000], [64, 32]);
const series = data.generateTimeSeries(counts[0] + counts[1], STEPS + 1, { seed: 42 });
const [[x, y], validationData] = data.split(data.forecastWindows(series, { steps: STEPS }), { sizes: counts });

interface Remedy {
  /** Options of each recurrent layer. */
  rnn?: Partial<SimpleRNNOptions>;
  normalizedCell?: boolean;
  between?: () => Layer;
  clipnorm?: number;
  lowerRate?: boolean;
}
const slight = regularizers.l2({ l2: 1e-4 });
const remedies: Record<string, Remedy> = {
  'as it is': {},
  'batch normalization between layers': { between: () => layers.batchNormalization({ momentum: 0.9 }) },
  'layer normalization in the cell': { normalizedCell: true },
  'weights penalized, l2 1e-4': { rnn: { kernelRegularizer: slight, recurrentRegularizer: slight } },
  'outputs penalized, l2 1e-4': { rnn: { activityRegularizer: slight } },
  'recurrent columns of norm 1 at most': { rnn: { recurrentConstraint: constraints.maxNorm({ maxValue: 1 }) } },
  'clipnorm 0.1': { clipnorm: 0.1 },
  'clipnorm, batch norm, rate lowered': {
    clipnorm: 0.1,
    between: () => layers.batchNormalization({ momentum: 0.9 }),
    lowerRate: true,
  },
};

function modelOf({ rnn, normalizedCell, between, clipnorm }: Remedy) {
  const recurrent = (options: Partial<SimpleRNNOptions>) =>
    normalizedCell
      ? layers.rnn({ cell: new LNSimpleRNNCell(UNITS), ...options })
      : layers.simpleRNN({
          units: UNITS,
          recurrentInitializer: initializers.orthogonal({ gain: GAIN }),
          ...rnn,
          ...options,
        });
  const model = sequential([
    recurrent({ returnSequences: true, inputShape: [STEPS, 1] }),
    ...(between ? [between()] : []),
    recurrent({}),
    ...(between ? [between()] : []),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.01, clipnorm }), loss: 'mse', metrics: ['mse'] });
  return model;
}

const columns = (name: string, cells: readonly string[]) => name.padEnd(38) + cells.map((c) => c.padStart(10)).join('');
console.log(columns(`validation error, mean of ${size(3, 1)}`, ['best', 'last', 'swing']));
for (const [name, remedy] of Object.entries(remedies)) {
  const runs: number[][] = [];
  for (let seed = 1; seed <= size(3, 1); seed++) {
    setRandomSeed(seed);
    const lower = callbacks.reduceLROnPlateau({ patience: 2, factor: 0.5 });
    const { history } = await modelOf(remedy).fit(x, y, {
      epochs: size(20, 2),
      validationData: [validationData[0], validationData[1]],
      callbacks: remedy.lowerRate ? [lower] : [],
      verbose: 0,
    });
    const errors = history.val_mse;
    // How far the second half of the training went up and down.
    const late = errors.slice(errors.length >> 1);
    runs.push([Math.min(...errors), errors.at(-1) as number, Math.max(...late) - Math.min(...late)]);
  }
  const means = [0, 1, 2].map((k) => runs.reduce((sum, run) => sum + run[k], 0) / runs.length);
  console.log(
    columns(
      name,
      means.map((v) => v.toFixed(5)),
    ),
  );
}
const naive = ops.mean(ops.square(ops.subtract(validationData[0].slice([null, -1]), validationData[1]))) as Tensor;
console.log(columns('last value as forecast', [naive.item().toFixed(5)]));
