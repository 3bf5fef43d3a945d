import assert from 'node:assert/strict';
import { data } from '../../lib/index.js';
import { PhiloxStream } from '../../lib/data/philox.js';

describe('data.generateTimeSeries', () => {
  it('draws from Philox4x32-10, as its known answers have it', () => {
    const words = (stream: PhiloxStream) => Array.from({ length: 4 }, () => (stream.uniform() * 2 ** 32).toString(16));
    assert.deepEqual(words(new PhiloxStream(0, 0)), ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']);
  });

  it('gives [count, steps, 1] in float32, within the bounds of its waves', () => {
    const series = data.generateTimeSeries(500, 50, { seed: 1 });
    assert.deepEqual(series.shape, [500, 50, 1]);
    assert.equal(series.dtype, 'float32');
    assert.ok(series.data.every((v) => Math.abs(v) <= 0.75));
  });

  it('is repeatable: a series depends on the seed and its own number only', () => {
    const many = data.generateTimeSeries(20, 30, { seed: 7 });
    const few = data.generateTimeSeries(3, 30, { seed: 7 });
    assert.deepEqual(few.data, many.data.subarray(0, 90));
    assert.notDeepEqual(data.generateTimeSeries(3, 30, { seed: 8 }).data, few.data);
    assert.notDeepEqual(data.generateTimeSeries(3, 30).data, data.generateTimeSeries(3, 30).data);
  });

  it('is as hard as the published one: the last value forecasts with an error of 0.020', () => {
    const { data: values } = data.generateTimeSeries(10_000, 51, { seed: 0 });
    let sum = 0;
    for (let i = 0; i < 10_000; i++) sum += (values[i * 51 + 50] - values[i * 51 + 49]) ** 2;
    assert.ok(Math.abs(sum / 10_000 - 0.0206) < 0.0006, `got ${sum / 10_000}`);
  });

  it('makes series of one step, and names what it cannot make', () => {
    assert.deepEqual(data.generateTimeSeries(2, 1).shape, [2, 1, 1]);
    assert.throws(() => data.generateTimeSeries(0, 5), /count must be an integer of at least 1, got 0/);
    assert.throws(() => data.generateTimeSeries(3, NaN), /steps must be an integer of at least 1, got NaN/);
    assert.throws(
      () => data.generateTimeSeries(3, 5, { sed: 1 } as never),
      /unknown option 'sed'. Did you mean 'seed'/,
    );
    assert.throws(() => data.generateTimeSeries(3, 5, { seed: -1 }), /seed/);
  });
});
