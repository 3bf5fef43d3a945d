import assert from 'node:assert/strict';
import { compile, ops, tensor, type Tensor } from '../../lib/index.js';

const count = (data: ArrayLike<number>, classes: number) => {
  const counts = new Array<number>(classes).fill(0);
  for (const v of Array.from(data)) counts[v]++;
  return counts;
};

describe('random.randint', () => {
  it('gives integers below maxval, each as often', () => {
    const drawn = ops.random.randint([300, 100], -1, 4, { seed: 1 }) as Tensor;
    assert.equal(drawn.dtype, 'int32');
    assert.deepEqual(drawn.shape, [300, 100]);
    for (const n of count(drawn.data.map((v) => v + 1), 5)) assert.ok(Math.abs(n - 6000) < 400, String(n)); // prettier-ignore
    assert.deepEqual(ops.random.randint([5], 0, 9, { seed: 2 }), ops.random.randint([5], 0, 9, { seed: 2 }));
  });
  it('reaches all of int32', () => {
    const { data } = ops.random.randint([2000], -(2 ** 31), 2 ** 31, { seed: 3 }) as Tensor;
    assert.ok(Math.min(...data) < -2.1e9 && Math.max(...data) > 2.1e9);
    assert.ok(data.some((v) => v % 2 !== 0));
  });
  it('refuses ranges that are none', () => {
    assert.throws(
      () => ops.random.randint([2], 3, 3),
      /random.randint: maxval must be an integer of at least 4, got 3/,
    );
    assert.throws(() => ops.random.randint([2], 0, 2 ** 32), /random.randint: maxval must be at most 2\^31/);
    assert.throws(() => ops.random.randint([2], 0.5, 2), /random.randint: minval must be an integer/);
    assert.throws(
      () => ops.random.randint([2], 0, 2, 1 as never),
      /expected an object of options, like { seed: … }, got 1/,
    );
  });
});

describe('random.categorical', () => {
  it('draws with the softmax of the logits', () => {
    const logits = ops.log([
      [0.1, 0.2, 0.7],
      [0.5, 0.5, 0],
    ]);
    const drawn = ops.random.categorical(logits, 20000, { seed: 1 }) as Tensor;
    assert.deepEqual([drawn.shape, drawn.dtype], [[2, 20000], 'int32']);
    const [first, second] = [0, 1].map((row) => count(drawn.data.slice(row * 20000, (row + 1) * 20000), 3));
    [2000, 4000, 14000].forEach((n, k) => assert.ok(Math.abs(first[k] - n) < 300, `${first}`));
    [10000, 10000, 0].forEach((n, k) => assert.ok(Math.abs(second[k] - n) < 300, `${second}`));
  });
  it('refuses logits that are no rows', () => {
    assert.throws(() => ops.random.categorical([1, 2], 3), /expected logits of shape \[batch, classes\], got \[2\]/);
  });
});

describe('random.dropout', () => {
  it('zeroes a fraction and scales the rest', () => {
    const { data } = ops.random.dropout(ops.ones([10000]), 0.25, { seed: 1 }) as Tensor;
    const kept = data.filter((v) => v !== 0);
    assert.ok(kept.every((v) => Math.abs(v - 4 / 3) < 1e-6));
    assert.ok(Math.abs(kept.length - 7500) < 200);
    const x = tensor([[1, 2]]);
    assert.deepEqual((ops.random.dropout(x, 0) as Tensor).toArray(), [[1, 2]]);
    assert.deepEqual((ops.random.dropout(x, 1) as Tensor).toArray(), [[0, 0]]);
  });
  it('draws once for an axis of noise of size 1, also traced', () => {
    const run = compile(() => [ops.random.dropout(ops.ones([50, 4]), 0.5, { noiseShape: [null, 1], seed: 2 })]);
    for (const row of run()[0].toArray()) assert.equal(new Set(row).size, 1);
  });
  it('refuses rates and shapes that are none', () => {
    assert.throws(() => ops.random.dropout([1], 1.5), /random.dropout: rate must be a number from 0 to 1, got 1.5/);
    assert.throws(() => ops.random.dropout([1], 0.5, { noiseShape: [1, 1] }), /noiseShape \[1, 1\] for an input with 1 axes/); // prettier-ignore
    assert.throws(() => ops.random.dropout([1], 0.5, 7 as never), /expected an object of options, like { noiseShape: … }, got 7/); // prettier-ignore
  });
});
