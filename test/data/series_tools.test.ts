import assert from 'node:assert/strict';
import { data, tensor, Tensor } from '../../lib/index.js';
import { leastSquares } from '../../lib/data/least_squares.js';
import { random32 } from '../training/models.js';

const double = (t: Tensor) => tensor(t, null, 'float64');
const close = (a: ArrayLike<number>, b: ArrayLike<number>, bound = 1e-12) => {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i++) assert.ok(Math.abs(a[i] - b[i]) <= bound, `${i}: ${a[i]} and ${b[i]}`);
};

describe('data.difference', () => {
  it('takes differences with a lag', () => {
    const x = tensor([1, 4, 9, 16, 25]);
    assert.deepEqual(data.difference().transform(x).toArray(), [3, 5, 7, 9]);
    assert.deepEqual(data.difference({ lag: 2 }).transform(x).toArray(), [8, 12, 16]);
    assert.deepEqual(data.difference({ order: 2 }).transform(x).toArray(), [2, 2, 2]);
    assert.deepEqual(data.difference({ order: 0 }).transform(x).toArray(), x.toArray());
  });

  for (const options of [{}, { lag: 4 }, { order: 3 }, { lag: 3, order: 2 }, { lag: [5, 1] }]) {
    for (const shape of [[30], [30, 2], [3, 30, 2]]) {
      it(`comes back, ${JSON.stringify(options)}, [${shape.join(', ')}]`, () => {
        const x = double(random32(shape, 4));
        const time = shape.length === 3 ? 1 : 0;
        const part = (t: Tensor, from: number, to: number | null) =>
          t.slice([...new Array<null>(time).fill(null), [from, to]]) as Tensor;
        const d = data.difference(options);
        const changes = d.transform(x);
        assert.equal(changes.shape[time], 30 - d.lost);
        // The last 12 steps follow the first 18.
        const back = d.inverseTransform(part(changes, 18 - d.lost, null), { after: part(x, 0, 18) });
        assert.deepEqual(back.shape, part(x, 18, null).shape);
        close(back.data, part(x, 18, null).data);
      });
    }
  }

  it('names what does not fit', () => {
    assert.throws(
      () => data.difference({ lag: [12, 1] }).transform([1, 2]),
      /lags of 12 and 1 need at least 13 steps, got 2/,
    );
    assert.throws(
      () => data.difference().inverseTransform([1], { after: [[1, 2]] }),
      /1 series of 1 features follow 1 of 2/,
    );
    assert.throws(() => data.difference({ lag: 0 }), /lag must be an integer of at least 1/);
  });
});

describe('data.trend', () => {
  it('finds a polynomial exactly and goes on with it', () => {
    const cubic = (t: number) => 3 - 2 * t + 0.5 * t ** 2 - 0.01 * t ** 3;
    const x = tensor(Array.from({ length: 20 }, (_, t) => [cubic(t), t === 3 ? NaN : 7 * t]), null, 'float64'); // prettier-ignore
    const fitted = data.trend({ degree: 3 }).fit(x);
    const rest = fitted.transform(x);
    assert.ok(Number.isNaN(rest.data[7]));
    close(rest.data.filter((_, i) => i !== 7), new Float64Array(39), 1e-9); // prettier-ignore
    const ahead = fitted.inverseTransform(tensor(new Float64Array(6), [3, 2]), { start: 20 });
    close(ahead.data, [20, 21, 22].flatMap((t) => [cubic(t), 7 * t]), 1e-9); // prettier-ignore
  });

  it('starts every series of a batch at a time of its own', () => {
    const fitted = data.trend().fit([1, 3, 5, 7]);
    const back = fitted.inverseTransform(tensor(new Float64Array(4), [2, 2, 1]), { start: [0, 10] });
    close(back.data, [1, 3, 21, 23]);
    assert.throws(() => fitted.transform(tensor(new Float64Array(4), [2, 2, 1]), { start: [1] }), /list of 2/);
  });

  it('names what does not fit', () => {
    assert.throws(() => data.trend().transform([1]), /not fitted yet/);
    assert.throws(() => data.trend().fit([NaN]), /no value that is a number/);
    assert.throws(
      () =>
        data
          .trend()
          .fit([1, 2])
          .transform([[1, 2]]),
      /fitted to 1 features, got 2/,
    );
  });
});

