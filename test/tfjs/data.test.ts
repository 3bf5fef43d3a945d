import assert from 'node:assert/strict';
import { tf } from '../../lib/index.js';

describe('tfjs: data.generator', () => {
  const counted = () =>
    tf.data.generator(function* () {
      for (let i = 0; i < 3; i++) yield { xs: tf.tensor1d([i]), ys: i };
    });

  it('starts anew in each pass', async () => {
    const seen: number[] = [];
    for await (const { ys } of counted().repeat(2)) seen.push(ys);
    assert.deepEqual(seen, [0, 1, 2, 0, 1, 2]);
  });

  it('makes batches', async () => {
    const shapes: unknown[] = [];
    for await (const { xs, ys } of counted().batch(2)) shapes.push([xs.shape, ys.arraySync()]);
    assert.deepEqual(shapes, [
      [
        [2, 1],
        [0, 1],
      ],
      [[1, 1], [2]],
    ]);
  });

  it('takes iterators of either kind, and nothing else', async () => {
    const later = tf.data.generator(async function* () {
      yield 1;
    });
    for await (const item of later) assert.equal(item, 1);
    let n = 0;
    const plain = tf.data.generator(() => ({ next: () => ({ done: n === 2, value: n++ }) }));
    for await (const item of plain) assert.ok(item < 2);
    assert.throws(() => tf.data.generator([] as never), /data.generator: expected a function, got \[\]/);
    assert.throws(
      () => later.repeat().batch.call(later as never, 0),
      /data.batch: size must be an integer of at least 1/,
    );
  });

  it('ends where a pass has no items', async () => {
    for await (const _ of tf.data.generator(function* () {}).repeat()) assert.fail();
  });

  it('trains a model', async () => {
    const model = tf.sequential([tf.layers.dense({ units: 1, inputShape: [1] })]);
    model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
    const { history } = await model.fit(counted().repeat().batch(2), { epochs: 2, stepsPerEpoch: 2, verbose: 0 });
    assert.equal(history.loss.length, 2);
  });
});
