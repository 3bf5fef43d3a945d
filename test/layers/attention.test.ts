import assert from 'node:assert/strict';
import {
  compile,
  input,
  layers,
  model,
  ops,
  tensor,
  type LayerTensor,
  type Tensor,
  type TensorBase,
} from '../../lib/index.js';
import { checkGradients, random64 } from '../support/gradcheck.js';
import { difference } from './contract.js';

const single = (shape: number[], seed: number) => ops.cast(random64(shape, seed), 'float32') as Tensor;

describe('attention layers', () => {
  it('gradients by query, value and key', () => {
    const x = [random64([2, 3, 4], 1), random64([2, 5, 4], 2), random64([2, 5, 4], 3)];
    for (const layer of [
      layers.attention({ dtype: 'float64', useScale: true }),
      layers.attention({ dtype: 'float64', scoreMode: 'concat' }),
      layers.additiveAttention({ dtype: 'float64' }),
      layers.multiHeadAttention({ dtype: 'float64', numHeads: 2, keyDim: 3, valueDim: 2 }),
    ]) {
      layer.apply(x);
      checkGradients((...values) => layer.invoke(values), x);
    }
  });

  it('causal: later steps change nothing; scores add up to 1', () => {
    const layer = layers.multiHeadAttention({ numHeads: 2, keyDim: 3 });
    const run = (x: Tensor) =>
      layer.apply([x, x], { useCausalMask: true, returnAttentionScores: true }) as [Tensor, Tensor];
    const x = single([1, 4, 6], 1);
    const changed = ops.concatenate([ops.slice(x, [null, [0, 3]]), ops.ones([1, 1, 6])], 1) as Tensor;
    const [[a, weights], [b]] = [run(x), run(changed)];
    const first = (t: Tensor) => ops.slice(t, [null, [0, 3]]) as Tensor;
    assert.deepEqual(first(a).toArray(), first(b).toArray());
    assert.deepEqual(weights.shape, [1, 2, 4, 4]);
    assert.equal((ops.slice(weights, [null, null, 0]) as Tensor).data[1], 0);
    assert.ok(difference(ops.sum(weights, -1), ops.ones([1, 2, 4])) < 1e-6);
  });

  it('masked values have no weight; a row with nothing to see gives no NaN', () => {
    for (const layer of [layers.attention(), layers.multiHeadAttention({ numHeads: 1, keyDim: 2 })]) {
      const run = compile((q: TensorBase, v: TensorBase, mask: TensorBase) =>
        layer.invoke([q, v], { mask: [null, mask] }),
      );
      const q = single([2, 2, 3], 1);
      const v = single([2, 3, 3], 2);
      layer.apply([q, v]);
      const mask = tensor([
        [true, true, false],
        [false, false, false],
      ]);
      const other = ops.multiply(v, tensor([[[1], [1], [50]]])) as Tensor;
      const [a, b] = [run(q, v, mask) as Tensor, run(q, other, mask) as Tensor];
      assert.deepEqual(a.toArray()[0], b.toArray()[0]);
      assert.ok(a.data.every(Number.isFinite));
    }
  });

  it('a query that sees nothing attends to all alike, or, where the weights are asked for, to nothing', () => {
    const layer = layers.multiHeadAttention({ dtype: 'float64', numHeads: 2, keyDim: 3 });
    const [query, value] = [random64([1, 2, 4], 1), random64([1, 3, 4], 2)];
    const attentionMask = tensor([[[true, true, false], [false, false, false]]]); // prettier-ignore
    const result = layer.apply([query, value], { attentionMask }) as Tensor;
    const [asked, weights] = layer.apply([query, value], { attentionMask, returnAttentionScores: true }) as Tensor[];
    const row = (t: Tensor, i: number) => Array.from(t.slice([0, i]).data as Float64Array);
    assert.ok(difference(tensor(row(result, 0)), tensor(row(asked, 0))) < 1e-14);
    assert.deepEqual(Array.from(weights.slice([0, 1, 1]).data as Float64Array), [0, 0, 0]);
    assert.deepEqual(row(asked, 1), [0, 0, 0, 0]);
    // The mean over all steps is what each head gives for queries of zeros.
    const kernels = layer.getWeights();
    layer.setWeights(kernels.map((w, i) => (i < 2 ? ops.zerosLike(w) : w)));
    const equal = layer.apply([query, value]) as Tensor;
    assert.ok(difference(tensor(row(equal, 0)), tensor(row(result, 1))) < 1e-14);
  });

  it('in a graph with unknown lengths, masks from an embedding', () => {
    const words = input({ shape: [null], dtype: 'int32' });
    const vectors = layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true }).apply(words) as LayerTensor;
    const attended = layers.multiHeadAttention({ numHeads: 2, keyDim: 3 }).apply([vectors, vectors]) as LayerTensor;
    assert.deepEqual(attended.shape, [null, null, 4]);
    const m = model({ inputs: words, outputs: layers.globalAveragePooling1d().apply(attended) as LayerTensor });
    const [a, b] = [
      [3, 5],
      [3, 5, 0, 0],
    ].map((w) => m.predictSync(tensor(Int32Array.from(w), [1, w.length])) as Tensor);
    assert.ok(difference(a, b) < 1e-6, 'padding changes nothing');
  });

  it('bad calls are named', () => {
    assert.throws(() => layers.attention().apply([single([1, 2, 3], 1)]), /expected \[query, value\]/);
    assert.throws(() => layers.attention().apply([single([1, 2, 3], 1), single([1, 2, 4], 1)]), /query \[1, 2, 3\]/);
    assert.throws(() => layers.attention({ scoreMode: 'dots' as never }), /Did you mean 'dot'/);
    assert.throws(() => layers.multiHeadAttention({ numHeads: 2 } as never), /keyDim must be an integer/);
    assert.throws(() => layers.multiHeadAttention({ numHeads: 2, keyDim: 2, attentionAxes: [2] }), /attentionAxes/);
  });
});
