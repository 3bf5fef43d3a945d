import assert from 'node:assert/strict';
import { data, forecasting, layers, sequential, tensor, Tensor } from '../../lib/index.js';

const close = (t: Tensor, expected: readonly number[], bound = 1e-9) => {
  assert.equal(t.size, expected.length);
  expected.forEach((v, i) => assert.ok(Math.abs(t.data[i] - v) <= bound, `${i}: ${t.data[i]} and ${v}`));
};
const series = (length: number, at: (t: number) => number) =>
  new Tensor(Float64Array.from({ length }, (_, t) => at(t)));

describe('baselines', () => {
  const { naive, seasonalNaive, drift, movingAverage } = forecasting;

  it('continue one series', () => {
    const x = tensor([1, 2, 6, 4]);
    assert.deepEqual(naive().forecast(x, 2).toArray(), [4, 4]);
    assert.deepEqual(seasonalNaive({ season: 3 }).forecast(x, 5).toArray(), [2, 6, 4, 2, 6]);
    assert.deepEqual(drift().forecast(x, 2).toArray(), [5, 6]);
    assert.deepEqual(movingAverage({ window: 2 }).forecast(x, 1).toArray(), [5]);
    assert.deepEqual(movingAverage().forecast(x, 1).toArray(), [3.25]);
  });

  it('continue each feature by itself', () => {
    const y = drift().forecast([[1, 5], [2, 5], [3, 5]], 2); // prettier-ignore
    assert.deepEqual(y.toArray(), [[4, 5], [5, 5]]); // prettier-ignore
  });

  it('name what does not fit', () => {
    assert.throws(
      () => seasonalNaive({ season: 9 }).forecast([1, 2], 1),
      /seasonalNaive: expected a history of at least 9/,
    );
    assert.throws(() => naive().forecast([[[1]]], 1), /history of shape \[length\] or \[length, F\]/);
    assert.throws(() => naive().forecast([1], 0), /ahead must be an integer of at least 1/);
  });
});

describe('autoregressive', () => {
  it('finds the coefficients of a series without noise', () => {
    const x = new Float64Array(30).fill(3, 1);
    for (let t = 2; t < 30; t++) x[t] = 0.5 + 1.2 * x[t - 1] - 0.7 * x[t - 2];
    const ar = forecasting.autoregressive({ order: 2 }).fit(x);
    const [{ intercept, coefficients }] = ar.fitted!;
    close(tensor([intercept, ...coefficients], null, 'float64'), [0.5, 1.2, -0.7], 1e-9);
    const next = 0.5 + 1.2 * x[29] - 0.7 * x[28];
    close(ar.forecast(x, 2), [next, 0.5 + 1.2 * next - 0.7 * x[29]]);
    assert.equal(ar.name, 'AR(2)');
  });

  it('estimates from each history when it was not fitted, passes over gaps, takes chosen lags', () => {
    const wave = series(48, (t) => Math.sin((2 * Math.PI * t) / 12) + 3);
    wave.data[20] = NaN;
    const ar = forecasting.autoregressive({ lags: [1, 12] });
    close(ar.forecast(wave, 3), [48, 49, 50].map((t) => Math.sin((2 * Math.PI * t) / 12) + 3), 1e-8); // prettier-ignore
    assert.equal(ar.name, 'AR(1, 12)');
    assert.equal(ar.fitted, null);
  });

  it('forecasts a constant series, and names what does not fit', () => {
    close(forecasting.autoregressive({ order: 3 }).forecast(new Float64Array(20).fill(4), 3), [4, 4, 4]);
    assert.throws(
      () => forecasting.autoregressive({ order: 3 }).forecast([1, 2, 3], 1),
      /AR\(3\): .* at least 7 steps/,
    );
    assert.throws(() => forecasting.autoregressive({}), /either order or lags/);
  });
});

describe('transformed forecasters', () => {
  it('see differences or what the trend leaves', async () => {
    const seasonal = series(40, (t) => 3 * t + [0, 5, -2, 1][t % 4]);
    const expected = [40, 41, 42, 43, 44].map((t) => 3 * t + [0, 5, -2, 1][t % 4]);
    const { differenced, detrended, naive, seasonalNaive } = forecasting;
    close(await differenced(naive(), { lag: 4 }).forecast(seasonal, 5), expected);
    close(await detrended(seasonalNaive({ season: 4 })).forecast(series(40, (t) => 7 - 2 * t), 2), [-73, -75]); // prettier-ignore
  });
});

describe('models as forecasters', () => {
  /** Predicts `k` steps that go on from the last value in steps of 1. */
  const counting = (k: number, everyStep: boolean) => ({
    async predict(x: Tensor) {
      const [n, steps, features] = x.shape;
      const row = (t: number) => Array.from({ length: k }, (_, i) => x.data[t * features] + 1 + i);
      return everyStep ? tensor([Array.from({ length: steps }, (_, t) => row(t))]) : tensor(row(steps - 1), [n, k]);
    },
  });

  it('give several steps, or are fed back', async () => {
    for (const [k, everyStep] of [
      [5, false],
      [2, false],
      [1, false],
      [3, true],
    ] as const) {
      // prettier-ignore
      const f = forecasting.fromModel({ model: counting(k, everyStep), steps: 4 });
      close(await f.forecast([0, 1, 2, 3, 4], 5), [5, 6, 7, 8, 9]);
    }
  });

  it('see scaled values and answer in units', async () => {
    const x = tensor([[10, 1], [20, 2], [30, 4]]); // prettier-ignore
    const scaler = data.minMaxScaler().fit(x);
    const last = { predict: async (w: Tensor) => tensor([[w.data[3]]]) };
    const f = forecasting.fromModel({ model: last, steps: 2, scaler, feature: 1 });
    close(await f.forecast(x, 1), [4], 1e-6);
    await assert.rejects(async () => f.forecast(x, 2), /forecasts 1 steps, 2 are wanted/);
    await assert.rejects(async () => f.forecast([1], 1), /at least 2 steps and 2 features, got \[1\]/);
  });

  it('are real models', async () => {
    const model = sequential([layers.flatten({ inputShape: [3, 1] }), layers.dense({ units: 2 })]);
    model.setWeights([tensor([[0, 0], [0, 0], [1, 2]]), tensor([0, 1])]); // prettier-ignore
    close(await forecasting.fromModel({ model, steps: 3 }).forecast([5, 6, 7, 8], 2), [8, 17]);
  });
});

describe('arima', () => {
  it('says how to get the package, or continues a series with it', () => {
    const x = series(60, (t) => 5 + 0.5 * t + Math.sin(t * 1.7));
    let made;
    try {
      made = forecasting.arima({ p: 1, d: 1, q: 0 });
    } catch (error) {
      assert.match((error as Error).message, /npm install arima/);
      return;
    }
    assert.equal(made.name, 'ARIMA(1,1,0)');
    assert.ok(Math.abs(made.forecast(x, 1).data[0] - 35) < 4);
    assert.throws(() => made.forecast([1, NaN, 3], 1), /missing or infinite/);
    assert.throws(() => made.forecast([1, 2], 1), /ARIMA\(1,1,0\): .*too short/);
  });

  it('checks its orders first', () => {
    assert.throws(() => forecasting.arima({ p: -1 }), /p must be an integer of at least 0/);
    assert.throws(() => forecasting.arima({ order: 1 } as never), /unknown option 'order'/);
  });
});
