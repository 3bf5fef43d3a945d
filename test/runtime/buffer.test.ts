import assert from 'node:assert/strict';
import { layers, sequential } from '../../lib/index.js';
import { native } from '../../lib/runtime/addon.js';
import { random32 } from '../training/models.js';

describe('native buffers', () => {
  it('give their memory back once, and refuse to be used after it', () => {
    const buffer = new (native().Buffer)(0, 4);
    buffer.write(0, new Float32Array([1, 2, 3, 4]));
    assert.deepEqual([...buffer.read(1, new Float32Array(2))], [2, 3]);
    buffer.release();
    buffer.release();
    assert.throws(() => buffer.read(0, new Float32Array(4)), /a range outside the buffer's 0 elements/);
    assert.throws(() => buffer.to('cpu'), /a buffer was used after its release/);
  });

  it('of the data of a fit are given back when it ends', async () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [64] })]);
    model.compile({ loss: 'mse', optimizer: 'sgd' });
    const [x, y] = [random32([40_000, 64], 1), random32([40_000, 1], 2)];
    const run = async () => {
      await model.fit(x, y, { verbose: 0, batchSize: 4000, validationData: [x, y] });
      await model.evaluate(x, y, { batchSize: 4000 });
      await model.predict(x, { batchSize: 4000 });
    };
    await run();
    const addon = native();
    const Plain = addon.Buffer;
    const held = new Set<object>();
    let made = 0;
    addon.Buffer = class extends Plain {
      constructor(dtype: number, elements: number) {
        super(dtype, elements);
        made++;
        held.add(this);
      }
      override release(): void {
        held.delete(this);
        super.release();
      }
    };
    try {
      await run();
    } finally {
      addon.Buffer = Plain;
    }
    assert.ok(made >= 6);
    assert.equal(held.size, 0);
  });
});
