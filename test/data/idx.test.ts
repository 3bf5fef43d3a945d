import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { data } from '../../lib/index.js';

const file = (name: string) => fileURLToPath(new URL(`../../../data/${name}`, import.meta.url));

describe('data.readIdx', () => {
  it('reads images and labels', async () => {
    const images = await data.readIdx(file('digits-test-images-idx3-ubyte'), { dtype: 'float32', scale: 1 / 255 });
    const labels = await data.readIdx(file('digits-test-labels-idx1-ubyte'));
    assert.deepEqual([images.shape, labels.shape, labels.dtype], [[360, 8, 8], [360], 'int32']);
    assert.equal(Math.max(...images.data), 1);
    assert.deepEqual(new Set(labels.data), new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });

  it('reads gzipped files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'seqnn-idx-'));
    try {
      const plain = file('digits-test-labels-idx1-ubyte');
      writeFileSync(join(folder, 'labels.gz'), gzipSync(readFileSync(plain)));
      assert.deepEqual((await data.readIdx(join(folder, 'labels.gz'))).data, (await data.readIdx(plain)).data);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('knows every element type, big-endian', () => {
    const parse = (type: number, bytes: number[], count: number) =>
      data.parseIdx(Uint8Array.of(0, 0, type, 1, 0, 0, 0, count, ...bytes));
    assert.deepEqual(parse(0x08, [255], 1).data, Int32Array.of(255));
    assert.deepEqual(parse(0x09, [255], 1).data, Int32Array.of(-1));
    assert.deepEqual(parse(0x0b, [255, 254], 1).data, Int32Array.of(-2));
    assert.deepEqual(parse(0x0c, [0, 1, 0, 2], 1).data, Int32Array.of(65538));
    assert.deepEqual(parse(0x0d, [0x3f, 0xc0, 0, 0], 1).data, Float32Array.of(1.5));
    assert.deepEqual(parse(0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1).data, Float64Array.of(1.5));
    assert.deepEqual(parse(0x08, [], 0).shape, [0]);
  });

  it('refuses what is not an IDX file, or not whole', async () => {
    assert.throws(() => data.parseIdx(Uint8Array.of(1, 2, 3, 4)), /not an IDX file; expected 00 00.*got 01 02 03 04/);
    assert.throws(() => data.parseIdx(new Uint8Array()), /got no bytes/);
    assert.throws(() => data.parseIdx(Uint8Array.of(0, 0, 8, 2, 0, 0)), /2 axes has at least 12 bytes, got 6/);
    assert.throws(() => data.parseIdx(Uint8Array.of(0, 0, 8, 1, 255, 255, 255, 255)), /has 4294967303 bytes, got 8/);
    assert.throws(
      () => data.parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 5), { scale: 0.5 }),
      /dtype int32 cannot hold elements times 0.5/,
    );
    await assert.rejects(data.readIdx(file('README.md')), /README.md: not an IDX file/);
  });
});
