import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layers, losses, ops, sequential, setRandomSeed, text, type Tensor } from '../../lib/index.js';

const IDS = ops.arange(0, 14);

describe('text: windows', () => {
  it('nextTokenWindows: every window and what follows each token', () => {
    const [x, y] = text.nextTokenWindows(IDS, { steps: 4 });
    assert.deepEqual([x.shape, y.shape, x.dtype], [[10, 4], [10, 4], 'int32']); // prettier-ignore
    const after = y.data;
    x.data.forEach((v, i) => assert.equal(after[i], v + 1));
    assert.equal(x.data[x.size - 1], 12);
    assert.deepEqual(text.nextTokenWindows(IDS, { steps: 4, stride: 4 })[0].toTensor().toArray(), [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]); // prettier-ignore
    assert.throws(() => text.nextTokenWindows([1, 2], { steps: 2 }), /2 tokens is too short; expected at least 3/);
    assert.throws(() => text.nextTokenWindows([[1]], { steps: 1 }), /ids of one text, got shape \[1, 1\]/);
  });

  it('windows of a long text are views: fitting them gives what copies give', async () => {
    const [x, y] = text.nextTokenWindows(new Int32Array(1_000_000), { steps: 1000 });
    assert.deepEqual([x.shape, x.series.size, y.series], [[999_000, 1000], 1_000_000, x.series]); // prettier-ignore
    const train = async (copied: boolean) => {
      setRandomSeed(4);
      const m = sequential([layers.embedding({ inputDim: 14, outputDim: 3, inputShape: [4] }), layers.gru({ units: 3, returnSequences: true }), layers.dense({ units: 14, activation: 'softmax' })]); // prettier-ignore
      m.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
      const windows = text.nextTokenWindows(IDS, { steps: 4 });
      const [a, b] = copied ? windows.map((w) => w.toTensor()) : windows;
      return (await m.fit(a, b, { epochs: 2, batchSize: 4, verbose: 0 })).history.loss;
    };
    assert.deepEqual(await train(false), await train(true));
  });

  it('statefulBatches: each row goes on where it ended in the batch before', () => {
    const [x, y] = text.statefulBatches(IDS, { batchSize: 2, steps: 3 });
    assert.deepEqual(x.toArray(), [[0, 1, 2], [6, 7, 8], [3, 4, 5], [9, 10, 11]]); // prettier-ignore
    x.data.forEach((v, i) => assert.equal(y.data[i], v + 1));
    assert.throws(() => text.statefulBatches(IDS, { batchSize: 5, steps: 3 }), /expected at least 16/);
    assert.throws(() => text.statefulBatches(IDS, { batchsiz: 5, steps: 3 } as never), /Did you mean 'batchSize'/);
  });

  it('a stateful model over these batches is one long sequence', async () => {
    setRandomSeed(2);
    const ids = Int32Array.from({ length: 25 }, (_, i) => (i * i) % 5);
    const [x, y] = text.statefulBatches(ids, { batchSize: 2, steps: 4 });
    const chain = (options: object) => [
      layers.embedding({ inputDim: 5, outputDim: 3, ...options }),
      layers.gru({ units: 4, returnSequences: true, stateful: 'batchInputShape' in options }),
      layers.dense({ units: 5, activation: 'softmax' }),
    ];
    const stateful = sequential(chain({ batchInputShape: [2, 4] }));
    const whole = sequential(chain({ inputShape: [null] }));
    whole.setWeights(stateful.getWeights());
    for (const m of [stateful, whole]) m.compile({ optimizer: 'sgd', loss: losses.sparseCategoricalCrossentropy() });
    const parts = (await stateful.evaluate(x, y, { batchSize: 2, verbose: 0 })) as number;
    const rows = (t: Tensor) => ops.reshape(ops.transpose(ops.reshape(t, [3, 2, 4]), [1, 0, 2]), [2, 12]) as Tensor;
    const at = (await whole.evaluate(rows(x), rows(y), { verbose: 0 })) as number;
    assert.ok(Math.abs(parts - at) < 1e-6, `${parts}, ${at}`);
  });

  it('perplexity and bits per token', () => {
    assert.ok(Math.abs(text.perplexity(Math.log(27)) - 27) < 1e-9);
    assert.ok(Math.abs(text.bitsPerToken(Math.log(32)) - 5) < 1e-12);
    assert.throws(() => text.perplexity(-1), /expected a mean crossentropy in nats, at least 0, got -1/);
  });
});

