import assert from 'node:assert/strict';
import { input, layers, Layer, model, ops, sequential, Tensor, ValueError } from '../../lib/index.js';
import type { TensorBase } from '../../lib/index.js';
import { linearData, random32 } from './models.js';

const quiet = { verbose: 0 } as const;

class Add extends Layer {
  override call(inputs: TensorBase[]): TensorBase {
    return ops.add(inputs[0], inputs[1]);
  }
}

/** Two inputs through one shared layer, two outputs. */
function twoByTwo() {
  const [a, b] = [input({ shape: [4], name: 'a' }), input({ shape: [4], name: 'b' })];
  const shared = layers.dense({ units: 3, name: 'shared' });
  const sum = new Add({ name: 'sum' }).apply([shared.apply(a), shared.apply(b)]);
  const left = layers.dense({ units: 1, name: 'left' }).apply(sum);
  const right = layers.dense({ units: 2, name: 'right', activation: 'softmax' }).apply(sum);
  const graph = model({ inputs: [a, b], outputs: [left, right] });
  graph.setWeights(graph.weights.map((v, i) => random32(v.shape, 70 + i)));
  return graph;
}

describe('graph models', () => {
  const [a, b] = [random32([12, 4], 1), random32([12, 4], 2)];
  const left = random32([12, 1], 3);
  const right = Int32Array.from({ length: 12 }, (_, i) => i % 2);

  it('compute what the layers compute, with a shared layer counted once', async () => {
    const graph = twoByTwo();
    assert.equal(graph.countParams(), 4 * 3 + 3 + (3 + 1) + (3 * 2 + 2));
    assert.equal(graph.weights.length, 6);
    const [w, bias, wl, bl] = graph.getWeights();
    const [l, r] = (await graph.predict([a, b])) as Tensor[];
    const hidden = a.matmul(w).add(bias).add(b.matmul(w).add(bias));
    const expected = hidden.matmul(wl).add(bl) as Tensor;
    l.data.forEach((v, i) => assert.ok(Math.abs(v - expected.data[i]) < 1e-5));
    assert.deepEqual(r.shape, [12, 2]);
    const named = graph.predictSync({ b, a }) as Tensor[];
    named[0].data.forEach((v, i) => assert.ok(Math.abs(v - l.data[i]) < 1e-6));
  });

  it('have a loss per output, weighted, and metrics per output', async () => {
    const graph = twoByTwo();
    graph.compile({
      optimizer: 'adam',
      loss: { left: 'mse', right: 'sparseCategoricalCrossentropy' },
      lossWeights: { left: 2, right: 0.5 },
      metrics: { left: 'mae', right: ['accuracy'] },
    });
    const names = ['loss', 'left_loss', 'right_loss', 'left_mae', 'right_accuracy'];
    assert.deepEqual(graph.metricsNames, names);
    const logs = await graph.evaluate([a, b], [left, right], { returnDict: true });
    assert.deepEqual(Object.keys(logs), names);
    assert.ok(Math.abs(logs.loss - (2 * logs.left_loss + 0.5 * logs.right_loss)) < 1e-6);
    const { history } = await graph.fit(
      { a, b },
      { left, right },
      {
        ...quiet,
        epochs: 20,
        batchSize: 6,
        validationData: [
          [a, b],
          [left, right],
        ],
      },
    );
    assert.ok(history.loss[19] < history.loss[0]);
    assert.deepEqual(Object.keys(history), [...names, ...names.map((n) => `val_${n}`)]);
  });

  it('can be layers of other models', async () => {
    const x = input({ shape: [4] });
    const inner = sequential([
      layers.dense({ units: 3, inputShape: [4], activation: 'relu' }),
      layers.dense({ units: 2 }),
    ]);
    const outer = model({ inputs: x, outputs: layers.dense({ units: 1 }).apply(inner.apply(x)) });
    assert.equal(outer.countParams(), 15 + 8 + 3);
    const chain = sequential([inner, layers.dense({ units: 1 })]);
    chain.setWeights(outer.getWeights());
    const given = linearData(5);
    assert.deepEqual((await chain.predict(given.x)).data, (await outer.predict(given.x)).data);
    inner.trainable = false;
    assert.equal(outer.trainableWeights.length, 2);
    outer.compile({ optimizer: 'sgd', loss: 'mse' });
    const before = inner.getWeights();
    await outer.fit(given.x, given.y, quiet);
    assert.deepEqual(inner.getWeights(), before);
  });

  it('print a table with what is connected', () => {
    let text = '';
    twoByTwo().summary({ printFn: (t) => (text = t) });
    assert.match(text, /Connected to/);
    assert.match(text, /shared \(Dense\)/);
    assert.match(text, /Total params: 27 \(108\.00 B\)/);
  });

  it('refuse graphs that do not hang together', async () => {
    const [p, q] = [input({ shape: [4] }), input({ shape: [4], name: 'q' })];
    const sum = new Add().apply([p, q]);
    assert.throws(
      () => model({ inputs: p, outputs: sum }),
      (e: Error) => e instanceof ValueError && /depends on input 'q'/.test(e.message),
    );
    assert.throws(() => model({ inputs: [], outputs: sum }), /inputs is empty/);
    const graph = twoByTwo();
    await assert.rejects(graph.predict(a), /expected a list of 2 arrays \(a, b\)/);
    await assert.rejects(graph.predict({ a }), /'b' is missing/);
    await assert.rejects(graph.predict({ a, c: b }), /unknown name 'c'/);
    await assert.rejects(graph.predict([a, b.slice([[0, 3]])]), /'a' has 12 samples and 'b' has 3/);
    assert.throws(() => graph.compile({ loss: { lft: 'mse' } }), /Did you mean 'left'/);
  });
});

describe('sequential models', () => {
  it('grow, shrink and know their layers', () => {
    const chain = sequential();
    chain.add(layers.dense({ units: 3, inputShape: [4], name: 'one' }));
    chain.add(layers.dense({ units: 2, name: 'two' }));
    assert.deepEqual(chain.outputShape, [null, 2]);
    assert.equal(chain.getLayer('two'), chain.getLayer(-1));
    assert.equal(chain.pop().name, 'two');
    assert.deepEqual(chain.outputShape, [null, 3]);
    assert.equal(chain.countParams(), 15);
    assert.throws(() => chain.add(layers.dense({ units: 1, name: 'one' })), /names must differ/);
    assert.throws(() => chain.add(chain.layers[0]), /in the model already/);
  });

  it("print Keras' table", () => {
    let text = '';
    sequential({
      layers: [
        layers.dense({ units: 1000, inputShape: [4], name: 'wide' }),
        layers.dense({ units: 1, name: 'narrow', trainable: false }),
      ],
      name: 'net',
    }).summary({ printFn: (t) => (text = t) });
    assert.match(text, /^Model: "net"\n┏━+┳━+┳━+┓\n┃ Layer \(type\) +┃ Output Shape +┃ +Param # ┃\n/);
    assert.match(text, /│ wide \(Dense\) +│ \[null, 1000\] +│ +5,000 │/);
    assert.match(
      text,
      / Total params: 6,001 \(23\.44 KB\)\n Trainable params: 5,000 \(19\.53 KB\)\n Non-trainable params: 1,001 \(3\.91 KB\)$/,
    );
    assert.ok(text.split('\n').every((l) => l.length <= 80));
  });
});
