import assert from 'node:assert/strict';
import { compile, losses, ops, tensor, type Tensor } from '../../lib/index.js';
import type { TensorBase } from '../../lib/program/tensor.js';
import { checkGradients, random64 } from '../support/gradcheck.js';
import { near } from '../support/near.js';

const close = (t: TensorBase, expected: number[]) => near((t as Tensor).data, expected, 1e-6);
const target = tensor([
  [0, 1, 0],
  [0, 0, 1],
]);
const p = tensor([
  [0.1, 0.8, 0.1],
  [0.3, 0.3, 0.4],
]);
const logits = tensor([
  [1, -2, 0.5],
  [0, 3, -1],
]);

describe('crossentropies as ops', () => {
  it('give what Keras gives', () => {
    close(ops.binaryCrossentropy(target, p), [0.1053605, 0.2231435, 0.1053605, 0.356675, 0.356675, 0.9162907]);
    close(ops.binaryCrossentropy(target, logits, true), [1.313262, 2.126928, 0.974077, Math.LN2, 3.048587, 1.313262]);
    close(ops.categoricalCrossentropy(target, ops.multiply(p, 2)), [0.2231435, 0.9162907]);
    close(ops.categoricalCrossentropy(target, logits, true), [3.504597, 4.065884]);
    close(ops.categoricalCrossentropy(target, p, false, 0), [0, 0.3184538, 0.2231435]);
    close(ops.sparseCategoricalCrossentropy([1, 2], p), [0.2231435, 0.9162907]);
    close(ops.sparseCategoricalCrossentropy([[1], [2]], logits, true), [3.504597, 4.065884]);
  });
  it('take the losses’ way from the logits where predictions are a softmax', () => {
    const far = tensor([[0, 200]]);
    const loss = compile((x: TensorBase) => ops.categoricalCrossentropy([[1, 0]], ops.softmax(x)));
    close(loss(far), [200]);
    close(losses.categoricalCrossentropy(target, p), [0.2231435, 0.9162907]);
  });
  it('have gradients', () => {
    const t = ops.softmax(random64([4, 3], 2));
    checkGradients((x) => ops.categoricalCrossentropy(t, x), [random64([4, 3], 1, 0.2, 0.9)]);
    checkGradients((x) => ops.binaryCrossentropy(t, x), [random64([4, 3], 1, 0.2, 0.9)]);
    checkGradients((x) => ops.sparseCategoricalCrossentropy([0, 2, 1, 1], x, true), [random64([4, 3], 1)]);
  });
  it('refuse other shapes', () => {
    assert.throws(() => ops.binaryCrossentropy([1], p), /binaryCrossentropy: targets \[1\] for predictions \[2, 3\]/);
    assert.throws(() => ops.categoricalCrossentropy(target, p, 1 as never), /fromLogits must be true or false, got 1/);
  });
});
