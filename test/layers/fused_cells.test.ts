import assert from 'node:assert/strict';
import { activations, compile, layers, ops, type Tensor, type TensorBase } from '../../lib/index.js';
import type { Layer } from '../../lib/layers/layer.js';
import { gradients } from '../../lib/ops/grad.js';
import { random64 } from '../support/gradcheck.js';
import { difference } from './contract.js';

// What the kernels know of cells beside the plain ones, against the same cell step by step: outputs and all gradients.

type Options = Record<string, any>;
const WRAPPERS: Record<string, (cell: any) => any> = {
  zoneout: (cell) => layers.zoneoutCell({ cell, rate: 0.4, seed: 7, dtype: 'float64' }),
  'zoneout, none or all': (cell) => {
    const rate = [cell.stateSize].flat().map((_, i) => 1 - i);
    return layers.zoneoutCell({ cell, rate, dtype: 'float64' });
  },
  dropout: (cell) =>
    layers.dropoutWrapper({
      cell,
      inputKeepProb: 0.7,
      outputKeepProb: 0.6,
      stateKeepProb: 0.5,
      seed: 7,
      dtype: 'float64',
    }),
  'state dropout': (cell) => layers.dropoutWrapper({ cell, stateKeepProb: 0.5, seed: 7, dtype: 'float64' }),
};
const CELLS = {
  simpleRNNCell: layers.simpleRNNCell,
  lstmCell: layers.lstmCell,
  gruCell: layers.gruCell,
  layerNormLSTMCell: layers.layerNormLSTMCell,
  layerNormBasicLSTMCell: layers.layerNormBasicLSTMCell,
  layerNormGRUCell: layers.layerNormGRUCell,
} as const;
type CellName = keyof typeof CELLS;

// Sizes with ones, odd tails of a vector (in all calls), and more than one vector.
const SIZES = [
  { B: 1, T: 1, F: 1, H: 1 },
  { B: 3, T: 5, F: 2, H: 5 },
  { B: 17, T: 4, F: 3, H: 20 },
];
const CALLS: Record<string, { options?: Options; masked?: 'mask' | 'lengths'; training?: boolean; states?: boolean }> =
  {
    'the last output': {},
    'every output, states': { options: { returnSequences: true, returnState: true }, states: true },
    backwards: { options: { returnSequences: true, returnState: true, goBackwards: true }, states: true },
    'a mask': { options: { returnSequences: true, returnState: true }, masked: 'mask', states: true },
    'a mask, backwards': { options: { returnState: true, goBackwards: true }, masked: 'mask' },
    lengths: { options: { returnSequences: true }, masked: 'lengths' },
    dropout: { options: { returnSequences: true }, training: true, states: true },
  };
const DROPS = { dropout: 0.3, recurrentDropout: 0.4, seed: 5 };

/** Outputs, then the gradients of a weighted sum of them by x, the states and all weights. */
function everything(layer: Layer, x: Tensor, kwargs: Options, states: Tensor[]): Tensor[] {
  return compile((xs: TensorBase, ...given: TensorBase[]) => {
    const initialState = given.length > 0 ? given : null;
    const found = [layer.invoke(xs, { ...kwargs, initialState })].flat() as TensorBase[];
    const seeds = found.map((y, i) => random64(y.shape, 70 + i));
    return [...found, ...gradients(found, [xs, ...given, ...layer.trainableWeights], seeds)];
  })(x, ...states);
}

/** An activation that no kernel knows by name. */
const hidden = (name: string) => {
  const known = activations.get(name);
  return (x: any): TensorBase => known(x);
};

function compare(cell: CellName, options: Options, tolerance = 1e-11, wrap = (inner: any) => inner): void {
  for (const { B, T, F, H } of SIZES) {
    for (const [name, call] of Object.entries(CALLS)) {
      if (H !== 5 && name !== 'a mask' && name !== 'dropout') continue;
      const make = (more: Options) => {
        const drops = call.training ? DROPS : {};
        const inner = CELLS[cell]({ units: H, dtype: 'float64', ...drops, ...options, ...more } as never);
        return layers.rnn({ cell: wrap(inner), dtype: 'float64', ...call.options });
      };
      const [fused, loop] = [make({}), make({ activation: hidden(options.activation ?? 'tanh') })];
      for (const layer of [fused, loop]) layer.build([B, T, F]);
      assert.deepEqual([fused.path, loop.path], ['fused', 'scan']);
      // Some cells fuse without a mask alone.
      if (!fused.cell.fusedSequence?.(call.masked !== undefined)) continue;
      fused.setWeights(fused.weights.map((w, i) => random64(w.shape, 20 + i)));
      loop.setWeights(fused.getWeights());
      const mask = ops.cast(ops.greater(random64([B, T], 9), -0.2), 'bool');
      const sequenceLength = Array.from({ length: B }, (_, b) => (b * 3) % (T + 1));
      const kwargs = {
        training: call.training,
        ...(call.masked === 'mask' ? { mask } : call.masked ? { sequenceLength } : {}),
      };
      const sizes = [fused.cell.stateSize].flat();
      const states = call.states ? sizes.map((n, i) => random64([B, n], 40 + i)) : [];
      const [a, b] = [fused, loop].map((layer) => everything(layer, random64([B, T, F], 1), kwargs, states));
      a.forEach((t, i) => {
        const scale = Math.max(1, ...b[i].data.map(Math.abs));
        assert.ok(difference(t, b[i]) <= tolerance * scale, `${name}, H ${H}: result ${i}: ${difference(t, b[i])}`);
      });
    }
  }
}

