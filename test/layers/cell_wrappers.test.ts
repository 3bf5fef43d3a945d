import assert from 'node:assert/strict';
import { layers, ops, setRandomSeed, type Tensor } from '../../lib/index.js';
import { random64 } from '../support/gradcheck.js';
import { difference, runLayerTest } from './contract.js';

const lstm = (units: number, o: object = {}) => layers.lstmCell({ units, ...o });
/** A cell that just hands its input on, so that what a wrapper does can be seen. */
const passing = (units: number, o: object = {}) => {
  const layer = layers.rnn({
    cell: layers.dropoutWrapper({
      cell: layers.simpleRNNCell({
        units,
        activation: null,
        useBias: false,
        kernelInitializer: 'identity',
        recurrentInitializer: 'zeros',
      }),
      ...o,
    }),
    returnSequences: true,
  });
  return (x: Tensor, kwargs: object = { training: true }) => layer.apply(x, kwargs) as Tensor;
};

describe('wrappers of cells', () => {
  const wrappers: [string, (o: object) => any, number][] = [
    [
      'dropoutWrapper',
      (o) => layers.dropoutWrapper({ cell: lstm(3), inputKeepProb: 0.5, stateKeepProb: 0.5, ...o }),
      3,
    ],
    ['zoneoutCell', (o) => layers.zoneoutCell({ cell: lstm(3), rate: [0.2, 0.5], ...o }), 3],
    ['residualWrapper', (o) => layers.residualWrapper({ cell: lstm(3), ...o }), 3],
    ['outputProjectionWrapper', (o) => layers.outputProjectionWrapper({ cell: lstm(4), outputSize: 2, ...o }), 2],
  ];
  for (const [name, make, size] of wrappers) {
    it(name, () => {
      const weights = make({});
      weights.build([null, 3]);
      runLayerTest({
        make: (o) => layers.rnn({ cell: make({}), returnSequences: true, ...o }),
        input: [2, 4, 3],
        output: [2, 4, size],
        weights: weights.getWeights().map((w: Tensor) => w.shape),
        masks: true,
      });
      assert.throws(() => make({ kell: 1 }), /unknown option 'kell'/);
    });
  }

  it('the kernel and the loop agree, with masks and backwards', () => {
    const x = random64([3, 5, 4], 1);
    const mask = ops.cast(
      [
        [0, 1, 0, 1, 1],
        [1, 1, 1, 0, 0],
        [0, 0, 0, 0, 0],
      ],
      'bool',
    );
    const own = (t: any) => ops.tanh(t);
    for (const wrap of [
      (cell: any) => layers.outputProjectionWrapper({ cell, outputSize: 2 }),
      (cell: any) => layers.residualWrapper({ cell }),
      (cell: any) => layers.dropoutWrapper({ cell, outputKeepProb: 0.5 }),
    ]) {
      for (const goBackwards of [false, true]) {
        const make = (activation: any) =>
          layers.rnn({
            cell: wrap(lstm(4, { activation })),
            returnSequences: true,
            returnState: true,
            goBackwards,
            dtype: 'float64',
          });
        const [fused, loop] = [make('tanh'), make(own)];
        for (const kwargs of [{}, { mask }, { sequenceLength: [3, 0, 5] }]) {
          fused.apply(x, kwargs);
          loop.apply(x, kwargs);
          loop.setWeights(fused.getWeights());
          const [a, b] = [fused.apply(x, kwargs), loop.apply(x, kwargs)] as [Tensor[], Tensor[]];
          a.forEach((t, i) => assert.ok(difference(t, b[i]) < 1e-14, `result ${i}`));
        }
        assert.deepEqual([fused.path, loop.path], ['fused', 'scan']);
      }
    }
  });

  it('dropout keeps its fraction, scales it up, and differs from step to step unless variational', () => {
    setRandomSeed(5);
    const x = ops.ones([40, 6, 20]);
    for (const keep of ['inputKeepProb', 'outputKeepProb'] as const) {
      for (const variationalRecurrent of [false, true]) {
        // A state probability near 1 takes the way through the loop.
        for (const more of [{}, { stateKeepProb: 1 - 1e-9 }]) {
          const y = passing(20, { [keep]: 0.8, variationalRecurrent, ...more })(x);
          const values = new Set(y.data);
          assert.deepEqual(
            [...values].sort((a, b) => a - b),
            [0, Math.fround(1.25)],
          );
          const kept = y.data.filter((v) => v > 0).length / y.data.length;
          assert.ok(Math.abs(kept - 0.8) < 0.03, `${kept} was kept`);
          const same = difference(y.slice([null, 0]), y.slice([null, 3])) === 0;
          assert.equal(same, variationalRecurrent);
        }
      }
    }
    assert.equal(difference(passing(20, { inputKeepProb: 0.5 })(x, {}), x), 0);
    assert.equal(Math.max(...passing(20, { inputKeepProb: 0 })(x).data), 0);
    assert.throws(() => passing(20, { inputKeepProb: 1.5 }), /inputKeepProb must be a number from 0 to 1, got 1.5/);
  });

  it('state dropout leaves the memory of an LSTM alone, also in a stack', () => {
    setRandomSeed(6);
    const cell = layers.dropoutWrapper({
      cell: layers.stackedRNNCells({ cells: [lstm(30), layers.gruCell({ units: 30 })] }),
      stateKeepProb: 0.5,
    });
    const layer = layers.rnn({ cell, returnState: true });
    const [, h, c, g] = layer.apply(ops.ones([10, 3, 2]), { training: true }) as Tensor[];
    const zeros = [h, c, g].map((t) => t.data.filter((v) => v === 0).length / t.data.length);
    assert.equal(zeros[1], 0);
    for (const z of [zeros[0], zeros[2]]) assert.ok(Math.abs(z - 0.5) < 0.1, `${z} are 0`);
  });

  it('zoneout keeps old states at random in training and mixes them in prediction', () => {
    setRandomSeed(7);
    const x = random64([20, 1, 2], 1);
    const before = [random64([20, 30], 2), random64([20, 30], 3)];
    const inner = layers.rnn({ cell: lstm(30), returnState: true, dtype: 'float64' });
    const zoned = layers.rnn({
      cell: layers.zoneoutCell({ cell: lstm(30), rate: [0.3, 1] }),
      returnState: true,
      dtype: 'float64',
    });
    const [, h] = inner.apply(x, { initialState: before }) as Tensor[];
    zoned.apply(x);
    zoned.setWeights(inner.getWeights());
    const [y, h2, c2] = zoned.apply(x, { initialState: before, training: true }) as Tensor[];
    const old = h2.data.filter((v, i) => v === before[0].data[i]).length;
    const fresh = h2.data.filter((v, i) => Math.abs(v - h.data[i]) < 1e-12).length;
    assert.equal(old + fresh, 600);
    assert.ok(Math.abs(old / 600 - 0.3) < 0.06);
    assert.equal(difference(y, h2) + difference(c2, before[1]), 0);
    const [, mean] = zoned.apply(x, { initialState: before }) as Tensor[];
    const expected = ops.add(ops.multiply(before[0], 0.3), ops.multiply(h, 0.7)) as Tensor;
    assert.ok(difference(mean, expected) < 1e-14);
    assert.throws(() => layers.zoneoutCell({ cell: lstm(2), rate: [0.1] }), /a cell of 2 state\(s\)/);
  });

  it('a residual of another size is refused', () =>
    assert.throws(
      () => layers.rnn({ cell: layers.residualWrapper({ cell: lstm(3) }) }).apply(random64([1, 2, 4], 1)),
      /4 features and the cell's output 3/,
    ));
});
