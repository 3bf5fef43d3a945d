import assert from 'node:assert/strict';
import { data, tensor } from '../../lib/index.js';

const x = tensor([[1, 10], [3, 30], [5, NaN]], null, 'float64'); // prettier-ignore

describe('data scalers', () => {
  it('map each feature to a range, pass over NaN, and go back', () => {
    const scaler = data.minMaxScaler({ range: [-1, 1] });
    const scaled = scaler.fitTransform(x);
    assert.deepEqual(scaled.toArray(), [[-1, -1], [0, 1], [1, NaN]]); // prettier-ignore
    assert.deepEqual(scaler.inverseTransform(scaled).toArray(), x.toArray());
  });

  it('map each feature to mean 0 and deviation 1', () => {
    const scaler = data.standardScaler().fit(x);
    const scaled = scaler.transform(x).toArray() as number[][];
    assert.ok(Math.abs(scaled[2][0] - Math.sqrt(1.5)) < 1e-15);
    assert.deepEqual([scaled[0][1], scaled[1][1]], [-1, 1]);
    assert.deepEqual(scaler.inverseTransform([[1]], { feature: 1 }).toArray(), [[30]]);
  });

  it('give floats for integers and 0 for a constant feature', () => {
    assert.deepEqual(data.standardScaler().fitTransform(Int32Array.of(4, 4)).data, Float32Array.of(0, 0));
    assert.deepEqual(data.minMaxScaler().fitTransform([[4], [4]]).toArray(), [[0], [0]]); // prettier-ignore
  });

  it('of one feature take any shape, as of forecasts', () => {
    const scaler = data.standardScaler().fit([[1], [3]]); // prettier-ignore
    assert.deepEqual(scaler.inverseTransform([[0, 1, 2]]).toArray(), [[2, 3, 4]]);
  });

  it('name what is wrong', () => {
    assert.throws(() => data.standardScaler().transform([1]), /standardScaler: not fitted yet/);
    assert.throws(
      () =>
        data
          .standardScaler()
          .fit(x)
          .transform([[1, 2, 3]]),
      /fitted to 2 features, got shape \[1, 3\]/,
    );
    assert.throws(() => data.standardScaler().fit(x).transform(x, { feature: 2 }), /feature 2, but it was fitted to 2/);
    assert.throws(() => data.standardScaler().fit(new Float32Array()), /no elements/);
    assert.throws(() => data.minMaxScaler().fit([NaN]), /feature 0 has no value/);
    assert.throws(() => data.minMaxScaler({ range: [1, 1] }), /range must be \[low, high\], got \[1, 1\]/);
  });
});

describe('data.residualBands', () => {
  it('holds the share of the truth that was asked for, step by step', () => {
    const n = 1001;
    const truth = tensor(Float64Array.from({ length: 2 * n }, (_, i) => (i >> 1) * (i % 2 === 0 ? 1 : 2)), [n, 2]); // prettier-ignore
    const { lower, upper } = data.residualBands(truth, tensor(new Float64Array(2 * n), [n, 2]), 0.8);
    assert.deepEqual([lower.toArray(), upper.toArray()], [[100, 200], [900, 1800]]); // prettier-ignore
  });

  it('names what does not fit', () => {
    assert.throws(() => data.residualBands([[1]], [[1, 2]]), /one shape \[n, ahead\], got \[1, 1\] and \[1, 2\]/);
    assert.throws(() => data.residualBands([[1]], [[1]], 90), /coverage must lie between 0 and 1, got 90/);
  });
});
