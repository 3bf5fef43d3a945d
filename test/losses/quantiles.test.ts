import assert from 'node:assert/strict';
import {
  layers,
  losses,
  ops,
  optimizers,
  sequential,
  setRandomSeed,
  tensor,
  Tensor,
  type TensorBase,
} from '../../lib/index.js';
import { checkGradients } from '../support/gradcheck.js';
import { random32 } from '../training/models.js';

const LEVELS = [0.1, 0.5, 0.8];

describe('losses.quantiles', () => {
  it('is the mean of the pinball losses of its quantiles', () => {
    const [t, p] = [random32([5, 4], 1), random32([5, 4, 3], 2)];
    const together = losses.quantiles({ quantiles: LEVELS })(t, p) as Tensor;
    assert.deepEqual(together.shape, [5, 4]);
    let expected = 0;
    LEVELS.forEach((quantile, k) => {
      const each = losses.quantile({ quantile })(t, p.slice([null, null, k])) as Tensor;
      expected += (ops.mean(each) as Tensor).item() / 3;
    });
    assert.ok(Math.abs((ops.mean(together) as Tensor).item() - expected) < 1e-6);
  });

  it('has the gradient of its differences', () => {
    const t = tensor(random32([3, 2], 3), null, 'float64');
    checkGradients((p: TensorBase) => losses.quantiles({ quantiles: LEVELS })(t, p), [tensor(random32([3, 2, 3], 4), null, 'float64')]); // prettier-ignore
  });

  it('teaches a model the quantiles of noise, whose loss is saved by name', async () => {
    setRandomSeed(3);
    const x = ops.ones([2000, 1]);
    const y = tensor(random32([2000], 8).data, [2000, 1]);
    const model = sequential([layers.dense({ units: 3, inputShape: [1] })]);
    model.compile({
      optimizer: optimizers.adam({ learningRate: 0.02 }),
      loss: losses.quantiles({ quantiles: LEVELS }),
    });
    await model.fit(x, y, { epochs: 12, batchSize: 50, verbose: 0 });
    const found = (await model.predict([[1]])) as Tensor;
    // Of numbers spread evenly from -1 to 1.
    LEVELS.forEach((q, k) => assert.ok(Math.abs(found.data[k] - (2 * q - 1)) < 0.12, `${q}: ${found.data[k]}`));
    assert.equal((losses.get('quantiles') as losses.Loss).lossName, 'quantiles');
  });

  it('names what does not fit', () => {
    const make = losses.quantiles({ quantiles: LEVELS });
    assert.throws(
      () => make(random32([5], 1), random32([5, 2], 1)),
      /predictions \[\.\.\., 3\], one for each quantile/,
    );
    assert.throws(() => make(random32([4], 1), random32([5, 3], 1)), /targets of shape \[5\] for predictions \[5, 3\]/);
    assert.throws(() => losses.quantiles({ quantiles: [0.5, 1] }), /between 0 and 1/);
    assert.throws(() => losses.quantiles({ quantiles: [] }), /between 0 and 1/);
  });
});
