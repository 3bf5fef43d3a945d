import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { about, Layer, layers, loadModel, ops, sequential, tensor, Tensor, type TensorBase } from '../../lib/index.js';
import { decodeMetadata, encodeTensors } from '../../lib/training/weights_file.js';

const linear = () => {
  const m = sequential([layers.dense({ units: 1, inputShape: [2] })]);
  m.compile({ loss: 'mse' });
  return m;
};
const quiet = { verbose: 0 } as const;
const [x, y] = [ops.ones([8, 2]), ops.ones([8, 1])];

describe('what a script may pass in', () => {
  it('an array that holds itself', () => {
    const round: unknown[] = [];
    round.push(round);
    assert.throws(() => tensor(round as never), /nested more than/);
  });

  it('products of an empty batch', () => {
    assert.deepEqual(ops.matmul(ops.ones([0, 5, 4]), ops.ones([1, 4, 3])).shape, [0, 5, 3]);
    assert.deepEqual(ops.matmul(ops.ones([2, 0, 4]), ops.ones([1, 4, 3])).shape, [2, 0, 3]);
  });

  it('memory that was transferred away', async () => {
    const m = linear();
    const gone = new Tensor(new Float32Array(8), [4, 2]);
    structuredClone(gone.data.buffer, { transfer: [gone.data.buffer as ArrayBuffer] });
    const lost = /0 of 8 elements are left/;
    await assert.rejects(m.predict(gone), lost);
    await assert.rejects(m.fit(gone, ops.ones([4, 1]), quiet), lost);
    assert.throws(() => m.setWeights([new Tensor(gone.data, [0]), [0]]), /expected shape \[2, 1\]/);
    assert.throws(() => ops.add(tensor(gone), 1), lost);
  });

  it('numbers in memory that is shared, and numbers that are none', () => {
    const shared = new Float32Array(new SharedArrayBuffer(8)).fill(3);
    const m = linear();
    const of = (v: never) => (m.predictSync(tensor(v, [1, 2])) as Tensor).data;
    assert.deepEqual(of(shared as never), of([3, 3] as never));
    assert.deepEqual(tensor(Buffer.from(new SharedArrayBuffer(2))).toArray(), [0, 0]);
    assert.throws(() => tensor(new BigInt64Array(2) as never), /expected numbers, got a BigInt64Array/);
    assert.throws(() => tensor(new DataView(new ArrayBuffer(8)) as never), /expected numbers, got a DataView/);
  });

  it('flags as texts, sizes as numbers, a layer inside itself', () => {
    assert.throws(
      () => layers.gru({ units: 1, returnSequences: 'false' as never }),
      /must be true or false, got .false./,
    );
    const dense = layers.dense({ units: 1, useBias: 'no' as never, name: 'd' });
    assert.throws(() => dense.apply([[1]]), /d: useBias must be true or false, got 'no'/);
    assert.throws(() => layers.dense({ units: 1, inputShape: 5 as never }), /inputShape must be a list of sizes/);
    assert.throws(() => layers.layerNormalization({ epsilon: NaN }), /epsilon must be a number/);
    class Own extends Layer {
      call(v: TensorBase): TensorBase {
        return v;
      }
    }
    const own = new Own();
    assert.throws(() => own.track(own), /cannot be inside itself/);
    const m = linear();
    assert.throws(() => m.add(m), /cannot be inside itself/);
  });
});

describe('what a script may still pass in', () => {
  it('options of a class, and texts that look like flags', () => {
    class Options {
      units = 2;
    }
    assert.equal(layers.dense(new Options()).units, 2);
    assert.equal(layers.dense({ units: 1, name: 'true' }).name, 'true');
  });
});

describe('fit', () => {
  it('checks validationSteps wherever the validation data comes from', async () => {
    for (const validationSteps of [0, -1, 1.5, NaN, 'a' as never]) {
      const options = { ...quiet, validationSteps };
      for (const data of [{ validationSplit: 0.5 }, { validationData: [x, y] as const }])
        await assert.rejects(linear().fit(x, y, { ...options, ...data }), /validationSteps must be an integer/);
    }
    await assert.rejects(linear().fit(x, y, { ...quiet, validationData: 5 as never }), /expected \[x, y\]/);
  });

  it('hears its signal while an iterator owes a batch', async () => {
    let closed = false;
    async function* batches(): AsyncGenerator<[Tensor, Tensor]> {
      try {
        yield [x, y];
        await new Promise((resolve) => setTimeout(resolve, 300));
      } finally {
        closed = true;
      }
    }
    const m = linear();
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('enough')), 30);
    const started = performance.now();
    await assert.rejects(m.fit(batches(), { ...quiet, signal: stop.signal }), /enough/);
    assert.ok(performance.now() - started < 250);
    assert.equal(closed, false);
    await m.fit(x, y, quiet);
  });

  it('says who waits when the computing thread fails, and in which layer', async () => {
    const m = sequential([layers.embedding({ inputDim: 3, outputDim: 2, name: 'words', inputShape: [1] })]);
    // A GPU says it behind the run, and no longer where.
    const where = about().device === 'cpu' ? "layer 'words': " : '';
    const message = new RegExp(`^${where}gather: index 7 .* outside \\[0, 3\\)`);
    const waiting = async () => {
      await m.predict([[7]]);
    };
    await assert.rejects(waiting(), (error: Error) => {
      assert.equal(error.name, 'SeqnnError');
      assert.match(error.message, message);
      assert.match(error.stack ?? '', /waiting/);
      return true;
    });
    assert.throws(() => m.predictSync([[7]]), { message });
  });

  it('refuses hooks that are no functions', async () => {
    await assert.rejects(linear().fit(x, y, { ...quiet, callbacks: { onEpochEnd: 5 as never } }), /onEpochEnd must be/);
  });
});

describe('files', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seqnn-files-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('a save that fails leaves nothing behind', async () => {
    await assert.rejects(linear().save(null as never), /save: expected a path, got null/);
    await assert.rejects(linear().save(folder));
    assert.deepEqual(await readdir(folder), []);
    await linear().save(`file://${join(folder, 'a.safetensors')}`);
    assert.deepEqual(await readdir(folder), ['a.safetensors']);
    assert.equal((await loadModel(`file://${join(folder, 'a.safetensors')}`)).countParams(), 3);
  });

  it('a description of more weights than the file holds is refused before they are made', async () => {
    const path = join(folder, 'large.safetensors');
    await linear().save(path);
    const metadata = decodeMetadata(path, await readFile(path));
    const seqnn = metadata.seqnn.replace('"units":1', '"units":4000000000');
    await writeFile(path, encodeTensors(new Map([['0:dense/kernel', ops.ones([2, 1])]]), { seqnn }));
    await assert.rejects(loadModel(path), /shape \[2, 4000000000\] is more than the file holds, 2 elements/);
    await writeFile(path, encodeTensors(new Map(), { seqnn: '{' }));
    await assert.rejects(loadModel(path), /the description of the model is damaged/);
  });
});
