import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tf, type LayerConfig, type Sequential, type TensorBase, type Variable } from '../../lib/index.js';

// Scripts as one writes them for tfjs, with `await` where predictions and evaluations are promises here.

class AttentionPool extends tf.layers.Layer {
  static readonly className = 'AttentionPool';
  override supportsMasking = true;
  readonly units: number;
  private W!: Variable;
  private v!: Variable;

  constructor(config: LayerConfig & { units: number }) {
    super(config, ['units']);
    this.units = config.units;
  }

  override build([, , features]: number[]): void {
    this.W = this.addWeight({ name: 'W', shape: [features, this.units], initializer: 'glorotNormal' });
    this.v = this.addWeight({ name: 'v', shape: [this.units, 1], initializer: 'ones' });
  }

  override call(x: TensorBase): TensorBase {
    return tf.tidy(() => {
      const [, steps, features] = x.shape;
      const h = tf.tanh(tf.matMul(x.reshape([-1, features]), this.W));
      const score = tf.matMul(h, this.v).reshape([-1, steps]);
      return tf.sum(tf.mul(x, tf.softmax(score).expandDims(-1)), 1);
    });
  }
}
tf.serialization.registerClass(AttentionPool);

describe('tfjs: scripts', () => {
  beforeEach(() => tf.setRandomSeed(11));

  it('forecasts a sine', async () => {
    const [steps, count] = [12, 64];
    const xs: number[][][] = [];
    const ys: number[][] = [];
    for (let i = 0; i < count; i++) {
      xs.push(Array.from({ length: steps }, (_, t) => [Math.sin((i + t) * 0.3)]));
      ys.push([Math.sin((i + steps) * 0.3)]);
    }
    const model = tf.sequential();
    model.add(tf.layers.lstm({ units: 8, inputShape: [steps, 1], returnSequences: true }));
    model.add(tf.layers.gru({ units: 8 }));
    model.add(tf.layers.dense({ units: 1 }));
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError', metrics: ['mae'] });
    const [X, Y] = [tf.tensor3d(xs), tf.tensor2d(ys)];
    const { history } = await model.fit(X, Y, {
      epochs: 15,
      batchSize: 16,
      verbose: 0,
      callbacks: { onEpochEnd: () => tf.nextFrame() },
    });
    assert.ok(history.loss[14] < 0.5 * history.loss[0]);
    const prediction = (await model.predict(tf.tensor3d([xs[0]]))) as TensorBase;
    assert.equal(prediction.dataSync().length, 1);
    const all = (await model.predict(X)) as TensorBase;
    const mse = tf.squaredDifference(all, Y).mean().arraySync() as number;
    const [loss] = (await model.evaluate(X, Y)) as number[];
    assert.ok(Math.abs(mse - loss) < 1e-4);
    tf.dispose([X, Y, prediction]);
  });

  it('saves and loads a custom layer that is registered', async () => {
    const model: Sequential = tf.sequential();
    model.add(tf.layers.gru({ units: 6, inputShape: [7, 2], returnSequences: true }));
    model.add(new AttentionPool({ units: 5, name: 'pool' }));
    model.add(tf.layers.dense({ units: 1 }));
    model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: 'meanSquaredError' });
    const [x, y] = [tf.randomNormal([8, 7, 2]), tf.zeros([8, 1])];
    await model.fit(x, y, { epochs: 2, verbose: 0 });
    const folder = mkdtempSync(join(tmpdir(), 'seqnn-tfjs-'));
    try {
      const path = `file://${join(folder, 'pool.safetensors')}`;
      await model.save(path);
      const loaded = await tf.loadLayersModel(path);
      const [before, after] = [await model.predict(x), await loaded.predict(x)] as TensorBase[];
      assert.deepEqual(after.arraySync(), before.arraySync());
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('learns a text and goes on writing it', async () => {
    const text = 'abcd'.repeat(20);
    const chars = [...new Set(text)];
    const [length, size] = [4, chars.length];
    const indices = Array.from(text, (c) => chars.indexOf(c));
    const count = text.length - length;
    const xs = tf.buffer([count, length, size]);
    const next = tf.tensor1d(indices.slice(length), 'int32');
    for (let i = 0; i < count; i++) for (let j = 0; j < length; j++) xs.set(1, i, j, indices[i + j]);
    const model = tf.sequential();
    model.add(tf.layers.lstm({ units: 12, inputShape: [length, size] }));
    model.add(tf.layers.dense({ units: size, activation: 'softmax' }));
    model.compile({ optimizer: tf.train.rmsprop(0.05), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    await model.fit(xs.toTensor(), tf.oneHot(next, size), { epochs: 15, batchSize: 16, verbose: 0 });

    const sample = (probabilities: TensorBase, temperature: number) =>
      tf.tidy(() => tf.multinomial(tf.div(tf.log(probabilities), temperature), 1, null, false).dataSync()[0]);
    let sentence = indices.slice(0, length);
    let written = '';
    while (written.length < 8) {
      const buffer = new tf.TensorBuffer([1, length, size]);
      for (let j = 0; j < length; j++) buffer.set(1, 0, j, sentence[j]);
      const output = (await model.predict(buffer.toTensor())) as TensorBase;
      const drawn = sample(tf.squeeze(output), 0.1);
      written += chars[drawn];
      sentence = [...sentence.slice(1), drawn];
      output.dispose();
    }
    assert.equal(written, 'abcdabcd');
  });
});
