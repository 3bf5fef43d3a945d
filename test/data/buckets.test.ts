import assert from 'node:assert/strict';
import { data, layers, sequential, type Tensor } from '../../lib/index.js';

/** Row i holds i + 1 as often as its length says. */
const lengths = [3, 9, 5, 1, 4, 7, 2, 8, 6, 10];
const rows = lengths.map((n, i) => new Array<number>(n).fill(i + 1));
const others = lengths.map((_, i) => [i + 1]);
const both = (t: Tensor[]) => t;

describe('data.bucketByLength', () => {
  it('gives every row once per pass, padded to the longest of its bucket', () => {
    const batches = data.bucketByLength([rows, others], { batchSize: 2, boundaries: [4, 7], seed: 1 }, both);
    assert.deepEqual(batches.buckets, [
      { steps: [4, 1], rows: 4 },
      { steps: [7, 1], rows: 3 },
      { steps: [10, 1], rows: 3 },
    ]);
    for (let pass = 0; pass < 2; pass++) {
      const all = [...batches];
      assert.equal(all.length, batches.batches);
      const seen = all.flatMap(([x, y]) => {
        assert.deepEqual([x.dtype, y.shape], ['int32', [x.shape[0], 1]]);
        return (x.toArray() as number[][]).map((row, i) => {
          const real = row.filter((token) => token !== 0);
          assert.deepEqual(row, [...real, ...new Array<number>(row.length - real.length).fill(0)]);
          assert.equal(real.length, lengths[y.data[i] - 1]);
          assert.equal(row.length, real.length <= 4 ? 4 : real.length <= 7 ? 7 : 10);
          return real[0];
        });
      });
      assert.deepEqual(seen.sort((a, b) => a - b), rows.map((r) => r[0])); // prettier-ignore
    }
  });

  it('is shuffled by the seed, differently at every pass, or not at all', () => {
    const make = (options: object) => data.bucketByLength([rows], { batchSize: 2, ...options }, ([x]) => [...x.data]);
    const [a, b] = [make({ seed: 3 }), make({ seed: 3 })];
    const first = [...a];
    assert.deepEqual(first, [...b]);
    assert.notDeepEqual([...a], first);
    const plain = make({ shuffle: false });
    assert.deepEqual([...plain], [...plain]);
  });

  it('finds boundaries of about as many rows each, and drops remainders when asked', () => {
    const found = data.bucketByLength([rows], { batchSize: 2 }, both);
    assert.deepEqual(found.buckets.map((b) => b.rows), [3, 2, 2, 3]); // prettier-ignore
    const dropped = data.bucketByLength([rows], { batchSize: 2, boundaries: [4, 7], dropRemainder: true }, both);
    assert.deepEqual([...dropped].map(([x]) => x.shape[0]), [2, 2, 2, 2]); // prettier-ignore
    assert.equal(dropped.batches, 4);
  });

  it('fills in front, column by column', () => {
    const options = { batchSize: 2, shuffle: false, padding: ['pre', 'post'], value: -1 } as const;
    const [[a, b]] = [...data.bucketByLength([[[1], [2, 3]], [[4], [5, 6]]], { ...options, boundaries: [] }, both)]; // prettier-ignore
    assert.deepEqual([a.toArray(), b.toArray()], [[[-1, 1], [2, 3]], [[4, -1], [5, 6]]]); // prettier-ignore
  });

  it('feeds fit', async () => {
    const model = sequential([
      layers.embedding({ inputDim: 11, outputDim: 2, maskZero: true, inputShape: [null] }),
      layers.gru({ units: 2 }),
      layers.dense({ units: 1 }),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const batches = data.bucketByLength([rows, others], { batchSize: 3 }, ([x, y]) => [x, y]);
    const { history } = await model.fit(batches, { epochs: 2, verbose: 0 });
    assert.equal(history.loss.length, 2);
  });

  it('refuses what does not fit', () => {
    const { bucketByLength } = data;
    const options = { batchSize: 2 };
    assert.throws(() => bucketByLength([rows, others.slice(1)], options, both), /columns of 10, 9 rows/);
    assert.throws(() => bucketByLength([rows], { ...options, boundaries: [4, 4] }, both), /ascending whole numbers/);
    assert.throws(() => bucketByLength([rows], { ...options, boundry: [4] } as never, both), /'boundaries'/);
    assert.throws(() => bucketByLength([rows], { batchSize: 0 }, both), /batchSize must be an integer/);
    assert.throws(() => bucketByLength([[[1.5]]], options, both), /column 0 holds \[1.5\], expected lists of whole/);
    assert.throws(
      () => bucketByLength([rows], { ...options, padding: 'left' as never }, both),
      /unknown padding 'left'/,
    );
    assert.throws(() => bucketByLength([rows], options, undefined as never), /expected a function/);
  });
});
