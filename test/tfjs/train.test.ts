import assert from 'node:assert/strict';
import { tf, type TensorBase } from '../../lib/index.js';
import { near } from '../support/near.js';

describe('tfjs: optimizers', () => {
  const rate = (optimizer: { learningRate: number }) => optimizer.learningRate;

  it('have the default learning rates of tfjs-core', () => {
    assert.equal(rate(tf.train.adam()), 0.001);
    assert.equal(rate(tf.train.adamax()), 0.002);
    assert.equal(rate(tf.train.adadelta()), 0.001);
  });

  it('take their options by place', () => {
    const options = (optimizer: { options: object }) => JSON.parse(JSON.stringify(optimizer.options)) as unknown;
    assert.deepEqual(options(tf.train.sgd(0.1)), { learningRate: 0.1 });
    assert.deepEqual(options(tf.train.momentum(0.1, 0.9, true)), { learningRate: 0.1, momentum: 0.9, nesterov: true });
    assert.deepEqual(options(tf.train.adam(0.1, 0.8, 0.99, 1e-6)), {
      learningRate: 0.1,
      beta1: 0.8,
      beta2: 0.99,
      epsilon: 1e-6,
    });
    assert.deepEqual(options(tf.train.rmsprop(0.1, 0.8, 0.5, 1e-6, true)), {
      learningRate: 0.1,
      rho: 0.8,
      momentum: 0.5,
      epsilon: 1e-6,
      centered: true,
    });
    assert.deepEqual(options(tf.train.adagrad(0.1)), { learningRate: 0.1, initialAccumulatorValue: 0.1 });
  });

  it('adamax lowers its rate by `decay` with each step', async () => {
    // Its first step is the rate, whatever the gradient; so is the second where the gradient stays.
    const weight = async (decay: number) => {
      const model = tf.sequential([
        tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros', inputShape: [1] }),
      ]);
      model.compile({
        optimizer: tf.train.adamax(0.5, 0.9, 0.999, null, decay),
        loss: (_t: TensorBase, p: TensorBase) => p,
      });
      await model.fit(tf.ones([1, 1]), tf.ones([1, 1]), { epochs: 2, verbose: 0 });
      return model.weights[0].item();
    };
    near([await weight(0), await weight(1)], [-1, -0.75], 1e-3);
  });
});
