import assert from 'node:assert/strict';
import { input, layers, ops, type Tensor } from '../../lib/index.js';
import { random64 } from '../support/gradcheck.js';
import { difference, runLayerTest } from './contract.js';

const both = { returnSequences: true, returnState: true, dtype: 'float64' } as const;

describe('options of the LSTM', () => {
  const options = [
    { usePeepholes: true },
    { forgetBias: 1 },
    { cellClip: 0.1 },
    { gateOrder: 'ijfo' },
    { usePeepholes: true, forgetBias: 1, cellClip: 0.2, gateOrder: 'ijfo', useBias: false },
  ] as const;
  for (const option of options) {
    it(`${JSON.stringify(option)}: the kernel agrees with the cell step by step`, () => {
      const x = random64([3, 6, 2], 1, -2, 2);
      const mask = ops.greater(random64([3, 6], 9), -0.3);
      const fused = layers.lstm({ units: 5, ...option, ...both });
      const general = layers.lstm({ units: 5, activation: (t) => ops.tanh(t), ...option, ...both });
      const run = (layer: typeof fused) => layer.apply(x, { mask }) as Tensor[];
      run(fused);
      run(general);
      assert.deepEqual([fused.path, general.path], ['fused', 'scan']);
      fused.setWeights(fused.weights.map((w, i) => random64(w.shape, 50 + i)));
      general.setWeights(fused.getWeights());
      const [a, b] = [run(fused), run(general)];
      a.forEach((t, i) => assert.ok(difference(t, b[i]) < 1e-14, `result ${i}`));
    });
  }

  it('all at once, with a projection', () =>
    runLayerTest({
      make: (o) => layers.lstm({ units: 4, projectionUnits: 2, usePeepholes: true, recurrentDropout: 0.2, ...o }),
      input: [2, 5, 3],
      output: [2, 2],
      partial: [
        [null, null, 3],
        [null, 2],
      ],
      weights: [[3, 16], [2, 16], [16], [3, 4], [4, 2]],
    }));

  it('the forget bias is in the weights or at run time, not both', () => {
    const bias = (o: object) => {
      const layer = layers.lstm({ units: 1, inputShape: [1, 1], ...o });
      layer.build([null, 1, 1]);
      return layer.getWeights()[2].toArray();
    };
    assert.deepEqual(bias({}), [0, 1, 0, 0]);
    assert.deepEqual(bias({ gateOrder: 'ijfo' }), [0, 0, 1, 0]);
    assert.deepEqual(bias({ forgetBias: 1 }), [0, 0, 0, 0]);
  });

  it('bad values are refused', () => {
    assert.throws(() => layers.lstm({ units: 1, cellClip: 0 }), /cellClip must be a positive number or null, got 0/);
    assert.throws(() => layers.lstm({ units: 1, projectionUnits: 0 }), /projectionUnits must be an integer/);
    assert.throws(() => layers.lstm({ units: 1, gateOrder: 'ifoc' as any }), /unknown gateOrder 'ifoc'/);
    assert.throws(() => layers.gru({ units: 1, usePeepholes: true } as any), /unknown option 'usePeepholes'/);
  });

  for (const [name, make, weights] of [
    ['layerNormLSTMCell', layers.layerNormLSTMCell, [[3, 16], [4, 16], [16], [16], [16], [16], [16], [4], [4]]],
    [
      'layerNormBasicLSTMCell',
      layers.layerNormBasicLSTMCell,
      [[3, 16], [4, 16], ...Array.from({ length: 10 }, () => [4])],
    ],
    ['layerNormGRUCell', layers.layerNormGRUCell, [[3, 12], [4, 12], [12], [12], [12], [12], [12]]],
  ] as const) {
    it(name, () =>
      runLayerTest({
        make: (o) => layers.rnn({ cell: make({ units: 4 }), ...o }),
        input: [2, 5, 3],
        output: [2, 4],
        weights,
      }),
    );
  }
});

describe('sequenceLength', () => {
  const x = random64([4, 5, 2], 3);
  const lengths = [5, 2, 0, 1];

  it('gives zeros past the end, the state of the last real step and its output', () => {
    const layer = layers.gru({ units: 3, ...both });
    const [all] = layer.apply(x) as Tensor[];
    const [cut, state] = layer.apply(x, { sequenceLength: lengths }) as Tensor[];
    const last = layers.gru({ units: 3, dtype: 'float64' });
    last.apply(x);
    last.setWeights(layer.getWeights());
    const only = last.apply(x, { sequenceLength: lengths }) as Tensor;
    lengths.forEach((n, b) => {
      for (let t = 0; t < 5; t++) {
        const expected = t < n ? (all.slice([b, t]) as Tensor) : ops.zeros([3], 'float64');
        assert.deepEqual((cut.slice([b, t]) as Tensor).toArray(), expected.toArray());
      }
      const end = n > 0 ? (all.slice([b, n - 1]) as Tensor) : ops.zeros([3], 'float64');
      assert.deepEqual((state.slice([b]) as Tensor).toArray(), end.toArray());
      assert.deepEqual((only.slice([b]) as Tensor).toArray(), end.toArray());
    });
  });

  it('goes together with a mask, both directions and a graph input', () => {
    const mask = ops.greater(random64([4, 5], 9), -0.3);
    const lstm = layers.lstm({ units: 3, returnSequences: true, dtype: 'float64' });
    const real = ops.less(ops.expandDims(ops.arange(5), 0), ops.expandDims(lengths, 1));
    const joint = lstm.apply(x, { mask: ops.logicalAnd(mask, real) }) as Tensor;
    const zeroed = ops.where(ops.expandDims(real, -1), joint, 0) as Tensor;
    assert.equal(difference(lstm.apply(x, { mask, sequenceLength: lengths }) as Tensor, zeroed), 0);

    const both = layers.bidirectional({ layer: layers.gru({ units: 2, returnSequences: true }) });
    const y = both.apply(x, { sequenceLength: lengths }) as Tensor;
    assert.ok((y.slice([1, [2, 5]]) as Tensor).data.every((v) => v === 0));
    const alone = both.apply(
      x.slice([
        [1, 2],
        [0, 2],
      ]),
    ) as Tensor;
    assert.ok(
      difference(
        y.slice([
          [1, 2],
          [0, 2],
        ]),
        alone,
      ) < 1e-7,
    );

    const [values, ends] = [input({ shape: [null, 2] }), input({ shape: [1], dtype: 'int32' })];
    assert.deepEqual(lstm.apply(values, { sequenceLength: ends }).shape, [null, null, 3]);
    assert.throws(() => lstm.apply(x, { sequenceLength: [1, 2] }), /sequenceLength has shape \[2\], expected \[4\]/);
  });
});
