import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  layers,
  loadModel,
  sequential,
  setRandomSeed,
  tensor,
  type Precision,
  type Sequential,
} from '../../lib/index.js';
import { about } from '../../lib/runtime/machine.js';
import { near } from '../support/near.js';

const ROUNDED = ['tf32', 'bf16'] as const;
/** Bits of a float32's fraction that are dropped. */
const DROPPED = { float32: 0, tf32: 13, bf16: 16 };
const onGpu = about().gpu.count > 0;

function rounded(value: number, precision: Precision): number {
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value) || 1)) - 23 + DROPPED[precision]);
  const units = Math.fround(value) / unit;
  const below = Math.floor(units);
  const rest = units - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
  return (below + (up ? 1 : 0)) * unit;
}

const waves = (rows: number, columns: number, phase: number) =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => Math.fround(Math.sin(i * 5 + j * 3 + phase))),
  );

function multiply(x: number[][], w: number[][], precision: Precision): number[] {
  const r = (v: number) => rounded(v, precision);
  return x.flatMap((row) => w[0].map((_, j) => row.reduce((sum, v, k) => sum + r(v) * r(w[k][j]), 0)));
}

function product(w: number[][], precision: Precision): Sequential {
  const model = sequential([layers.dense({ units: w[0].length, useBias: false, inputShape: [w.length] })]);
  model.setWeights([tensor(w)]);
  model.compile({ loss: 'mse', precision });
  return model;
}

function recurrent(precision: Precision): Sequential {
  setRandomSeed(5);
  const model = sequential([
    layers.lstm({ units: 6, returnSequences: true, inputShape: [5, 2] }),
    layers.gru({ units: 5, resetAfter: false, returnSequences: true }),
    layers.simpleRNN({ units: 4 }),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse', precision });
  return model;
}

const X = Array.from({ length: 24 }, (_, n) => waves(5, 2, n));
const Y = X.map((steps) => [steps.reduce((sum, [a, b]) => sum + a * b, 0)]);

async function losses(precision: Precision): Promise<number[]> {
  const { history } = await recurrent(precision).to('gpu').fit(X, Y, { epochs: 6, batchSize: 8, seed: 2, verbose: 0 });
  return history.loss;
}

/** What the first gradients of all weights are. */
async function gradients(precision: Precision): Promise<number[]> {
  const { values } = await recurrent(precision).to('gpu').gradientFlow(X, Y, { values: true, perStep: false });
  return values.flatMap((t) => Array.from(t.data));
}

const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((v, i) => v - b[i]));

describe('precision', () => {
  const w = waves(37, 9, 1);
  const x = waves(6, 37, 0);

  it('is an option with three values', () => {
    assert.equal(recurrent('tf32').precision, 'tf32');
    const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    assert.equal(model.precision, 'float32');
    assert.throws(
      () => model.compile({ precision: 'tf23' as 'tf32' }),
      /unknown precision 'tf23'. Did you mean 'tf32'/,
    );
  });

  it('is refused by a model that multiplies in float64', async () => {
    const model = sequential([layers.dense({ units: 9, inputShape: [37], dtype: 'float64' })]);
    model.compile({ loss: 'mse', precision: 'tf32' });
    const message = /precision 'tf32' is for products of float32 numbers, and no weight is one/;
    assert.throws(() => model.predictSync(tensor(x)), message);
    await assert.rejects(model.fit(x, waves(6, 9, 2), { verbose: 0 }), message);
  });

  it('needs a GPU, and says so where the model runs on the CPU', async () => {
    const model = product(w, 'bf16');
    if (onGpu) model.to('cpu');
    const message = /precision 'bf16' needs a GPU, cpu multiplies in float32/;
    await assert.rejects(model.predict(tensor(x)), message);
    assert.throws(() => model.predictSync(tensor(x)), message);
    await assert.rejects(model.fit(x, waves(6, 9, 2), { verbose: 0 }), message);
    model.compile({ loss: 'mse' });
    near(model.predictSync(tensor(x)).data, multiply(x, w, 'float32'), 1e-6);
  });

  it('is saved with the model, and left out with a warning where there is no GPU', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'seqnn-'));
    try {
      const path = join(folder, 'model.safetensors');
      await product(w, 'tf32').save(path);
      const warned = onGpu ? [] : once(process, 'warning');
      const { precision } = await loadModel(path);
      assert.equal(precision, onGpu ? 'tf32' : 'float32');
      if (!onGpu) assert.match(String((await warned)[0]), /has precision 'tf32', which needs a GPU/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  describe('on a GPU', () => {
    before(function () {
      if (!onGpu) this.skip();
    });

    for (const precision of ROUNDED) {
      it(`rounds the operands of a product to ${precision}`, async () => {
        const model = product(w, precision).to('gpu');
        const y = Array.from<number>(model.predictSync(tensor(x)).data);
        near(y, multiply(x, w, precision), 2e-6);
        assert.ok(distance(y, multiply(x, w, 'float32')) > 1e-4);
        near((await model.predict(tensor(x))).data, y, 0);
        model.to('cpu');
        assert.throws(() => model.predictSync(tensor(x)), /needs a GPU/, 'a program that it had made before it moved');
      });

      it(`rounds ties to even in ${precision}`, () => {
        const half = 2 ** (DROPPED[precision] - 24);
        const model = product([[1]], precision).to('gpu');
        const y = model.predictSync(
          tensor([[1 + half], [1 + 3 * half], [-1 - half], [1 + 1.5 * half], [0], [Infinity]]),
        );
        assert.deepEqual(Array.from(y.data), [1, 1 + 4 * half, -1, 1 + 2 * half, 0, Infinity]);
      });

      it(`trains about as well in ${precision} as in float32`, async () => {
        const [exact, coarse] = [await losses('float32'), await losses(precision)];
        assert.notDeepEqual(coarse, exact);
        near(coarse, exact, 0.02);
      }).timeout(60_000);

      it(`rounds the same in every form of a recurrent layer in ${precision}`, async () => {
        const [exact, persistent] = [await gradients('float32'), await gradients(precision)];
        process.env.SEQNN_CUDA_RNN = 'steps';
        try {
          const apart = distance(await gradients(precision), persistent);
          assert.ok(apart < 0.1 * distance(exact, persistent), `${apart} of ${distance(exact, persistent)}`);
        } finally {
          delete process.env.SEQNN_CUDA_RNN;
        }
      }).timeout(60_000);
    }
  });
});
