import assert from 'node:assert/strict';
import { compile, layers, ops, sequential, type Layer, type Tensor, type TensorBase } from '../../lib/index.js';
import { gradients } from '../../lib/ops/grad.js';
import { random64 } from '../support/gradcheck.js';
import { random32 } from '../training/models.js';

const [B, T, F, H] = [3, 23, 2, 4];
const x = random64([B, T, F], 1);
// Row 0 begins late, row 1 has a hole, row 2 ends early.
const mask = ops.stack(
  [(t: number) => t > 6, (t: number) => t < 4 || t > 15, (t: number) => t < 9].map((real) =>
    ops.cast(
      Array.from({ length: T }, (_, t) => (real(t) ? 1 : 0)),
      'bool',
    ),
  ),
) as Tensor;

type Options = Record<string, unknown>;
const common = { units: H, dtype: 'float64' } as const;
const KINDS: Record<string, (options: Options) => Layer> = {
  simpleRNN: (o) => layers.simpleRNN({ ...common, ...o }),
  lstm: (o) => layers.lstm({ ...common, ...o }),
  gru: (o) => layers.gru({ ...common, ...o }),
  'stacked cells': (o) =>
    layers.rnn({ cell: [layers.gruCell(common), layers.lstmCell(common)], dtype: 'float64', ...o }),
  'a cell with norms': (o) =>
    layers.rnn({ cell: layers.layerNormLSTMCell({ units: H, dtype: 'float64' }), dtype: 'float64', ...o }),
  'a projected cell': (o) =>
    layers.rnn({
      cell: layers.outputProjectionWrapper({ cell: layers.gruCell(common), outputSize: 3, dtype: 'float64' }),
      dtype: 'float64',
      ...o,
    }),
};
KINDS.zoneout = (o) =>
  layers.rnn({
    cell: layers.zoneoutCell({ cell: layers.lstmCell(common), rate: 0.4, seed: 5, dtype: 'float64' }),
    dtype: 'float64',
    ...o,
  });
const DROPS: Options = { dropout: 0.3, recurrentDropout: 0.4, seed: 5 };
const CALLS: Record<string, { options?: Options; kwargs?: Options; states?: boolean }> = {
  'the last output': {},
  'every output': { options: { returnSequences: true } },
  'states, both ways': { options: { returnSequences: true, returnState: true }, states: true },
  backwards: { options: { returnSequences: true, returnState: true, goBackwards: true }, states: true },
  'a mask': { options: { returnSequences: true, returnState: true }, kwargs: { mask } },
  'a mask, last output': { options: { returnState: true }, kwargs: { mask }, states: true },
  'a mask, backwards': { options: { returnSequences: true, goBackwards: true }, kwargs: { mask }, states: true },
  lengths: { options: { returnSequences: true, returnState: true }, kwargs: { sequenceLength: [T, 5, 11] } },
  'random masks': { options: { returnSequences: true }, kwargs: { training: true } },
};

/** Outputs, then the gradients of a weighted sum of them by x, the states and all weights. */
function everything(layer: Layer, { kwargs = {} }: (typeof CALLS)[string], states: Tensor[]): Tensor[] {
  const run = compile((xs: TensorBase, ...given: TensorBase[]) => {
    const found = [
      layer.invoke(xs, { ...kwargs, initialState: given.length > 0 ? given : null }),
    ].flat() as TensorBase[];
    const seeds = found.map((y, i) => random64(y.shape, 70 + i));
    return [...found, ...gradients(found, [xs, ...given, ...layer.trainableWeights], seeds)];
  });
  return run(x, ...states);
}

describe('swapMemory', () => {
  for (const [kind, make] of Object.entries(KINDS)) {
    for (const [name, call] of Object.entries(CALLS)) {
      const drops = name === 'random masks' && ['simpleRNN', 'lstm', 'gru'].includes(kind) ? DROPS : {};
      it(`${kind}: ${name}: the numbers of one run`, () => {
        const [plain, swapped] = [false, true].map((swapMemory) => make({ ...call.options, ...drops, swapMemory }));
        for (const layer of [plain, swapped]) layer.build([B, T, F]);
        plain.setWeights(plain.weights.map((w, i) => random64(w.shape, 20 + i)));
        swapped.setWeights(plain.getWeights());
        const sizes = [(plain as any).cell.stateSize].flat() as number[];
        const states = call.states ? sizes.map((n, i) => random64([B, n], 40 + i)) : [];
        const [expected, found] = [plain, swapped].map((layer) => everything(layer, call, states));
        found.forEach((t, i) => {
          assert.deepEqual(t.shape, expected[i].shape);
          t.data.forEach((v, k) =>
            assert.ok(Math.abs(v - expected[i].data[k]) < 1e-12, `${i}: ${v}, ${expected[i].data[k]}`),
          );
          assert.ok(expected[i].data.some((v) => v !== 0));
        });
      });
    }
  }

  it('gives the wrapped cell masks of its own for every step', () => {
    const cell = () =>
      layers.dropoutWrapper({ cell: layers.simpleRNNCell(common), inputKeepProb: 0.5, dtype: 'float64' });
    const layer = layers.rnn({ cell: cell(), returnSequences: true, swapMemory: true, dtype: 'float64' });
    const out = compile((xs: TensorBase) => layer.invoke(xs, { training: true }) as TensorBase)(
      ops.ones([1, 400, 8], 'float64'),
    );
    const distinct = new Set(Array.from({ length: 400 }, (_, t) => out.data[t * H]));
    assert.ok(distinct.size > 350, `${distinct.size} different outputs of 400 steps`);
  });

  it('needs a small part of the memory for a long sequence, and trains to the same weights', async () => {
    const steps = 2000;
    const [plain, swapped] = await Promise.all(
      [false, true].map(async (swapMemory) => {
        const model = sequential([
          layers.lstm({ units: 8, swapMemory, returnSequences: true, inputShape: [null, 1] }),
          layers.gru({ units: 8, swapMemory }),
          layers.dense({ units: 1 }),
        ]);
        model.setWeights(model.weights.map((w, i) => random32(w.shape, 50 + i)));
        model.compile({ optimizer: 'sgd', loss: 'mse' });
        await model.trainOnBatch(random32([4, steps, 1], 1), random32([4, 1], 2));
        return { weights: model.getWeights(), bytes: model.workingMemory };
      }),
    );
    assert.ok(plain.bytes > 3 * swapped.bytes, `${plain.bytes} bytes, with swapMemory ${swapped.bytes}`);
    plain.weights.forEach((w, i) =>
      w.data.forEach((v, k) => assert.ok(Math.abs(v - swapped.weights[i].data[k]) < 1e-5 * Math.max(1, Math.abs(v)))),
    );
  });
});