describe('data.movingAverage', () => {
  it('weighs neighbours', () => {
    const x = [1, 2, 4, 8, 16];
    assert.deepEqual(data.movingAverage(x, { window: 2 }).toArray(), [NaN, 1.5, 3, 6, 12]);
    assert.deepEqual(data.movingAverage(x, { weights: [1, 2, 1], align: 'centered' }).toArray(), [
      NaN,
      2.25,
      4.5,
      9,
      NaN,
    ]);
    assert.deepEqual(data.movingAverage([[1, 5], [3, NaN]], { window: 2 }).toArray(), [[NaN, NaN], [2, NaN]]); // prettier-ignore
    for (const window of [1, 3, 5, 7, 40])
      for (const align of ['trailing', 'centered'] as const) {
        const long = tensor(Float64Array.from({ length: 66 }, (_, i) => (i === 41 ? NaN : Math.sin(i * i))), [3, 11, 2]); // prettier-ignore
        const want = data.movingAverage(long, { weights: Array<number>(window).fill(1), align }).data;
        data.movingAverage(long, { window, align }).data.forEach((v, i) => {
          const equal = Number.isNaN(want[i]) ? Number.isNaN(v) : Math.abs(v - want[i]) < 1e-14;
          assert.ok(equal, `window ${window} ${align} at ${i}: ${v}, ${want[i]}`);
        });
      }
    assert.throws(() => data.movingAverage(x, { weights: [1, -1] }), /sum is not 0/);
    assert.throws(() => data.movingAverage(x, {}), /either window or weights/);
  });
});

describe('missing values', () => {
  it('are interpolated, at the ends repeated', () => {
    const x = [[NaN, 1], [2, NaN], [NaN, NaN], [NaN, 4], [8, NaN]]; // prettier-ignore
    assert.deepEqual(data.interpolateMissing(x).toArray(), [[2, 1], [2, 2], [4, 3], [6, 4], [8, 4]]); // prettier-ignore
    assert.deepEqual(data.missingMask(x).toArray()[0], [true, false]);
    assert.throws(() => data.interpolateMissing([[1, NaN]]), /feature 1 has no value/);
  });

  it('are made by hiding known ones', () => {
    const x = tensor(Array.from({ length: 400 }, (_, t) => (t % 10 === 0 ? NaN : t)));
    const { series, hidden } = data.hideGaps(x, { share: 0.25, lengths: [1, 6], seed: 3 });
    assert.equal(Array.from(hidden.data).filter(Boolean).length, 90);
    for (let t = 0; t < 400; t++) assert.equal(Number.isNaN(series.data[t]), t % 10 === 0 || hidden.data[t] === 1);
    assert.deepEqual(data.hideGaps(x, { share: 0.25, lengths: [1, 6], seed: 3 }).hidden.data, hidden.data);
    assert.notDeepEqual(data.hideGaps(x, { share: 0.25, lengths: [1, 6], seed: 4 }).hidden.data, hidden.data);
    assert.throws(() => data.hideGaps([1, NaN]), /at least 2 known values, got 1/);
  });
});

describe('features of the calendar', () => {
  it('are points on circles', () => {
    const s = data.seasonalFeatures(3, { period: [4, 8], start: 1 });
    assert.deepEqual(s.shape, [3, 4]);
    close(s.data.subarray(0, 4), [1, 0, Math.SQRT1_2, Math.SQRT1_2], 1e-7);
    close(data.seasonalFeatures(1, { period: 8, harmonics: 2, start: 2 }).data, [1, 0, 0, -1], 1e-7);
    // Noon of a Monday: half a day, half a day of seven.
    const [daySin, dayCos, weekSin] = data.calendarFeatures(['2024-07-01T12:00:00Z'], { cycles: ['day', 'week'] }).data;
    close([daySin, dayCos, weekSin], [0, -1, Math.sin(Math.PI / 7)], 1e-7);
    close(data.calendarFeatures([new Date(Date.UTC(1999, 0))], { cycles: ['year'] }).data, [0, 1]);
    assert.throws(() => data.calendarFeatures(['soon'], { cycles: ['year'] }), /'soon' is not a date/);
    assert.throws(() => data.calendarFeatures([], { cycles: ['month' as never] }), /unknown cycle 'month'/);
    assert.throws(() => data.seasonalFeatures(3, { period: 0 }), /period must be/);
  });
});

describe('least squares', () => {
  it('has a residual at right angles to every column', () => {
    const columns = [0, 1, 2].map((k) => Float64Array.from(random32([9], k).data));
    const b = random32([9], 7).data;
    const x = leastSquares(columns, b);
    const rest = Array.from(b, (v, i) => v - columns.reduce((sum, c, k) => sum + c[i] * x[k], 0));
    for (const column of columns) close([rest.reduce((sum, r, i) => sum + r * column[i], 0)], [0]);
  });

  it('passes over columns that repeat others', () => {
    const x = leastSquares([[1, 1, 1], [2, 2, 2], [0, 0, 0], [0, 1, 2]], [5, 7, 9]); // prettier-ignore
    close(x, [5, 0, 0, 2]);
    close(leastSquares([[1, 0], [0, 1], [1, 1]], [3, 4]), [3, 4, 0]); // prettier-ignore
  });
});
