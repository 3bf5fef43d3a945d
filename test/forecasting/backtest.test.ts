import assert from 'node:assert/strict';
import { forecasting, tensor, type Tensor, type TensorLike } from '../../lib/index.js';

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9 || Object.is(a, b), `${a} and ${b}`);

describe('forecasting.scores', () => {
  it('are their formulas', () => {
    const { rmse, mae, mape, smape, mase } = forecasting.scores([2, 4, NaN], [3, 8, 1], { history: [1, 2, 4, 7] });
    near(rmse, Math.sqrt((1 + 16) / 2));
    near(mae, 2.5);
    near(mape, (50 + 100) / 2);
    near(smape, (200 / 5 + 800 / 12) / 2);
    near(mase, 2.5 / 2);
    near(forecasting.scores([2], [3], { history: [1, 2, 4, 7], season: 2 }).mase, 1 / 4);
    const zero = forecasting.scores([0], [0]);
    assert.deepEqual([zero.smape, zero.rmse], [0, 0]);
    assert.ok(Number.isNaN(zero.mase));
    assert.equal(forecasting.scores([0], [1]).mape, Infinity);
  });

  it('name what does not fit', () => {
    assert.throws(() => forecasting.scores([1], [1, 2]), /one shape, got \[1\] and \[2\]/);
    assert.throws(() => forecasting.scores([1], [1], { history: [1], season: 1 }), /more than 1 steps/);
  });
});

describe('forecasting.backtest', () => {
  const series = tensor(Array.from({ length: 20 }, (_, t) => t * t), null, 'float64'); // prettier-ignore

  it('forecasts each origin from the steps before it only', async () => {
    const seen: [number, number][] = [];
    const result = await forecasting.backtest({
      series,
      forecaster: (history: TensorLike, ahead: number) => {
        const { data } = history as Tensor;
        seen.push([data[0], data[data.length - 1]]);
        data.fill(0);
        return tensor(new Float64Array(ahead));
      },
      initial: 8,
      horizon: 3,
      step: 4,
    });
    assert.deepEqual(result.origins, [8, 12, 16]);
    assert.deepEqual(seen, [[0, 49], [0, 121], [0, 225]]); // prettier-ignore
    assert.deepEqual(result.actual.toArray()[1], [144, 169, 196]);
    near(result.scores.mae, (64 + 81 + 100 + 144 + 169 + 196 + 256 + 289 + 324) / 9);
    near(result.perHorizon[0].mae, (64 + 144 + 256) / 3);
    near(result.perOrigin[2].rmse, Math.sqrt((256 ** 2 + 289 ** 2 + 324 ** 2) / 3));
    // The history of the last origin changes by 1, 3, … 29.
    near(result.perOrigin[2].mase, 869 / 3 / 15);
  });

  it('rolls its window, and learns anew when asked', async () => {
    const log: string[] = [];
    const forecaster = {
      name: 'logging',
      fit: async (history: TensorLike) =>
        log.push(`fit ${(history as Tensor).data[0]}…${(history as Tensor).data.at(-1)}`),
      forecast: async (history: TensorLike, ahead: number) => forecasting.naive().forecast(history, ahead),
    };
    const options = { series, forecaster, initial: 10, horizon: 2, step: 2, window: 'rolling', refit: 2 } as const;
    const result = await forecasting.backtest(options);
    assert.deepEqual(log, ['fit 0…81', 'fit 16…169', 'fit 64…289']);
    assert.deepEqual(result.forecast.toArray()[4], [289, 289]);
    log.length = 0;
    await forecasting.backtest({ ...options, refit: Infinity });
    assert.equal(log.length, 1);
  });

  it('judges one feature of several', async () => {
    const two = tensor(Array.from({ length: 10 }, (_, t) => [t, 10 * t]), null, 'float64'); // prettier-ignore
    const options = { series: two, initial: 5, horizon: 2, feature: 1 };
    const result = await forecasting.backtest({ ...options, forecaster: forecasting.naive() });
    near(result.scores.mae, 15);
    const one = await forecasting.backtest({ ...options, forecaster: (_h: TensorLike, ahead: number) => tensor(new Float32Array(ahead)) }); // prettier-ignore
    near(one.perOrigin[0].mae, 55);
  });

  it('names what does not fit', async () => {
    const run = (options: object) =>
      forecasting.backtest({ series, forecaster: forecasting.naive(), initial: 10, ...options });
    await assert.rejects(run({ initial: 20 }), /at least 21 steps/);
    await assert.rejects(run({ forecaster: 3 }), /forecaster must be a function/);
    await assert.rejects(run({ forecaster: () => tensor([1, 2]) }), /gave a forecast of shape \[2\], expected \[1\]/);
    await assert.rejects(run({ window: 'sliding' }), /unknown window 'sliding'/);
    await assert.rejects(run({ horizons: 3 }), /Did you mean 'horizon'/);
  });
});
