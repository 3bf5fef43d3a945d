import { ops } from '../../lib/index.js';
import { checkGradients, random64 } from '../support/gradcheck.js';

describe('products in double', () => {
  for (const [B, T, F, U] of [
    [1, 1, 1, 1],
    [2, 3, 5, 4],
    [17, 2, 3, 20],
    [33, 1, 21, 7],
  ]) {
    it(`dense B=${B} T=${T} F=${F} U=${U}`, () => {
      const args = [random64([B, T, F], 1), random64([F, U], 2), random64([U], 3)];
      checkGradients((x, w, b) => ops.dense(x, w, b), args);
      checkGradients((x, w, b) => ops.dense(x, w, b, { activation: 'tanh' }), args);
      // The same with the batch innermost, as behind a recurrent layer.
      checkGradients(
        (x, w, b) => ops.dense(ops.transpose(x, [1, 2, 0]), w, b, { axis: 1, activation: 'sigmoid' }),
        args,
      );
    });
    it(`matmul B=${B} T=${T} F=${F} U=${U}`, () => {
      checkGradients((a, b) => ops.matmul(a, b), [random64([B, T, F], 1), random64([B, F, U], 2)]);
      checkGradients((a, b) => ops.matmul(a, b), [random64([T, F], 1), random64([B, F, U], 2)]);
      checkGradients((a, b) => ops.matmul(a, b), [random64([F], 1), random64([F], 2)]);
    });
  }
  for (const padding of ['valid', 'same', 'causal'] as const) {
    for (const [strides, dilationRate, groups] of [
      [1, 1, 1],
      [2, 1, 1],
      [1, 3, 1],
      [1, 2, 2],
      [3, 1, 2],
    ]) {
      it(`conv1d ${padding} strides ${strides} dilation ${dilationRate} groups ${groups}`, () => {
        for (const B of [1, 5, 17]) {
          checkGradients(
            (x, w, bias) => ops.conv1d(x, w, { bias, padding, strides, dilationRate, groups, activation: 'tanh' }),
            [random64([B, 11, 4], 1), random64([3, 4 / groups, 6], 2), random64([6], 3)],
          );
        }
      });
    }
  }
  it('layerNorm', () => {
    for (const shape of [[5], [2, 3, 20], [17, 7]]) {
      const n = shape[shape.length - 1];
      const args = [random64(shape, 1), random64([n], 2), random64([n], 3)];
      checkGradients((x, gamma, beta) => ops.layerNorm(x, gamma, beta), args);
      checkGradients((x) => ops.layerNorm(ops.transpose(x), null, null, { axis: 0 }), [args[0]]);
      checkGradients((x, gamma) => ops.layerNorm(x, gamma, null, { rms: true }), args.slice(0, 2));
    }
  });
  it('softmaxCrossEntropy', () => {
    const target = ops.softmax(random64([4, 3, 7], 2));
    checkGradients((x) => ops.softmaxCrossEntropy(x, target), [random64([4, 3, 7], 1)]);
    const classes = ops.argmax(target, -1);
    checkGradients((x) => ops.softmaxCrossEntropy(x, classes), [random64([4, 3, 7], 1)]);
  });
});
