import assert from 'node:assert/strict';
import { data, layers, sequential, tensor } from '../../lib/index.js';

describe('mcDropout', () => {
  const model = sequential([
    layers.dropout({ rate: 0.5, inputShape: [64] }),
    layers.dense({ units: 1, kernelInitializer: 'ones' }),
  ]);
  const x = tensor(new Float32Array(128).fill(1), [2, 64]);

  it('gives the mean and the bands of predictions with dropout on', async () => {
    const { mean, std, lower, upper } = await data.mcDropout(model, x, { samples: 300 });
    assert.deepEqual(mean.shape, [2, 1]);
    for (let i = 0; i < 2; i++) {
      // A sum of 64 values that are 0 or 2: mean 64, standard deviation 8; 90% lie within 1.645 of it.
      assert.ok(Math.abs(mean.data[i] - 64) < 3, `mean ${mean.data[i]}`);
      assert.ok(Math.abs(std.data[i] - 8) < 1.5, `std ${std.data[i]}`);
      assert.ok(Math.abs(lower.data[i] - 50.8) < 5 && Math.abs(upper.data[i] - 77.2) < 5);
    }
  });

  it('refuses a single sample, a wrong coverage and unknown options', async () => {
    await assert.rejects(data.mcDropout(model, x, { samples: 1 }), /samples must be an integer of at least 2, got 1/);
    await assert.rejects(data.mcDropout(model, x, { coverage: 2 }), /coverage must lie between 0 and 1, got 2/);
    await assert.rejects(data.mcDropout(model, x, { sample: 3 } as never), /Did you mean 'samples'/);
  });
});