describe('text.readVectors', () => {
  let folder: string;
  const file = async (content: string) => {
    await writeFile(join(folder, 'v.txt'), content);
    return join(folder, 'v.txt');
  };
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'seqnn-vectors-'))));
  after(() => rm(folder, { recursive: true }));

  it('reads lines of a token and its numbers', async () => {
    const v = await text.readVectors(await file('the 0.5 -1e-1 2\r\n. . . 1 2 3\ncat 4 5 6\ncat 7 8 9\n\n'));
    assert.deepEqual(v.tokens, ['the', '. . .', 'cat']);
    assert.deepEqual(v.vectors.shape, [3, 3]);
    assert.deepEqual(Array.from(v.get('cat')!), [4, 5, 6]);
    assert.equal(v.get('dog'), undefined);
    assert.equal(v.dimensions, 3);
  });

  it('reads a first line with counts, and only what is wanted', async () => {
    const only = text.tokenizer().fit(['b']);
    const v = await text.readVectors(await file('2 2\na 1 2\nb 3 4\n'), { only });
    assert.deepEqual(v.tokens, ['b']);
    assert.deepEqual(Array.from(v.vectors.data), [3, 4]);
  });

  it('names the line that is wrong', async () => {
    await assert.rejects(
      text.readVectors(await file('a 1 2\nb 1\n')),
      /line 2: expected a token and 2 numbers, got 'b 1'/,
    );
    await assert.rejects(text.readVectors(await file('a 1 2\nb 1 x\n')), /line 2/);
    await assert.rejects(text.readVectors(await file('a\n')), /line 1/);
    await assert.rejects(text.readVectors(join(folder, 'none.txt')), /ENOENT/);
  });

  it('gives the matrix of an embedding, and writes one', async () => {
    const tokenizer = text.tokenizer({ specials: { go: false, eos: false } }).fit(['x y z']);
    const v = await text.readVectors(await file('z 1 2\nx 3 4\n<pad> 9 9\n'));
    assert.deepEqual(v.embeddingMatrix(tokenizer).toArray(), [[0, 0], [0, 0], [3, 4], [0, 0], [1, 2]]); // prettier-ignore
    assert.ok(Math.abs(v.coverage(tokenizer) - 2 / 3) < 1e-12);
    const [a, b] = [1, 1].map((seed) => v.embeddingMatrix(tokenizer, { missing: 'normal', seed }));
    assert.deepEqual(a.data, b.data);
    assert.deepEqual(Array.from(a.data.subarray(0, 2)), [0, 0]);
    assert.notEqual(a.data[2], 0);
    assert.deepEqual(Array.from(a.data.subarray(8)), [1, 2]);
    await text.writeVectors(join(folder, 'w.txt'), tokenizer.vocabulary.tokens, a);
    assert.match(await readFile(join(folder, 'w.txt'), 'utf8'), /^<pad> 0 0\n/);
    assert.deepEqual((await text.readVectors(join(folder, 'w.txt'))).vectors.data, a.data);
    await assert.rejects(text.writeVectors(join(folder, 'w.txt'), ['a'], [[1], [2]]), /for 1 tokens, got \[2, 1\]/);
    await assert.rejects(text.writeVectors(join(folder, 'w.txt'), ['a\n'], [[1]]), /cannot stand on a line/);
  });
});
