import assert from 'node:assert/strict';
import { forecasting, tensor, Tensor } from '../../lib/index.js';
import { randomizer } from '../support/gradcheck.js';

const { intervals } = forecasting;
const near = (a: number, b: number, bound = 1e-6) => assert.ok(Math.abs(a - b) <= bound, `${a} and ${b}`);

/** [n, ahead] uniform numbers from -k to k in the column k − 1. */
function noise(n: number, ahead: number, seed: number): Tensor {
  const next = randomizer(seed);
  return tensor(
    Float64Array.from({ length: n * ahead }, (_, i) => (2 * next() - 1) * ((i % ahead) + 1)),
    [n, ahead],
  );
}

describe('conformal intervals', () => {
  it('take the margin that held-out data needed, per step', () => {
    const held = tensor([[1, -20], [-2, 10], [3, 30], [-4, 40]]); // prettier-ignore
    const calibrated = intervals.conformal(held, new Tensor(new Float32Array(8), [4, 2]), { coverage: 0.6 });
    // Place ⌈5 · 0.6⌉ = 3 of 4.
    assert.deepEqual(calibrated.margins.toArray(), [3, 30]);
    const { lower, upper } = calibrated.apply([10, 100]);
    assert.deepEqual([lower.toArray(), upper.toArray()], [[7, 70], [13, 130]]); // prettier-ignore
  });

  it('cover new truth as promised, around forecasts and around bands', () => {
    const zeros = (n: number) => new Tensor(new Float64Array(n * 3), [n, 3]);
    const [held, fresh] = [noise(500, 3, 1), noise(4000, 3, 2)];
    for (const coverage of [0.5, 0.9]) {
      const around = intervals.conformal(held, zeros(500), { coverage }).apply(zeros(4000));
      near(intervals.coverage(fresh, around.lower, around.upper), coverage, 0.04);
      // A band that is far too wide is made narrower.
      const wide = (n: number) => ({ lower: zeros(n).sub(9) as Tensor, upper: zeros(n).add(9) as Tensor });
      const band = intervals.conformal(held, wide(500), { coverage }).apply(wide(4000));
      near(intervals.coverage(fresh, band.lower, band.upper), coverage, 0.04);
      near(intervals.meanWidth(band.lower, band.upper), 4 * coverage, 0.3);
    }
  });

  it('name what does not fit', () => {
    assert.throws(() => intervals.conformal([1, 2, 3], [1, 2, 3]), /3 held-out forecasts are too few .* at least 9/);
    assert.throws(() => intervals.conformal([1, 2], [1]), /one shape, got \[2\] and \[1\]/);
    const made = intervals.conformal([1, 2, 3], [0, 0, 0], { coverage: 0.5 });
    assert.throws(() => made.apply([[1, 2]]), /forecasts of 1 steps, \[n, 1\], got \[1, 2\]/);
    assert.throws(() => intervals.conformal([1], [1], { coverage: 1 }), /coverage must lie between 0 and 1/);
  });
});

describe('bands of quantiles', () => {
  it('are put in order and cut to a coverage', () => {
    const predicted = [[[3, 1, 2, 9, 5]], [[1, 1, 1, 1, 1]]]; // prettier-ignore
    const options = { quantiles: [0.05, 0.25, 0.5, 0.75, 0.95] };
    const { lower, median, upper } = intervals.quantiles(predicted, options);
    assert.deepEqual([lower.toArray(), median.toArray(), upper.toArray()], [[[1], [1]], [[3], [1]], [[9], [1]]]); // prettier-ignore
    const half = intervals.quantiles(predicted, { ...options, coverage: 0.5 });
    assert.deepEqual([half.lower.data[0], half.upper.data[0]], [2, 5]);
    // Level 0.1 is a quarter of the way from 0.05 to 0.25.
    near(intervals.quantiles(predicted, { ...options, coverage: 0.8 }).lower.data[0], 1.25);
    assert.throws(() => intervals.quantiles([[1, 2]], { quantiles: [0.5] }), /\[\.\.\., 1\], one for each quantile/);
    assert.throws(() => intervals.quantiles([[1, 2]], { quantiles: [0.5, 0.1] }), /must grow/);
  });
});

describe('scores of intervals', () => {
  it('are their formulas', () => {
    const [y, lower, upper] = [
      [1, 5, 9],
      [0, 6, 9],
      [2, 8, 9],
    ];
    near(intervals.coverage(y, lower, upper), 2 / 3);
    near(intervals.meanWidth(lower, upper), 4 / 3);
    near(intervals.intervalScore(y, lower, upper, 0.8), (2 + 2 + 10 * 1 + 0) / 3);
    near(intervals.pinball([4], [[3, 6]], [0.1, 0.9]), (0.1 + 0.2) / 2);
  });

  it('the CRPS of draws is its double sum, and that of one draw the error', () => {
    const samples = noise(7, 2, 5);
    const y = [0.3, -0.4];
    let expected = 0;
    for (let i = 0; i < 2; i++)
      for (let a = 0; a < 7; a++) {
        expected += Math.abs(samples.data[a * 2 + i] - y[i]) / 14;
        for (let b = 0; b < 7; b++) expected -= Math.abs(samples.data[a * 2 + i] - samples.data[b * 2 + i]) / 4 / 49;
      }
    near(intervals.crps(y, samples), expected);
    near(intervals.crps([3], [[1]]), 2);
    // Twice the pinball loss over many quantiles, here those of the uniform distribution.
    const levels = Array.from({ length: 400 }, (_, i) => (i + 0.5) / 400);
    near(2 * intervals.pinball([0.2], [levels], levels), 0.2 ** 2 - 0.2 + 1 / 3, 1e-3);
    assert.throws(() => intervals.crps([1], [1]), /samples \[draws, \.\.\.\]/);
  });
});
