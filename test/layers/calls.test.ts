import assert from 'node:assert/strict';
import {
  callbacks,
  compile,
  constraints,
  data,
  initializers,
  input,
  Layer,
  layers,
  losses,
  metrics,
  model,
  ops,
  optimizers,
  regularizers,
  sequential,
  tensor,
  type Tensor,
  type TensorBase,
} from '../../lib/index.js';

describe('what is no object of options', () => {
  const wrong = (call: (given: never) => unknown, given: unknown) => (): unknown => call(given as never);
  const calls: [string, () => unknown][] = [
    ['optimizers.adam', wrong(optimizers.adam, 0.5)],
    ['optimizers.sgd', wrong(optimizers.sgd, 0.5)],
    ['initializers.constant', wrong(initializers.constant, 1)],
    ['regularizers.l2', wrong(regularizers.l2, 0.5)],
    ['constraints.maxNorm', wrong(constraints.maxNorm, 0.1)],
    ['losses.huber', wrong(losses.huber, 0.1)],
    ['metrics.auc', wrong(metrics.auc, 5)],
    ['metrics.meanSquaredError', wrong(metrics.meanSquaredError, 5)],
    ['callbacks.earlyStopping', wrong(callbacks.earlyStopping, 10)],
    ['layers.dense', wrong(layers.dense, 5)],
    ['data.padSequences', () => data.padSequences([[1]], 5 as never)],
    ['a layer', wrong(layers.timeDistributed, layers.dense({ units: 1 }))],
    ['a list', wrong(callbacks.csvLogger, ['log.csv'])],
  ];
  for (const [name, call] of calls) {
    it(`${name}: is refused, not ignored`, () => assert.throws(call, /expected an object of options/));
  }

  it('predict says so, too', async () => {
    const m = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    await assert.rejects(m.predict([[1]], 32 as never), /predict: expected an object of options, like \{ batchSize: …/);
  });

  it('none at all names what is missing', () => {
    assert.throws(() => layers.gru(undefined as never), /units/);
    assert.throws(() => data.windowView([1, 2], undefined as never), /expected an object of options/);
  });
});

describe('arguments of a call', () => {
  const x = tensor([[[1], [2]]]); // prettier-ignore

  it('that the layer does not take are refused, with the nearest name', () => {
    const gru = layers.gru({ units: 2, name: 'g' });
    const h = ops.zeros([1, 2]);
    assert.throws(() => gru.apply(x, { initial_state: h }), /g: call: unknown option 'initial_state'.*'initialState'/);
    assert.throws(() => gru.apply(input({ shape: [2, 1] }), { masks: h }), /Did you mean 'mask'/);
    assert.throws(() => layers.dense({ units: 1 }).apply(x, { initialState: h }), /unknown option 'initialState'/);
    assert.equal((gru.apply(x, { initialState: h, sequenceLength: [1] }) as Tensor).size, 2);
  });

  it('of a class of its own may be any', () => {
    class Times extends Layer {
      call(v: TensorBase, { by }: { by?: number } = {}): TensorBase {
        return v.mul(by ?? 1);
      }
    }
    assert.deepEqual((new Times().apply(x, { by: 3 }) as Tensor).toArray(), [[[3], [6]]]);
  });
});

describe('symbolic tensors', () => {
  it('have no elements to read, and are no numbers', () => {
    const traced = (body: (v: TensorBase) => unknown) => () =>
      compile((v: TensorBase) => {
        body(v);
        return v;
      })([1]);
    for (const read of [(v: TensorBase) => v.data, (v: TensorBase) => v.item(), (v: TensorBase) => v.toArray()])
      assert.throws(traced(read), /of a symbolic tensor \[1\]: it has no elements until the program runs/);
    assert.throws(traced((v) => Math.max(v as never, 0)), /symbolic tensor/); // prettier-ignore
    assert.doesNotThrow(traced((v) => v)); // prettier-ignore
  });
});

describe('copies of models', () => {
  const chain = () =>
    sequential([input({ shape: [3, 2] }), layers.dense({ units: 4, name: 'a' }), layers.gru({ units: 2, name: 'b' })]);

  it('a sequential model: the same layers with weights of their own', () => {
    const m = chain();
    m.layers[0].trainable = false;
    const copy = m.clone();
    assert.deepEqual(copy.layers.map((l) => l.name), ['a', 'b']); // prettier-ignore
    assert.notEqual(copy.name, m.name);
    assert.deepEqual(copy.layers.map((l) => l.trainable), [false, true]); // prettier-ignore
    assert.ok(copy.weights.every((w, i) => w !== m.weights[i]));
    copy.setWeights(m.getWeights());
    const x = ops.ones([1, 3, 2]);
    assert.deepEqual((copy.predictSync(x) as Tensor).data, (m.predictSync(x) as Tensor).data);
  });

  it('a graph model: shared layers stay shared, states go where they went', () => {
    const [x, h] = [input({ shape: [3, 2] }), input({ shape: [2], name: 'state' })];
    const gru = layers.gru({ units: 2 });
    const y = layers.add().apply([gru.apply(x), gru.apply(x, { initialState: h })]);
    const m = model({ inputs: [x, h], outputs: [y] });
    const copy = m.clone();
    assert.equal(copy.weights.length, m.weights.length);
    copy.setWeights(m.getWeights());
    const given = [ops.ones([1, 3, 2]), ops.ones([1, 2])];
    const outputs = (of: typeof m) => (of.predictSync(given) as Tensor).data;
    assert.deepEqual(outputs(copy), outputs(m));
    assert.notDeepEqual(outputs(m), (m.predictSync([given[0], ops.zeros([1, 2])]) as Tensor).data);
  });

  it('a layer around a model', () => {
    const around = layers.timeDistributed({ layer: chain() });
    const copy = around.clone();
    assert.notEqual(copy.layer, around.layer);
    assert.deepEqual((copy.apply(ops.ones([1, 2, 3, 2])) as Tensor).shape, [1, 2, 2]);
  });
});
