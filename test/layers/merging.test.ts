import assert from 'node:assert/strict';
import {
  compile,
  layers,
  model,
  input,
  ops,
  tensor,
  type Layer,
  type LayerTensor,
  type Tensor,
} from '../../lib/index.js';
import type { SymbolicTensor } from '../../lib/program/graph.js';

const a = tensor([
  [1, 2],
  [3, 4],
]);
const b = tensor([
  [4, 3],
  [2, 1],
]);
const run = (layer: Layer, xs: Tensor[]): unknown => (layer.apply(xs) as Tensor).toArray();

/** The mask that a layer's result carries, for inputs [B, T, F] with these masks. */
function maskOf(layer: Layer, masks: (Tensor | null)[], shape = [1, 3, 2]): unknown {
  let carried = false;
  const given = masks.filter((m): m is Tensor => m !== null);
  const [result] = compile((...symbols: SymbolicTensor[]) => {
    const xs = masks.map(() => symbols[0].mul(1) as SymbolicTensor);
    let next = 1;
    masks.forEach((m, i) => {
      if (m) xs[i].mask = symbols[next++];
    });
    const y = layer.invoke(xs) as SymbolicTensor;
    carried = y.mask !== undefined;
    return [y.mask ?? y];
  })(ops.ones(shape), ...given);
  return carried ? result.toArray() : null;
}
const mask = (...steps: number[]) => ops.cast(tensor([steps]), 'bool') as Tensor;

describe('merging layers', () => {
  it('element by element', () => {
    assert.deepEqual(run(layers.add(), [a, b, a]), [
      [6, 7],
      [8, 9],
    ]);
    assert.deepEqual(run(layers.subtract(), [a, b]), [
      [-3, -1],
      [1, 3],
    ]);
    assert.deepEqual(run(layers.multiply(), [a, b]), [
      [4, 6],
      [6, 4],
    ]);
    assert.deepEqual(run(layers.average(), [a, b]), [
      [2.5, 2.5],
      [2.5, 2.5],
    ]);
    assert.deepEqual(run(layers.maximum(), [a, b]), [
      [4, 3],
      [3, 4],
    ]);
    assert.deepEqual(run(layers.minimum(), [a, b]), [
      [1, 2],
      [2, 1],
    ]);
  });

  it('integers stay integers', () => {
    const words = tensor(Int32Array.of(1, 2), [1, 2]);
    assert.equal((layers.concatenate().apply([words, words]) as Tensor).dtype, 'int32');
    assert.equal((layers.add().apply([words, words]) as Tensor).dtype, 'int32');
  });

  it('fewer axes get new ones behind the batch', () => {
    const sum = layers.add().apply([ops.ones([2, 3, 2]), a]) as Tensor;
    assert.deepEqual((sum.slice([null, 0]) as Tensor).toArray(), [
      [2, 3],
      [4, 5],
    ]);
  });

  it('bad inputs are named', () => {
    assert.throws(() => layers.subtract().apply([a, b, a]), /expected a list of 2 tensors, got 3/);
    assert.throws(() => layers.add().apply(a), /expected a list of tensors/);
    assert.throws(() => layers.add().apply([a, ops.ones([3, 2])]), /different batch sizes/);
    assert.throws(() => layers.add({ axis: 1 } as object), /unknown option 'axis'/);
    assert.throws(() => layers.dot({ axes: 0 }), /axes must be/);
    assert.throws(() => layers.dot({ axes: [1, 2] }).apply([a, ops.ones([2, 3, 4])]), /do not fit/);
  });

  it('masks: or, joined, or none', () => {
    assert.deepEqual(maskOf(layers.add(), [mask(1, 0, 0), mask(0, 1, 0)]), [[true, true, false]]);
    assert.equal(maskOf(layers.add(), [mask(1, 0, 0), null]), null);
    assert.deepEqual(maskOf(layers.concatenate(), [mask(1, 0, 0), mask(0, 1, 0)]), [[true, true, false]]);
    assert.deepEqual(maskOf(layers.concatenate({ axis: 1 }), [mask(1, 0, 1), null]), [
      [true, false, true, true, true, true],
    ]);
    assert.equal(maskOf(layers.dot({ axes: 2 }), [mask(1, 1, 0), mask(1, 1, 0)]), null);
  });

  it('dot: products, cosines, and matrices of vectors', () => {
    assert.deepEqual(run(layers.dot({ axes: 1 }), [a, b]), [[10], [10]]);
    const cosines = layers.dot({ axes: -1, normalize: true }).apply([a, a]) as Tensor;
    assert.ok(cosines.data.every((c) => Math.abs(c - 1) < 1e-6));
    const matrix = layers.dot({ axes: [2, 1] }).apply([ops.ones([2, 3, 4]), ops.ones([2, 4, 5, 6])]) as Tensor;
    assert.deepEqual(matrix.shape, [2, 3, 5, 6]);
    assert.equal(matrix.data[0], 4);
  });

  it('in a graph of layers, with sizes that are not known', () => {
    const [x, y] = [input({ shape: [null, 3] }), input({ shape: [null, 3] })];
    const joined = layers.concatenate({ axis: 1 }).apply([x, y]) as LayerTensor;
    assert.deepEqual(joined.shape, [null, null, 3]);
    const m = model({ inputs: [x, y], outputs: layers.globalMaxPooling1d().apply(joined) as LayerTensor });
    assert.deepEqual(m.predictSync([ops.ones([2, 4, 3]), ops.zeros([2, 1, 3])]).toArray(), [
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });
});
