import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  data,
  layers,
  loadModel,
  losses,
  ops,
  sequential,
  setRandomSeed,
  tensor,
  type Tensor,
} from '../../lib/index.js';
import { randomizer } from '../support/gradcheck.js';
import { runLayerTest } from './contract.js';

const CLASSES = 30;

/** Classes after the frequencies 1 / (c + 1), which depend on the input: class and input have the same parity. */
function samples(count: number): [Tensor, Tensor] {
  const next = randomizer(4);
  const x = new Float32Array(count * 2);
  const y = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const c = Math.floor(Math.exp(next() * Math.log(CLASSES + 1))) - 1;
    y[i] = c;
    x[2 * i + (c % 2)] = 1;
  }
  return [tensor(x, [count, 2]), tensor(y)];
}

describe('layers.sampledSoftmax', () => {
  it('gives the probabilities of all classes', () => {
    runLayerTest({
      make: (o) => layers.sampledSoftmax({ units: 7, numSampled: 3, ...o }),
      input: [3, 4, 5],
      output: [3, 4, 7],
      partial: [
        [null, null, 5],
        [null, null, 7],
      ],
      weights: [[7, 5], [7]],
      masks: true,
    });
    assert.throws(() => layers.sampledSoftmax({ units: 4, numSampled: 4 }), /numSampled must be below units, 4; got 4/);
  });

  it('trains by samples what the full softmax would give, and is evaluated with the full one', async () => {
    setRandomSeed(3);
    const [x, y] = samples(4000);
    const make = () => {
      const model = sequential([layers.sampledSoftmax({ units: CLASSES, numSampled: 6, inputShape: [2] })]);
      model.compile({ optimizer: 'adam', loss: losses.sampledSoftmax() });
      model.optimizer.learningRate = 0.02;
      return model;
    };
    const model = make();
    const before = (await model.evaluate(x, y, { verbose: 0 })) as number;
    const p = model.predictSync(x) as Tensor;
    const full = ops.mean(losses.sparseCategoricalCrossentropy(y, p)) as Tensor;
    assert.ok(Math.abs(before - full.item()) < 1e-5, `${before}, ${full.item()}`);
    const { history } = await model.fit(x, y, { epochs: 12, batchSize: 50, verbose: 0, seed: 1 });
    const after = (await model.evaluate(x, y, { verbose: 0 })) as number;
    // The entropy of the classes given the input, as they are in the data.
    const count = new Map<string, number>();
    y.data.forEach((c) => [`${c}`, `parity ${c % 2}`].forEach((key) => count.set(key, (count.get(key) ?? 0) + 1)));
    const least = Array.from(y.data).reduce((sum, c) => sum - Math.log(count.get(`${c}`)! / count.get(`parity ${c % 2}`)!), 0) / y.size; // prettier-ignore
    assert.ok(after < least + 0.04 && after > least, `full crossentropy ${after}, entropy ${least}, before ${before}`);
    // What it was trained on is a loss among fewer classes.
    assert.ok(history.loss.at(-1)! < after - 0.2, `sampled ${history.loss.at(-1)}`);
  });

  it('ignores a class, in sequences, in both kinds of run', async () => {
    setRandomSeed(3);
    const x = ops.random.normal([8, 5, 2], 0, 1, { seed: 1 }) as Tensor;
    const y = data.padSequences([[1, 2], [3], [4, 5, 6], [7], [1], [2], [3], [4]], { maxLen: 5, padding: 'post' });
    const model = sequential([layers.sampledSoftmax({ units: 9, numSampled: 4, inputShape: [5, 2] })]);
    model.compile({ optimizer: 'sgd', loss: losses.sampledSoftmax({ ignoreClass: 0 }) });
    const value = (await model.evaluate(x, y, { verbose: 0 })) as number;
    const each = losses.sparseCategoricalCrossentropy({ reduction: 'none' })(
      y,
      model.predictSync(x) as Tensor,
    ) as Tensor;
    const kept = Array.from(each.data).filter((_, i) => y.data[i] !== 0);
    assert.ok(Math.abs(value - kept.reduce((a, b) => a + b) / kept.length) < 1e-5);
    const rows = model.getWeights()[0];
    await model.fit(x, y, { epochs: 1, batchSize: 8, verbose: 0, seed: 1 });
    assert.ok(model.getWeights()[0].data.some((v, i) => v !== rows.data[i]));
  });

  it('is saved and loaded with its loss', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'seqnn-sampled-'));
    try {
      const [x, y] = samples(20);
      const model = sequential([layers.sampledSoftmax({ units: CLASSES, numSampled: 6, inputShape: [2] })]);
      model.compile({ optimizer: 'sgd', loss: losses.sampledSoftmax() });
      await model.save(join(folder, 'm.safetensors'));
      const again = await loadModel(join(folder, 'm.safetensors'));
      assert.deepEqual(again.predictSync(x).data, model.predictSync(x).data);
      assert.equal(await again.evaluate(x, y, { verbose: 0 }), await model.evaluate(x, y, { verbose: 0 }));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('layers.embedding: weights', () => {
  const table = [[0, 0], [1, 2], [3, 4]]; // prettier-ignore

  it('starts from given vectors, which a frozen layer keeps', async () => {
    for (const weights of [table, tensor(table), [tensor(table)], [table]]) {
      const layer = layers.embedding({ inputDim: 3, outputDim: 2, weights: weights as never });
      assert.deepEqual((layer.apply([[2, 1]]) as Tensor).toArray(), [[[3, 4], [1, 2]]]); // prettier-ignore
      assert.deepEqual((layer.clone().apply([[2, 1]]) as Tensor).toArray(), [[[3, 4], [1, 2]]]); // prettier-ignore
    }
    assert.deepEqual((layers.embedding({ inputDim: 1, outputDim: 2, weights: [[5, 6]] }).apply([[0]]) as Tensor).toArray(), [[[5, 6]]]); // prettier-ignore
    const model = sequential([
      layers.embedding({
        inputDim: 3,
        outputDim: 2,
        weights: table,
        trainable: false,
        maskZero: true,
        inputShape: [2],
      }),
      layers.gru({ units: 2 }),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await model.fit([[1, 2]], [[1, 1]], { epochs: 2, verbose: 0 });
    assert.deepEqual(model.getWeights()[0].toArray(), table);
  });

  it('refuses vectors of another shape, and two beginnings', () => {
    assert.throws(
      () => layers.embedding({ inputDim: 4, outputDim: 2, weights: table, name: 'words' }).apply([[1]]),
      /words\/embeddings: the initializer gave shape \[3, 2\], expected \[4, 2\]/,
    );
    assert.throws(
      () => layers.embedding({ inputDim: 3, outputDim: 2, weights: table, embeddingsInitializer: 'zeros' }),
      /weights or embeddingsInitializer, not both/,
    );
  });
});
