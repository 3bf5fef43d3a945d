import assert from 'node:assert/strict';
import { data } from '../../lib/index.js';

describe('data.padSequences', () => {
  const ragged = [[1, 2, 3], [4], []];

  it('fills and cuts in front by default, as Keras does', () => {
    const padded = data.padSequences(ragged);
    assert.equal(padded.dtype, 'int32');
    assert.deepEqual(padded.toArray(), [[1, 2, 3], [0, 0, 4], [0, 0, 0]]); // prettier-ignore
    assert.deepEqual(data.padSequences(ragged, { maxLen: 2 }).toArray(), [[2, 3], [0, 4], [0, 0]]); // prettier-ignore
  });

  it('fills and cuts at the end, with a value of choice', () => {
    const padded = data.padSequences(ragged, { maxLen: 2, padding: 'post', truncating: 'post', value: -1 });
    assert.deepEqual(padded.toArray(), [[1, 2], [4, -1], [-1, -1]]); // prettier-ignore
  });

  it('pads rows of features', () => {
    const padded = data.padSequences([[[1.5, 2]], [[3, 4], [5, 6]]], { dtype: 'float32', padding: 'post' }); // prettier-ignore
    assert.deepEqual(padded.toArray(), [[[1.5, 2], [0, 0]], [[3, 4], [5, 6]]]); // prettier-ignore
    assert.deepEqual(data.padSequences([]).shape, [0, 0]);
  });

  it('names what does not fit', () => {
    assert.throws(() => data.padSequences([[1], [1.5]]), /sequence 1: 1.5 at position 0 does not fit int32/);
    assert.throws(() => data.padSequences([[[1, 2]], [[1]]]), /sequence 1 has shape \[1, 1\], expected \[length, 2\]/);
    assert.throws(
      () => data.padSequences([[1]], { padding: 'left' as never }),
      /padding must be 'pre' or 'post', got 'left'/,
    );
    assert.throws(() => data.padSequences([[1]], { maxlen: 3 } as never), /Did you mean 'maxLen'/);
    assert.throws(() => data.padSequences(5 as never), /expected a list of sequences, got 5/);
  });
});
