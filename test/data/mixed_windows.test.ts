import assert from 'node:assert/strict';
import { data, ShapeError, Tensor, ValueError } from '../../lib/index.js';

/** Feature f of step t of series s is 1000·s + 10·t + f. */
function series(count: number, length: number, features: number): Tensor {
  const values = new Float64Array(count * length * features);
  for (let i = 0; i < values.length; i++) {
    const [s, t, f] = [Math.floor(i / (length * features)), Math.floor(i / features) % length, i % features];
    values[i] = 1000 * s + 10 * t + f;
  }
  return new Tensor(values, [count, length, features]);
}

describe('data.mixedWindows', () => {
  const given = series(2, 20, 2);

  for (const summary of ['mean', 'last'] as const) {
    it(`${summary}: coarse blocks, then every step, then the targets`, () => {
      const [old, recent, every, ahead, stride] = [3, 4, 4, 2, 2];
      const [[coarse, fine], y] = data.mixedWindows(given, { old, recent, every, ahead, stride, feature: 1, summary });
      // Windows begin at steps 0 and 2: 3·4 + 4 + 2 = 18 of 20 steps.
      assert.deepEqual([coarse.shape, fine.shape, y.shape], [[4, 3, 2], [4, 4, 2], [4, 2]]); // prettier-ignore
      [
        [0, 0],
        [0, 2],
        [1, 0],
        [1, 2],
      ].forEach(([s, begin], w) => {
        // prettier-ignore
        for (let f = 0; f < 2; f++) {
          const at = (t: number) => 1000 * s + 10 * t + f;
          for (let j = 0; j < old; j++) {
            const block = Array.from({ length: every }, (_, t) => at(begin + j * every + t));
            const expected = summary === 'last' ? block[every - 1] : block.reduce((a, b) => a + b) / every;
            assert.equal(coarse.data[(w * old + j) * 2 + f], expected);
          }
          for (let t = 0; t < recent; t++) assert.equal(fine.data[(w * recent + t) * 2 + f], at(begin + 12 + t));
        }
        for (let k = 0; k < ahead; k++) assert.equal(y.data[w * ahead + k], 1000 * s + 10 * (begin + 16 + k) + 1);
      });
    });
  }

  it('joins both parts into one sequence', () => {
    const options = { old: 2, recent: 5, every: 3 };
    const [[coarse, fine], y] = data.mixedWindows(given, options);
    const [x, yJoined] = data.mixedWindows(given, { ...options, joined: true });
    assert.deepEqual(x.shape, [coarse.shape[0], 7, 2]);
    for (let w = 0; w < x.shape[0]; w++) {
      const row = [...coarse.data.subarray(w * 4, w * 4 + 4), ...fine.data.subarray(w * 10, w * 10 + 10)];
      assert.deepEqual([...x.data.subarray(w * 14, w * 14 + 14)], row);
    }
    assert.deepEqual(yJoined.data, y.data);
  });

  it('takes one series of plain numbers', () => {
    const [[coarse, fine], y] = data.mixedWindows([1, 2, 3, 4, 5, 6, 7], { old: 2, recent: 2, every: 2 });
    assert.deepEqual([coarse.toArray(), fine.toArray(), y.toArray()], [[[[1.5], [3.5]]], [[[5], [6]]], [[7]]]);
  });

  it('refuses what does not fit', () => {
    const options = { old: 3, recent: 4, every: 5 };
    assert.throws(() => data.mixedWindows(given, { ...options, ahead: 2 }), (e) => e instanceof ShapeError && /at least 21/.test(e.message)); // prettier-ignore
    assert.throws(() => data.mixedWindows(given, { ...options, every: 0 }), /every must be an integer of at least 1, got 0/); // prettier-ignore
    assert.throws(() => data.mixedWindows(given, { ...options, feature: 2 }), (e) => e instanceof ValueError && /feature 2/.test(e.message)); // prettier-ignore
    assert.throws(() => data.mixedWindows(given, { ...options, summary: 'median' as 'mean' }), /unknown summary 'median'/); // prettier-ignore
    assert.throws(() => data.mixedWindows(given, { ...options, stpes: 2 } as typeof options), /unknown option 'stpes'/);
  });
});
