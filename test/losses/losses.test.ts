import assert from 'node:assert/strict';
import { compile, losses, ops, ShapeError, tensor, Tensor, ValueError } from '../../lib/index.js';
import type { TensorBase } from '../../lib/index.js';
import { gradients } from '../../lib/ops/grad.js';

const f64 = (value: any) => tensor(value, undefined, 'float64');

/** A reduced loss and its gradient by the predictions. */
function lossAndGrad(
  loss: any,
  yTrue: Tensor,
  yPred: Tensor,
  weighting: { sampleWeight?: Tensor; mask?: Tensor } = {},
): [number, Tensor] {
  const fn = compile((t: TensorBase, p: TensorBase) => {
    const value = losses.reduceLoss(losses.get(loss), t, p, weighting);
    return [value, ...gradients(value, [p])];
  });
  const [value, grad] = fn(yTrue, yPred);
  return [value.item(), grad];
}

function near(actual: number, expected: number, bound = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= bound * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);
}

describe('losses', () => {
  const t = f64([
    [0.2, 0.7, 0.1],
    [0.5, 0.25, 0.25],
  ]);
  const p = f64([
    [0.3, 0.5, 0.2],
    [0.1, 0.6, 0.3],
  ]);

  const each = (fn: (t: number, p: number) => number) =>
    Array.from(t.data, (v, i) => fn(v, p.data[i])).reduce((a, b) => a + b, 0) / 6;
  const plain: [string, number][] = [
    ['mse', each((a, b) => (a - b) ** 2)],
    ['mae', each((a, b) => Math.abs(a - b))],
    ['mape', each((a, b) => (100 * Math.abs(a - b)) / a)],
    ['msle', each((a, b) => (Math.log1p(a) - Math.log1p(b)) ** 2)],
    ['huber', each((a, b) => 0.5 * (a - b) ** 2)],
    ['logCosh', each((a, b) => Math.log(Math.cosh(a - b)))],
    ['poisson', each((a, b) => b - a * Math.log(b + 1e-7))],
    ['binaryCrossentropy', each((a, b) => -a * Math.log(b) - (1 - a) * Math.log(1 - b))],
    ['klDivergence', 3 * each((a, b) => a * Math.log(a / b))],
    ['categoricalCrossentropy', 3 * each((a, b) => -a * Math.log(b))],
  ];
  for (const [name, expected] of plain)
    it(`${name} is its formula`, () => near(lossAndGrad(name, t, p)[0], expected, 1e-9));

  it('gradients agree with differences', () => {
    const names = [
      'mse',
      'mae',
      'mape',
      'msle',
      'huber',
      'logCosh',
      'poisson',
      'binaryCrossentropy',
      'categoricalCrossentropy',
      'klDivergence',
      'cosineSimilarity',
      'hinge',
      'squaredHinge',
      'categoricalHinge',
      'quantile',
      'dice',
      'tversky',
      'binaryFocalCrossentropy',
      'categoricalFocalCrossentropy',
    ];
    for (const name of names) {
      const [, grad] = lossAndGrad(name, t, p);
      const step = 1e-6;
      for (let i = 0; i < p.size; i++) {
        const moved = [1, -1].map(
          (sign) =>
            lossAndGrad(
              name,
              t,
              new Tensor(
                Float64Array.from(p.data, (v, k) => (k === i ? v + sign * step : v)),
                p.shape,
              ),
            )[0],
        );
        near(grad.data[i], (moved[0] - moved[1]) / (2 * step), 1e-6);
      }
    }
  });

  it('a softmax under a crossentropy is exact where the probability underflows', () => {
    const logits = tensor([[0, 300]]);
    const fn = compile((t: TensorBase, z: TensorBase) =>
      losses.reduceLoss(losses.get('sparseCategoricalCrossentropy'), t, ops.softmax(z)),
    );
    near(fn(tensor(Int32Array.of(0)), logits).item(), 300, 1e-6);
    const hot = compile((t: TensorBase, z: TensorBase) =>
      losses.reduceLoss(losses.get('categoricalCrossentropy'), t, ops.softmax(z)),
    );
    near(hot(tensor([[1, 0]]), logits).item(), 300, 1e-6);
    assert.equal(losses.categoricalCrossentropy(tensor([[1, 0]]), tensor([[0, 1]])) instanceof Tensor, true);
  });

  it('probabilities are cut at 1e-7', () => {
    near((losses.categoricalCrossentropy(f64([[1, 0]]), f64([[0, 1]])) as Tensor).item(), -Math.log(1e-7), 1e-9);
  });

  it('label smoothing, logits and ignored classes', () => {
    const z = f64([
      [1, -2],
      [0.5, 0.25],
    ]);
    const [smooth] = lossAndGrad(
      losses.binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.2 }),
      f64([
        [1, 0],
        [0, 1],
      ]),
      z,
    );
    const terms = [1, 0, 0, 1].map((y, i) => Math.log1p(Math.exp(z.data[i])) - (y * 0.8 + 0.1) * z.data[i]);
    near(smooth, terms.reduce((a, b) => a + b) / 4);
    const ignoring = losses.sparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: -1 });
    const [value, grad] = lossAndGrad(ignoring, tensor(Int32Array.of(-1, 1)), z);
    near(value, Math.log(Math.exp(0.5) + Math.exp(0.25)) - 0.25);
    assert.deepEqual(Array.from(grad.data.subarray(0, 2)), [0, 0]);
  });

  it('reductions divide as Keras does', () => {
    const weight = f64([1, 3]);
    const perSample = losses.mse(t, p) as Tensor;
    const [a, b] = perSample.data;
    near(lossAndGrad(losses.mse({ reduction: 'sum' }), t, p, { sampleWeight: weight })[0], a + 3 * b);
    near(lossAndGrad(losses.mse({ reduction: 'mean' }), t, p, { sampleWeight: weight })[0], (a + 3 * b) / 2);
    near(
      lossAndGrad(losses.mse({ reduction: 'meanWithSampleWeight' }), t, p, { sampleWeight: weight })[0],
      (a + 3 * b) / 4,
    );
    near(lossAndGrad('mse', t, p, { mask: tensor([true, false]) })[0], a);
    near(lossAndGrad('mse', t, p, { mask: tensor([false, false]) })[0], 0);
    assert.deepEqual(losses.reduceLoss(losses.mse({ reduction: 'none' }), t, p).shape, [2]);
  });

  it('weights per sample weigh all steps of a sample', () => {
    const y = f64([
      [[1], [2]],
      [[3], [4]],
    ]);
    const zero = f64([
      [[0], [0]],
      [[0], [0]],
    ]);
    near(lossAndGrad('mse', y, zero, { sampleWeight: f64([1, 0]) })[0], (1 + 4) / 4);
    assert.throws(() => lossAndGrad('mse', y, zero, { sampleWeight: f64([1, 0, 2]) }), ShapeError);
  });

  it('targets and predictions of other shapes are refused', () => {
    assert.throws(
      () => losses.mse(tensor([[1, 2]]), tensor([[1], [2]])),
      (e: Error) => e instanceof ShapeError && /\[1, 2\].*\[2, 1\]/.test(e.message),
    );
    assert.throws(
      () => losses.sparseCategoricalCrossentropy(tensor(Int32Array.of(1, 2, 3)), tensor([[0.5, 0.5]])),
      /expected classes of shape \[1\]/,
    );
    near((losses.mse(f64([1, 2]), f64([[1], [4]])) as Tensor).data[1], 4);
  });

  it('names and options are checked', () => {
    assert.throws(() => losses.get('mean_squared_eror'), /Did you mean 'meanSquaredError'/);
    assert.throws(() => losses.get(3 as any), ValueError);
    assert.throws(() => losses.huber({ dela: 1 } as any), /unknown option 'dela'. Did you mean 'delta'/);
    assert.throws(() => losses.huber({ delta: NaN }), /delta must be a number/);
    assert.throws(() => losses.mse({ reduction: 'average' as any }), /unknown reduction/);
    assert.throws(() => losses.quantile({ quantile: 2 }), /between 0 and 1/);
    assert.equal((losses.get(losses.mae) as losses.Loss).lossName, 'meanAbsoluteError');
  });

  it('NaN is not swallowed', () => {
    assert.ok(Number.isNaN(lossAndGrad('huber', f64([[NaN]]), f64([[1]]))[0]));
    assert.ok(Number.isNaN(lossAndGrad('binaryCrossentropy', f64([[1]]), f64([[NaN]]))[0]));
  });

  it("tversky's alpha weighs what was missed, as Keras computes it", () => {
    const found = (alpha: number, beta: number) => losses.tversky({ alpha, beta })(f64([1, 1, 0]), f64([0.5, 1, 0.25]));
    near(found(1, 0).item(), 1 - 1.5 / 2, 1e-6);
    near(found(0, 1).item(), 1 - 1.5 / 1.75, 1e-6);
  });
});
