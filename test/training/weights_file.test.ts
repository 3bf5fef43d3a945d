import assert from 'node:assert/strict';
import { Tensor } from '../../lib/index.js';
import { decodeTensors, encodeTensors } from '../../lib/training/weights_file.js';

describe('weights files', () => {
  const tensors = new Map([
    ['a', new Tensor(Float32Array.of(1, -2.5, 3), [3, 1])],
    ['b/ü', new Tensor(Float64Array.of(1e-300), [])],
    ['c', new Tensor(Int32Array.of(7, 8), [1, 2])],
    ['d', new Tensor(Uint8Array.of(1, 0), [2], 'bool')],
    ['none', new Tensor(new Float32Array(0), [0, 4])],
  ]);

  it('hold what was put in', () => {
    const read = decodeTensors('file', encodeTensors(tensors, { made: 'here' }));
    assert.deepEqual([...read.keys()], [...tensors.keys()]);
    for (const [name, t] of tensors) {
      const found = read.get(name)!;
      assert.deepEqual([found.dtype, found.shape, found.data], [t.dtype, t.shape, t.data]);
    }
  });

  it('that are broken are refused', () => {
    const bytes = encodeTensors(tensors);
    assert.throws(() => decodeTensors('file', bytes.subarray(0, 20)), /file: not a safetensors file/);
    assert.throws(() => decodeTensors('file', bytes.subarray(0, bytes.length - 1)), /outside the file/);
    assert.throws(() => decodeTensors('file', Buffer.from('not at all such a file')), /not a safetensors file/);
    const broken = Buffer.from(bytes);
    broken.write('x', 8);
    assert.throws(() => decodeTensors('file', broken), /header is not JSON/);
  });
});
