import assert from 'node:assert/strict';
import { data, tensor } from '../../lib/index.js';

/** [series, length, features]: 100·series + 10·feature + step / 10. */
function numbered(series: number, length: number, features: number) {
  const values = Array.from({ length: series }, (_, i) =>
    Array.from({ length }, (__, t) => Array.from({ length: features }, (___, f) => 100 * i + 10 * f + t / 10)),
  );
  return tensor(values, null, 'float64');
}

describe('data.forecastWindows', () => {
  it('gives the step that follows', () => {
    const [x, y] = data.forecastWindows(numbered(2, 5, 1), { steps: 4 });
    assert.deepEqual(x.shape, [2, 4, 1]);
    assert.deepEqual(y.toArray(), [[0.4], [100.4]]);
  });

  it('gives several steps that follow, of one feature', () => {
    const [x, y] = data.forecastWindows(numbered(1, 6, 3), { steps: 4, ahead: 2, feature: 2 });
    assert.deepEqual(x.shape, [1, 4, 3]);
    assert.deepEqual(y.toArray(), [[20.4, 20.5]]);
  });

  it('gives at every step the steps that follow it: y[b, t, k] = series[b, t + 1 + k]', () => {
    const [, y] = data.forecastWindows(numbered(2, 7, 1), { steps: 4, ahead: 3, mode: 'sequence' });
    assert.deepEqual(y.shape, [2, 4, 3]);
    for (let b = 0; b < 2; b++)
      for (let t = 0; t < 4; t++)
        for (let k = 0; k < 3; k++) assert.equal(y.data[(b * 4 + t) * 3 + k], 100 * b + (t + 1 + k) / 10);
  });

  it('slides over long series', () => {
    const [x, y] = data.forecastWindows(numbered(2, 9, 1), { steps: 3, ahead: 1, stride: 2 });
    assert.deepEqual(x.slice([null, 0, 0]).shape, [6]);
    assert.deepEqual(Array.from(y.data), [0.3, 0.5, 0.7, 100.3, 100.5, 100.7]);
    const [single] = data.forecastWindows(Float32Array.of(1, 2, 3, 4), { steps: 2 });
    assert.deepEqual(single.toArray(), [[[1], [2]], [[2], [3]]]); // prettier-ignore
  });

  it('names what does not fit', () => {
    const series = numbered(2, 5, 1);
    assert.throws(
      () => data.forecastWindows(series, { steps: 5 }),
      /series of 5 steps are too short for windows of 5 and 1 ahead; expected at least 6/,
    );
    assert.throws(() => data.forecastWindows(series, { steps: 2, feature: 1 }), /feature 1 of series with 1 features/);
    assert.throws(
      () => data.forecastWindows(series, { steps: 2, mode: 'all' as never }),
      /'last' or 'sequence', got 'all'/,
    );
    assert.throws(() => data.forecastWindows(3, { steps: 2 }), /expected series of shape/);
    assert.throws(() => data.forecastWindows(series, { step: 2 } as never), /Did you mean 'steps'/);
  });
});

describe('data.iteratedForecast', () => {
  /** Forecasts twice the last value of each feature, at the last step or at every one. */
  const doubling = (everyStep: boolean) => ({
    async predict(x: ReturnType<typeof tensor>) {
      const [n, steps, features] = x.shape;
      const all = tensor(
        x.data.map((v) => 2 * v),
        x.shape,
      );
      return everyStep
        ? all
        : tensor(
            Float32Array.from(
              { length: n * features },
              (_, i) => all.data[(Math.floor(i / features) * steps + steps - 1) * features + (i % features)],
            ),
            [n, features],
          );
    },
  });

  for (const everyStep of [false, true]) {
    it(`feeds forecasts back, of a model with outputs at ${everyStep ? 'every step' : 'the last step'}`, async () => {
      const x = tensor([[[9, 8], [1, 3]], [[9, 8], [2, 5]]]); // prettier-ignore
      const forecast = await data.iteratedForecast(doubling(everyStep), x, 3);
      assert.deepEqual(forecast.toArray(), [[[2, 6], [4, 12], [8, 24]], [[4, 10], [8, 20], [16, 40]]]); // prettier-ignore
      assert.deepEqual(x.toArray()[0][0], [9, 8]);
    });
  }

  it('refuses a model that forecasts something else', async () => {
    const model = { predict: async () => tensor([[1, 2, 3]]) };
    await assert.rejects(
      data.iteratedForecast(model, tensor([[[1]]]), 2),
      /the 1 features of the next step, shape \[1, 1\], got \[1, 3\]/,
    );
    await assert.rejects(data.iteratedForecast(model, tensor([1, 2]), 2), /windows of shape/);
  });
});
