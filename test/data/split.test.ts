import assert from 'node:assert/strict';
import { data, tensor } from '../../lib/index.js';

const x = tensor(Float32Array.from({ length: 20 }, (_, i) => i), [10, 2]); // prettier-ignore
const y = tensor(Int32Array.from({ length: 10 }, (_, i) => i));

describe('data.split', () => {
  it('cuts one array or several by sizes, without copying', () => {
    const [a, b] = data.split(x, { sizes: [7, 3] });
    assert.deepEqual([a.shape, b.shape], [[7, 2], [3, 2]]); // prettier-ignore
    assert.equal(b.data.buffer, x.data.buffer);
    const parts = data.split([x, y], { sizes: [5, null, 2] });
    assert.deepEqual(
      parts.map(([, part]) => Array.from(part.data)),
      [[0, 1, 2, 3, 4], [5, 6, 7], [8, 9]], // prettier-ignore
    );
  });

  it('cuts by fractions and loses no row to rounding', () => {
    const sizes = (fractions: number[], rows: number) =>
      data.split(tensor(new Float32Array(rows)), { fractions }).map((part) => part.shape[0]);
    assert.deepEqual(sizes([0.7, 0.2, 0.1], 10_000), [7000, 2000, 1000]);
    for (let rows = 0; rows < 12; rows++)
      assert.equal(
        sizes([1 / 3, 1 / 3, 1 / 3], rows).reduce((a, b) => a + b),
        rows,
      );
  });

  it('shuffles all arrays alike, the same for the same seed', () => {
    const [[xs, ys]] = data.split([x, y], { sizes: [10], shuffle: true, seed: 3 });
    assert.notDeepEqual(Array.from(ys.data), Array.from(y.data));
    assert.deepEqual(
      [...ys.data].sort((a, b) => a - b),
      Array.from(y.data),
    );
    ys.data.forEach((label, i) => assert.equal(xs.data[2 * i], 2 * label));
    assert.deepEqual(data.split(y, { sizes: [10], shuffle: true, seed: 3 })[0].data, ys.data);
  });

  it('names what does not fit', () => {
    assert.throws(() => data.split(x, { sizes: [7, 2] }), /sizes are integers that sum to the 10 rows.*got \[7, 2\]/);
    assert.throws(() => data.split(x, { sizes: [7, 5] }), /sum to the 10 rows/);
    assert.throws(() => data.split(x, { sizes: [null, null] }), /one may be null/);
    assert.throws(() => data.split(x, { fractions: [0.5, 0.4] }), /sum to 1/);
    assert.throws(() => data.split(x, {}), /either sizes or fractions/);
    assert.throws(() => data.split([x, tensor([1, 2])], { sizes: [10] }), /array 0 has 10 rows, array 1 has 2/);
  });
});
