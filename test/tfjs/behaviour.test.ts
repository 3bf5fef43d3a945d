import assert from 'node:assert/strict';
import { layers, tf, Variable } from '../../lib/index.js';

const m = tf.tensor2d([
  [1, 2, 3],
  [4, 5, 6],
]);

describe('tfjs', () => {
  it('has all that the package exports', () => {
    assert.equal(tf.layers, layers);
    assert.equal(tf.Variable, Variable);
    assert.equal(typeof tf.data.windowView, 'function');
    assert.equal(typeof tf.loadLayersModel, 'function');
  });

  it('reads elements', async () => {
    assert.deepEqual(m.dataSync(), m.data);
    assert.deepEqual(m.arraySync(), [
      [1, 2, 3],
      [4, 5, 6],
    ]);
    assert.deepEqual(await m.array(), m.arraySync());
    assert.deepEqual(tf.variable([1, 2]).arraySync(), [1, 2]);
  });

  it('copies what it clones', () => {
    const x = tf.tensor1d([1, 2]);
    const copy = x.clone();
    copy.data[0] = 9;
    assert.deepEqual(x.arraySync(), [1, 2]);
  });

  it('keeps memory as it is', async () => {
    const x = tf.tidy(() => tf.keep(tf.tensor1d([1])));
    assert.equal(
      tf.tidy('named', () => 3),
      3,
    );
    x.dispose();
    tf.dispose([x]);
    tf.disposeVariables();
    await tf.ready();
    await tf.nextFrame();
    assert.equal(x.item(), 1);
    assert.equal(tf.memory().unreliable, true);
  });

  it('fills buffers', () => {
    const b = tf.buffer([2, 2], 'int32');
    b.set(5, 1, 0);
    const before = b.toTensor();
    b.set(6, 0, 1);
    assert.deepEqual(before.arraySync(), [
      [0, 0],
      [5, 0],
    ]);
    assert.deepEqual(b.toTensor().toArray(), [
      [0, 6],
      [5, 0],
    ]);
    assert.equal(b.get(0, 1), 6);
    assert.equal(new tf.TensorBuffer([3]).size, 3);
    assert.throws(() => b.set(1, 0, 2), /buffer: expected an element of \[2, 2\], got indices \[0, 2\]/);
  });

  it('draws what the seed says', () => {
    const draw = () => tf.randomUniform([4], 0, 1, 'float32', 7).arraySync() as number[];
    assert.deepEqual(draw(), draw());
    const order = [...tf.util.createShuffledIndices(9)];
    assert.deepEqual(
      order.toSorted((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
    );
    const narrow = tf.truncatedNormal([500], 10, 1).arraySync() as number[];
    assert.ok(narrow.every((v) => Math.abs(v - 10) <= 2));
  });

  it('says who, what was expected and what came', () => {
    assert.throws(
      () => tf.tensor2d([1, 2]),
      /tensor2d: expected a list of 2 axes, or a flat one with a shape, got \[2\]/,
    );
    assert.throws(() => tf.tensor2d([[1, 2]], [2, 1]), /tensor2d: expected values of shape \[2, 1\].*got \[1, 2\]/);
    assert.throws(() => tf.tensor3d([1], [1]), /tensor3d: expected a shape of 3 sizes, got \[1\]/);
    assert.throws(() => tf.scalar([1] as never), /scalar: expected a number or a boolean, got \[1\]/);
    assert.throws(() => tf.slice(m, [0, 2], [1, 2]), /slice: 2 from 2 on, of axis 1, which has size 3/);
    assert.throws(() => tf.split(m, [1, 1], 1), /split: axis 1 of \[2, 3\] into sizes \[1, 1\]; expected a sum of 3/);
    assert.throws(() => tf.train.sgd(undefined as never), /train.sgd: expected a learning rate, got undefined/);
    assert.throws(() => tf.split(m, '2' as never), /split: expected a list of sizes, or how many parts, got '2'/);
    assert.throws(() => m.concat(3 as never), /concat: expected a list of tensors, got 3/);
    assert.throws(() => tf.eye(2, 3, 4 as never), /eye: expected a shape/);
    assert.throws(() => tf.tidy(3 as never), /tidy: expected a function/);
    assert.throws(() => tf.util.assert(false, () => 'not so'), /not so/);
  });
});
