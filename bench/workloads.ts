import { readFileSync } from 'node:fs';
import {
  activations,
  Layer,
  layers,
  losses,
  optimizers,
  sequential,
  tensor,
  type RNNCell,
  type Tensor,
} from '../lib/index.js';
import type { DType } from '../lib/program/types.js';

// A workload of workloads.json as a model and data of its shapes.

export interface Workload {
  note: string;
  batch: number;
  steps: number;
  features: number;
  layers: (string | number)[][];
  loss: 'mse' | 'xent';
  n: number;
}

export function readWorkloads(path: string): Record<string, Workload> {
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Workload>;
}

/** SimpleRNN without activation, layer normalization, tanh: the textbook's cell, written as a user would. */
class LNSimpleRNNCell extends Layer implements RNNCell {
  readonly stateSize: number;
  private readonly cell;
  private readonly norm = this.track(layers.layerNormalization({ dtype: this.dtype }));
  private readonly activation = activations.get('tanh');

  constructor(units: number, dtype: DType) {
    super({ dtype });
    this.stateSize = units;
    this.cell = this.track(layers.simpleRNNCell({ units, activation: null, dtype }));
  }

  override call(inputs: any, states: any): any {
    const [outputs] = this.cell.call(inputs, states);
    const y = this.activation(this.norm.call(outputs));
    return [y, [y]];
  }
}

function layerOf([kind, units, ...rest]: (string | number)[], dtype: DType): Layer {
  const recurrent = { units: units as number, returnSequences: rest[0] !== 'last', dtype };
  switch (kind) {
    case 'SimpleRNN':
      return layers.simpleRNN(recurrent);
    case 'LSTM':
      return layers.lstm(recurrent);
    case 'GRU':
      return layers.gru(recurrent);
    case 'LNRNN':
      return layers.rnn({ cell: new LNSimpleRNNCell(units as number, dtype), returnSequences: true, dtype });
    case 'Conv1D': {
      const [kernelSize, strides, dilationRate, padding, activation] = rest as [
        number,
        number,
        number,
        'causal' | 'valid',
        string,
      ];
      return layers.conv1D({ filters: units as number, kernelSize, strides, dilationRate, padding, activation, dtype });
    }
    case 'TDDense':
      return layers.timeDistributed({ layer: layers.dense({ units: units as number, dtype }), dtype });
    case 'Dense':
      return layers.dense({ units: units as number, dtype });
    default:
      throw new Error(`workload: unknown layer '${String(kind)}'`);
  }
}

/** The compiled model, by default with Adam at 1e-3; mean squared error or cross-entropy on logits. */
export function buildModel(
  w: Workload,
  dtype: DType = 'float32',
  optimizer: optimizers.Optimizer = optimizers.adam({ learningRate: 1e-3 }),
) {
  const model = sequential(w.layers.map((layer) => layerOf(layer, dtype)));
  model.build([null, w.steps, w.features]);
  const loss = w.loss === 'mse' ? 'mse' : losses.sparseCategoricalCrossentropy({ fromLogits: true });
  model.compile({ optimizer, loss });
  return model;
}

/** Inputs and targets for `count` samples: sine waves, and targets of the model's output shape. */
export function makeData(
  w: Workload,
  count: number,
  outputShape: readonly (number | null)[],
  dtype: DType = 'float32',
): { x: Tensor; y: Tensor } {
  const ArrayOf = dtype === 'float64' ? Float64Array : Float32Array;
  const wave = (i: number) => Math.fround(Math.sin(i * 0.37) * 0.5 + Math.sin(i * 0.011) * 0.3);
  const x = new ArrayOf(count * w.steps * w.features).map((_, i) => wave(i));
  const rest = outputShape.slice(1) as number[];
  if (w.loss === 'xent') {
    const classes = rest[rest.length - 1];
    return {
      x: tensor(x, [count, w.steps, w.features]),
      y: tensor(
        new Int32Array(count).map((_, i) => (i * 7) % classes),
        [count],
      ),
    };
  }
  const size = rest.reduce((n, d) => n * d, 1);
  return {
    x: tensor(x, [count, w.steps, w.features]),
    y: tensor(
      new ArrayOf(count * size).map((_, i) => wave(i + 3)),
      [count, ...rest],
    ),
  };
}
