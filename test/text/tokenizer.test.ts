import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from '../../lib/index.js';

const TEXTS = ['The cat saw the dog.', 'A dog saw: the END'];

describe('text.tokenizer', () => {
  it('numbers words by frequency, ties by first appearance, behind the special tokens', () => {
    const words = text.tokenizer().fit(TEXTS);
    assert.deepEqual(words.vocabulary.tokens, ['<pad>', '<go>', '<eos>', '<unk>', 'the', 'saw', 'dog', 'cat', 'a', 'end']); // prettier-ignore
    assert.deepEqual(words.encode('The dog sees a cat!'), [4, 6, 3, 8, 7]);
    assert.equal(words.decode([4, 6, 3, 8, 7]), 'the dog <unk> a cat');
    assert.equal(words.size, 10);
    assert.equal(words.adapt('only this').size, 6);
  });

  it('limits the vocabulary by size and by frequency', () => {
    assert.deepEqual(text.tokenizer({ maxTokens: 6 }).fit(TEXTS).vocabulary.tokens.slice(4), ['the', 'saw']);
    assert.deepEqual(text.tokenizer({ minFrequency: 2 }).fit(TEXTS).vocabulary.tokens.slice(4), ['the', 'saw', 'dog']);
    assert.throws(() => text.tokenizer({ maxTokens: 4 }), /maxTokens must be an integer of at least 5, got 4/);
  });

  it('takes the special tokens that are wanted, under names of choice', () => {
    const plain = text.tokenizer({ specials: false }).fit(['b a b']);
    assert.deepEqual(plain.vocabulary.tokens, ['b', 'a']);
    assert.throws(() => plain.encode('c'), /the token 'c' is not among its 2, and it has no token for unknown ones/);
    assert.throws(() => text.tokenizer({ specials: { pad: '' } }), /specials.pad must be a name or false, got ''/);
  });

  it('leaves case and punctuation where it is told to', () => {
    const kept = text
      .tokenizer({ lowercase: false, filter: '', specials: { go: 'GO', eos: false } })
      .fit(['Go GO go . .']);
    assert.deepEqual(kept.vocabulary.tokens, ['<pad>', 'GO', '<unk>', '.', 'Go', 'go']);
    assert.deepEqual(kept.encode('GO go .'), [1, 5, 3]);
  });

  it('splits characters at code points', () => {
    const characters = text.tokenizer({ level: 'char', specials: false }).fit('a😀aé');
    assert.deepEqual(characters.vocabulary.tokens, ['a', '😀', 'é']);
    assert.equal(characters.decode(characters.encode('é😀')), 'é😀');
    assert.deepEqual(characters.oneHot('é😀').toArray(), [[0, 0, 1], [0, 1, 0]]); // prettier-ignore
    assert.throws(() => characters.oneHot([3]), /ids are integers from 0 to 2, got 3/);
  });

  it('cuts, fills and marks the ends', () => {
    const t = text.tokenizer().fit(['a b c d']); // ids 4 … 7
    assert.deepEqual(t.encode('a b c', { maxLength: 2 }), [4, 5]);
    assert.deepEqual(t.encode('a b c', { maxLength: 2, truncating: 'pre' }), [5, 6]);
    assert.deepEqual(t.encode('a b c', { maxLength: 4, addGo: true, addEos: true }), [1, 4, 5, 2]);
    assert.deepEqual(t.encode('a b', { maxLength: 2, addGo: true, addEos: true, truncating: 'pre' }), [1, 2]);
    assert.throws(() => t.encode('a', { maxLength: 1, addGo: true, addEos: true }), /maxLength must be an integer of at least 2/); // prettier-ignore
    const batch = t.encodeBatch(['a b c', 'd'], { addEos: true });
    assert.equal(batch.dtype, 'int32');
    assert.deepEqual(batch.toArray(), [[4, 5, 6, 2], [7, 2, 0, 0]]); // prettier-ignore
    assert.deepEqual(t.encodeBatch(['a', ''], { padding: 'pre', maxLength: 3, padToMaxLength: true }).toArray(), [[0, 0, 4], [0, 0, 0]]); // prettier-ignore
    assert.deepEqual(t.decodeBatch(batch), ['a b c', 'd']);
    assert.equal(t.decode(batch.slice([1]), { skipSpecials: false }), 'd <eos> <pad> <pad>');
    assert.deepEqual(t.encodeBatch(['', '']).shape, [2, 0]);
    const bare = text.tokenizer({ specials: false }).fit(['a b']);
    assert.deepEqual(bare.encodeBatch(['a b', 'b a']).toArray(), [[0, 1], [1, 0]]); // prettier-ignore
    assert.throws(() => bare.encodeBatch(['a b', 'a']), /texts of several lengths: the tokenizer has no token for it \(specials.pad\)/); // prettier-ignore
    assert.throws(() => bare.encode('a', { addEos: true }), /specials.eos/);
  });

  it('comes back from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'seqnn-text-'));
    try {
      const one = text.tokenizer({ filter: '!', lowercase: false, specials: { go: false, unk: '?' } }).fit(['x Y!']);
      await one.save(join(folder, 't.json'));
      const other = await text.loadTokenizer(join(folder, 't.json'));
      assert.deepEqual(other.toJSON(), one.toJSON());
      assert.deepEqual(other.encode('Y z!'), one.encode('Y z!'));
      assert.deepEqual(text.tokenizerFromJSON(JSON.stringify(one)).toJSON(), one.toJSON());
      // Its limits hold for the next fit, too.
      const limited = text.tokenizer({ specials: false, maxTokens: 2, minFrequency: 2 }).fit('a a a b b c c d');
      const again = text.tokenizerFromJSON(JSON.stringify(limited)).fit('e e f f f g g h');
      assert.deepEqual(again.vocabulary.tokens, ['f', 'e']);
    } finally {
      await rm(folder, { recursive: true });
    }
    assert.throws(() => text.tokenizerFromJSON('{'), /not JSON/);
    assert.throws(() => text.tokenizerFromJSON('{"version":2}'), /expected the JSON of a tokenizer, version 1/);
    assert.throws(() => text.tokenizerFromJSON({ version: 1, tokens: ['a', 'a'] } as never), /'a' occurs twice/);
  });

  it('names what does not fit', () => {
    assert.throws(() => text.tokenizer({ level: 'words' as never }), /unknown level 'words'. Did you mean 'word'/);
    assert.throws(() => text.tokenizer({ maxSize: 3 } as never), /tokenizer: unknown option 'maxSize'/);
    assert.throws(() => text.tokenizer({ specials: { end: 'x' } as never }), /specials: unknown option 'end'/);
    assert.throws(() => text.tokenizer({ specials: { pad: '<go>' } }), /specials.go has the name of another/);
    assert.throws(() => text.tokenizer().encode('a'), /before there are tokens; call fit\(texts\) first/);
    assert.throws(() => text.tokenizer().fit([3 as never]), /expected a text, got 3/);
    assert.throws(() => text.tokenizer().fit(['a']).decode([9]), /ids are integers from 0 to 4, got 9/);
    assert.throws(
      () =>
        text
          .tokenizer()
          .fit(['a'])
          .decode([[1]]),
      /ids of one text, got shape \[1, 1\]/,
    );
  });
});

describe('text.vocabulary', () => {
  it('works on tokens that are split already', () => {
    const v = text.vocabulary({ specials: { go: false, eos: false } }).fit(['x', 'y', 'y']);
    assert.deepEqual(v.tokens, ['<pad>', '<unk>', 'y', 'x']);
    assert.deepEqual([v.idOf('x'), v.idOf('z'), v.tokenOf(2), v.specialId('eos')], [3, 1, 'y', null]);
    assert.deepEqual(text.vocabulary().set(['b', 'a']).tokens.slice(4), ['b', 'a']);
    assert.ok(v.has('y') && !v.has('z'));
  });
});
