import assert from 'node:assert/strict';
import { compile, ops, tensor, type Tensor } from '../../lib/index.js';
import type { TensorBase } from '../../lib/program/tensor.js';
import { checkGradients, random64 } from '../support/gradcheck.js';

describe('ops that move or reduce elements', () => {
  const x = random64([3, 4, 5], 1);

  for (const axes of [undefined, 0, 1, -1, [0, 2], [1, 2]] as const) {
    for (const keepDims of [false, true]) {
      it(`sum, mean over ${String(axes)} keepDims ${keepDims}`, () => {
        checkGradients((t) => ops.sum(ops.square(t), axes, keepDims), [x]);
        checkGradients((t) => ops.mean(ops.exp(t), axes, keepDims), [x]);
      });
    }
  }
  it('max and min', () => {
    checkGradients((t) => [ops.max(t, 1), ops.min(t, [0, 2])], [x]);
  });
  it('variance, std, logsumexp, norm', () => {
    checkGradients((t) => [ops.variance(t, 1), ops.std(t, -1, true), ops.logsumexp(t, [0, 1]), ops.norm(t)], [x]);
  });
  it('transpose, reshape, expandDims, squeeze', () => {
    checkGradients((t) => ops.square(ops.reshape(ops.transpose(t, [2, 0, 1]), [5, 12])), [x]);
    checkGradients((t) => ops.squeeze(ops.transpose(ops.expandDims(t, 1), [3, 1, 0, 2]), 1), [x]);
  });
  it('slice', () => {
    const ranges = [null, -1, [1, 4], [null, null, -1], [3, 0, -2], [0, 0]] as const;
    for (const a of ranges)
      for (const b of ranges)
        checkGradients((t) => ops.square(ops.slice(t, [null, a === null ? null : a, b])), [random64([3, 4, 5], 1)]);
    assert.deepEqual(
      ops.slice(
        tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]),
        [null, -1],
      ).shape,
      [2],
    );
    assert.deepEqual((ops.slice(tensor([1, 2, 3, 4]), [[null, null, -2]]) as any).toArray(), [4, 2]);
  });
  it('concatenate, stack, split, pad, tile, repeat, flip, broadcastTo', () => {
    const y = random64([3, 2, 5], 2);
    checkGradients((a, b) => ops.square(ops.concatenate([a, b, a], 1)), [x, y]);
    checkGradients((a) => ops.stack([a, ops.exp(a)], 1), [x]);
    checkGradients((a) => ops.split(a, 2, 1).map((p) => ops.square(p)), [x]);
    checkGradients(
      (a) =>
        ops.square(
          ops.pad(
            a,
            [
              [0, 0],
              [2, 1],
              [1, 0],
            ],
            3,
          ),
        ),
      [x],
    );
    checkGradients((a) => ops.square(ops.tile(a, [2, 1, 3])), [x]);
    checkGradients((a) => ops.square(ops.repeat(a, 3, 1)), [x]);
    checkGradients((a) => ops.multiply(ops.flip(a, 1), a), [x]);
    checkGradients((a) => ops.square(ops.broadcastTo(a, [2, 3, 4, 5])), [x]);
  });
  it('pads with either infinity, one after the other', () => {
    const padded = (value: number) => (ops.pad([1], [[1, 0]], value) as Tensor).toArray();
    assert.deepEqual(padded(Infinity), [Infinity, 1]);
    assert.deepEqual(padded(-Infinity), [-Infinity, 1]);
    assert.deepEqual(padded(NaN), [NaN, 1]);
  });
  it('cumsum, take, oneHot', () => {
    checkGradients((a) => ops.square(ops.cumsum(a, 1)), [x]);
    checkGradients((a) => ops.square(ops.cumsum(a, -1, true)), [x]);
    const index = tensor(new Int32Array([2, 0, 2, 1]), [2, 2]);
    checkGradients((t) => ops.square(ops.take(t, index, 0)), [random64([3, 4], 3)]);
    assert.deepEqual((ops.oneHot(index, 3) as any).toArray()[0], [
      [0, 0, 1],
      [1, 0, 0],
    ]);
    assert.throws(() => ops.take(random64([2, 4], 3), index, 0), /index 2 .* \[0, 2\)/);
  });
  it('layers of transposes give what plain order gives', () => {
    const w = random64([5, 6], 4);
    const b = random64([6], 5);
    const path = (t: TensorBase) => {
      const u = ops.transpose(t, [1, 2, 0]);
      const v = ops.transpose(ops.tanh(u), [2, 0, 1]);
      const z = ops.dense(v, w, b);
      return ops.mean(ops.softmax(ops.add(ops.concatenate([z, z], 2), 1)), [1]);
    };
    const plain = ops.mean(
      ops.softmax(
        ops.add(
          ops.concatenate([ops.add(ops.matmul(ops.tanh(x), w), b), ops.add(ops.matmul(ops.tanh(x), w), b)], 2),
          1,
        ),
      ),
      [1],
    );
    const got = compile(path)(x);
    got.data.forEach((value, i) => assert.ok(Math.abs(value - (plain as any).data[i]) < 1e-12));
    checkGradients(path, [x]);
  });
});
