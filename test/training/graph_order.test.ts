import assert from 'node:assert/strict';
import { input, layers, model, sequential, type Model, type Tensor } from '../../lib/index.js';

const dense = (name: string) => layers.dense({ units: 2, name });
const names = (m: Model) => m.layers.map((l) => l.name);

describe("the order of a graph's layers", () => {
  it("is Keras': by the distance from the outputs, then as they are met from there", () => {
    const x = input({ shape: [2], name: 'x' });
    const a = dense('a2').apply(dense('a1').apply(x));
    const b = dense('b2').apply(dense('b1').apply(x));
    const m = model({ inputs: x, outputs: layers.concatenate({ name: 'both' }).apply([a, b]) });
    assert.deepEqual(names(m), ['x', 'a1', 'b1', 'a2', 'b2', 'both']);
    assert.deepEqual(
      m.weights.map((w) => w.name),
      ['a1', 'b1', 'a2', 'b2'].flatMap((name) => [`${name}/kernel`, `${name}/bias`]),
    );
  });

  it('puts a shared layer, and an input used late, where Keras does', () => {
    const [x, late] = [input({ shape: [2], name: 'x' }), input({ shape: [2], name: 'late' })];
    const shared = dense('shared');
    const twice = shared.apply(dense('between').apply(shared.apply(x)));
    const m = model({ inputs: [x, late], outputs: layers.add({ name: 'sum' }).apply([twice, late]) });
    assert.deepEqual(names(m), ['x', 'shared', 'between', 'late', 'sum']);
    const more = input({ shape: [2], name: 'more' });
    const unused = model({ inputs: [more, x, late], outputs: dense('end').apply(x) });
    assert.deepEqual(names(unused), ['x', 'more', 'late', 'end']);
  });
});

describe('parts of a model', () => {
  it('outputOf gives what a layer inside gives', () => {
    const m = sequential([
      input({ shape: [3, 1] }),
      layers.gru({ units: 2, returnSequences: true, name: 'first' }),
      layers.gru({ units: 2 }),
      layers.dense({ units: 1 }),
    ]);
    const features = model({ inputs: m.inputs, outputs: m.outputOf('first') });
    assert.deepEqual(features.outputShape, [null, 3, 2]);
    const x = [[[1], [2], [3]]]; // prettier-ignore
    const rest = m.getLayer(2).apply(m.getLayer(1).apply(features.predictSync(x))) as Tensor;
    assert.deepEqual(rest.data, (m.predictSync(x) as Tensor).data);
    assert.throws(() => m.outputOf('frist'), /Did you mean 'first'/);
    assert.throws(() => sequential([layers.dense({ units: 1 })]).inputs, /not built yet/);
  });
});
