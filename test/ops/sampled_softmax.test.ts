import assert from 'node:assert/strict';
import { compile, ops, type Tensor, type TensorBase } from '../../lib/index.js';
import { checkGradients, random64 } from '../support/gradcheck.js';

const C = 12;
const H = 3;
const N = 5;
const labels = ops.cast([0, 3, 3, 11, 1], 'int32') as Tensor;
const operands = () => [random64([C, H], 1, -1, 1), random64([C], 2), random64([N, H], 3)] as const;

/** Classes, whether they were drawn, and the expected counts of all classes. */
const drawn = (numSampled: number, numClasses: number, seed: number) =>
  compile(() => {
    const sample = ops.logUniformCandidates(numSampled, numClasses, { seed, dtype: 'float64' });
    return [sample.classes, sample.drawn, sample.expectedCount(ops.arange(0, numClasses))];
  })();

function exact(rows: readonly Tensor[], sample: readonly Tensor[]): number[] {
  const [w, b, x] = rows;
  const [classes, , counts] = sample;
  const logit = (n: number, c: number) => {
    let sum = b.data[c] - Math.log(counts.data[c]);
    for (let h = 0; h < H; h++) sum += x.data[n * H + h] * w.data[c * H + h];
    return sum;
  };
  return Array.from(labels.data, (own, n) => {
    const others = Array.from(classes.data).filter((c) => c !== own);
    const total = [own, ...others].reduce((sum, c) => sum + Math.exp(logit(n, c)), 0);
    return Math.log(total) - logit(n, own);
  });
}

describe('ops.sampledSoftmaxCrossEntropy', () => {
  it('draws different classes, as often as it says', () => {
    const [K, CLASSES, RUNS] = [6, 40, 3000];
    const seen = new Float64Array(CLASSES);
    const said = new Float64Array(CLASSES);
    const sample = compile(() => {
      const s = ops.logUniformCandidates(K, CLASSES, { seed: 5 });
      return [s.classes, s.drawn, s.expectedCount(ops.arange(0, CLASSES))];
    });
    for (let run = 0; run < RUNS; run++) {
      const [classes, there, counts] = sample();
      assert.equal(new Set(classes.data).size, K);
      assert.ok(there.data.every((v) => v === 1));
      classes.data.forEach((c) => seen[c]++);
      counts.data.forEach((v, c) => (said[c] += v));
    }
    // The number of tries varies and the count given is for each number of tries, which makes a little difference.
    seen.forEach((n, c) => assert.ok(Math.abs(n - said[c]) < 0.05 * said[c] + 4 * Math.sqrt(n + 1), `class ${c}: ${n}, ${said[c]}`)); // prettier-ignore
    assert.ok(seen[0] > seen[5] && seen[5] > seen[35]);
  });

  it('is the formula for the classes that were drawn', () => {
    const rows = operands();
    for (const seed of [1, 2, 3]) {
      const loss = compile((w: TensorBase, b: TensorBase, x: TensorBase) =>
        ops.sampledSoftmaxCrossEntropy(w, b, x, labels, { numSampled: 4, seed }),
      )(...rows);
      exact(rows, drawn(4, C, seed)).forEach((v, n) => assert.ok(Math.abs(v - loss.data[n]) < 1e-9));
    }
  });

  it('becomes the full crossentropy when all classes are drawn', () => {
    // Two classes: a few tries find both almost surely, and each is then expected once.
    const [w, b, x] = [random64([2, H], 1), random64([2], 2), random64([N, H], 3)];
    const t = ops.cast([0, 1, 1, 0, 1], 'int32') as Tensor;
    const full = ops.softmaxCrossEntropy(ops.add(ops.matmul(x, ops.transpose(w)), b), t) as Tensor;
    const loss = compile(() => ops.sampledSoftmaxCrossEntropy(w, b, x, t, { numSampled: 2, seed: 1 }))();
    const [, there, counts] = drawn(2, 2, 1);
    assert.deepEqual(Array.from(there.data), [1, 1]);
    const shift = Math.log(counts.data[0] / counts.data[1]);
    full.data.forEach((v, n) => {
      // odds of the other class, weighed with the counts
      const odds = (Math.exp(v) - 1) * Math.exp(t.data[n] === 0 ? shift : -shift);
      assert.ok(Math.abs(Math.log1p(odds) - loss.data[n]) < 1e-9);
    });
  });

  it('has the gradient of its value, in double', () => {
    const candidates = ops.logUniformCandidates(4, C, { seed: 9, dtype: 'float64' });
    checkGradients((w, b, x) => ops.sampledSoftmaxCrossEntropy(w, b, x, labels, { candidates }), [...operands()]);
  });

  it('names what does not fit', () => {
    const [w, b, x] = operands();
    const call = (o: object, given: Tensor = labels) => () => ops.sampledSoftmaxCrossEntropy(w, b, x, given, o); // prettier-ignore
    assert.throws(call({ numSampled: 13 }), /at most the number of classes, 12; got 13/);
    assert.throws(call({ numSampled: 0 }), /numSampled must be an integer of at least 1, got 0/);
    assert.throws(call({ numSample: 3 }), /Did you mean 'numSampled'/);
    assert.throws(call({ numSampled: 3 }, ops.arange(0, 4)), /expected int32 labels of shape \[5\], got int32 \[4\]/);
    assert.throws(
      () => ops.sampledSoftmaxCrossEntropy(w, b, b, labels, { numSampled: 3 }),
      /expected weights \[C, H\], biases \[C\] and inputs \[N, H\]/,
    );
  });
});
