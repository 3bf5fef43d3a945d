import assert from 'node:assert/strict';
import { layers, ops, sequential, setThreads } from '../../lib/index.js';

describe('what is too large', () => {
  it('is refused in words', () => {
    assert.throws(() => ops.zeros([1e6, 1e6]), /1000000000000 elements is larger than this machine can hold/);
    assert.throws(() => ops.broadcastTo([1], [1e5, 1e5]), /elements is larger than this machine can hold/);
    assert.throws(
      () => ops.add(ops.reshape([1], [1, 1, 1, 1, 1, 1, 1, 1, 1]), 1),
      /reshape: 9 axes, a tensor has at most 8/,
    );
    const wide = () => sequential([layers.dense({ units: 1e9, inputShape: [1e6] })]).predictSync([[0]]);
    assert.throws(wide, /GB of working memory|larger than this machine can hold/);
    assert.throws(() => setThreads(0), /setThreads: expected an integer of at least 1, got 0/);
    assert.throws(() => setThreads(1000), /setThreads: 1000, expected an integer from 1 to \d+/);
    assert.throws(() => setThreads(1e7), /setThreads: 10000000, expected an integer from 1 to \d+/);
  });
});