describe('cells in one kernel', () => {
  const normed: Partial<Record<CellName, Options[]>> = {
    layerNormLSTMCell: [
      {},
      { useBias: false, cellClip: 0.3, epsilon: 1e-2, gateOrder: 'ijfo' },
      { recurrentActivation: 'hardSigmoid', forgetBias: 0, activation: 'gelu' },
    ],
    layerNormBasicLSTMCell: [{}, { useBias: true, cellClip: 0.3, gateOrder: 'ijfo', epsilon: 1e-2 }],
    layerNormGRUCell: [{}, { useBias: false, recurrentActivation: 'hardSigmoid', activation: 'relu' }],
  };
  for (const [cell, all] of Object.entries(normed)) {
    for (const options of all) {
      // One unit alone has no variance: the norm divides by the root of epsilon, and so do the roundings.
      it(`${cell} ${JSON.stringify(options)}`, () => compare(cell as CellName, options, 1e-9));
    }
  }

  for (const cell of ['simpleRNNCell', 'lstmCell', 'gruCell'] as const) {
    for (const activation of ['gelu', 'silu', 'hardSilu', 'mish', 'tanhShrink'])
      it(`${cell}, activation ${activation}`, () => compare(cell, { activation }));
    if (cell !== 'simpleRNNCell')
      it(`${cell}, gates of mish`, () => compare(cell, { recurrentActivation: 'mish', activation: 'silu' }, 1e-8));
  }
  it('gruCell, resetAfter false, gates of silu', () =>
    compare('gruCell', { resetAfter: false, recurrentActivation: 'silu' }, 1e-8));

  for (const [name, wrap] of Object.entries(WRAPPERS)) {
    for (const cell of ['simpleRNNCell', 'lstmCell', 'gruCell', 'layerNormLSTMCell'] as const)
      it(`${name} around a ${cell}`, () =>
        compare(cell, cell === 'simpleRNNCell' ? { activation: 'relu' } : {}, 1e-9, wrap));
  }
  it('zoneout around an lstmCell with peepholes goes step by step', () => {
    const layer = layers.rnn({ cell: layers.zoneoutCell({ cell: layers.lstmCell({ units: 3, usePeepholes: true }) }) });
    layer.build([2, 3, 1]);
    assert.equal(layer.path, 'scan');
  });

  it('with peepholes or a projection a cell with norms goes step by step', () => {
    for (const more of [{ usePeepholes: true }, { projectionUnits: 2 }]) {
      const cell = layers.layerNormLSTMCell({ units: 3, ...more });
      const layer = layers.rnn({ cell });
      layer.build([2, 3, 1]);
      assert.equal(layer.path, 'scan');
    }
  });
});

describe('ops.lstm with a norm', () => {
  const [B, T, H] = [2, 3, 4];
  const common = { x: random64([B, T, 4 * H], 1), kernel: null, recurrentKernel: random64([H, 4 * H], 2) };
  const norm = { of: 'state', scale: random64([5 * H], 3), shift: random64([5 * H], 4) } as const;

  it('refuses what does not fit', () => {
    assert.throws(() => ops.lstm({ ...common, norm, kernel: random64([16, 16], 5) }), /no kernel and no bias/);
    assert.throws(() => ops.lstm({ ...common }), /a kernel is needed/);
    assert.throws(() => ops.lstm({ ...common, norm, x: random64([B, T, 3], 1) }), /x holds 16 sums/);
    assert.throws(() => ops.lstm({ ...common, norm, peepholes: random64([3, H], 1) }), /peepholes/);
    assert.throws(() => ops.lstm({ ...common, norm: { ...norm, of: 'all' as never } }), /norm.of 'all'/);
    assert.throws(() => ops.lstm({ ...common, norm: { ...norm, shift: random64([3], 1) } }), /norm.shift has shape/);
    assert.throws(() => ops.gru({ ...common, resetAfter: false, norm }), /resetAfter/);
  });
});

describe('ops.gru with a mask on its state', () => {
  const [B, T, F, H] = [3, 4, 2, 5];
  const common = {
    x: random64([B, T, F], 1),
    kernel: random64([F, 3 * H], 2),
    recurrentKernel: random64([H, 3 * H], 3),
  };

  it('one mask for all steps is the same mask at each', () => {
    const mask = random64([B, H], 4);
    const repeated = ops.stack(
      Array.from({ length: T }, () => mask),
      1,
    );
    const [once, often] = [mask, repeated].map((stateDropoutMask) => ops.gru({ ...common, stateDropoutMask }));
    assert.ok(difference(once.outputs, often.outputs) < 1e-15);
    const last = (often.outputs as Tensor).slice([null, -1]).mul(mask) as Tensor;
    assert.ok(difference(often.states[0], last) < 1e-15);
  });

  it('refuses what does not fit', () => {
    const real = ops.cast(ops.ones([B, T]), 'bool');
    assert.throws(() => ops.gru({ ...common, stateDropoutMask: random64([B, H], 4), mask: real }), /without a mask/);
    assert.throws(() => ops.gru({ ...common, stateDropoutMask: random64([B, 3], 4) }), /stateDropoutMask has shape/);
    assert.throws(() => ops.gru({ ...common, zoneout: [random64([B, H], 4)] }), /zoneout has shape/);
    assert.throws(() => ops.gru({ ...common, zoneout: [0.5, 0.5] }), /zoneout of 2 states/);
  });
});
