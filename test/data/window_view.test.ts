import assert from 'node:assert/strict';
import { data, layers, model, ops, optimizers, sequential, tensor, Tensor, type Sequential } from '../../lib/index.js';
import { Store } from '../../lib/training/table.js';
import { random32 } from '../training/models.js';

const bits = (t: { data: ArrayLike<number> }) => Array.from(t.data);

function network(features: number, outputs: number, returnSequences = false): Sequential {
  const made = sequential([
    layers.gru({ units: 4, returnSequences, inputShape: [null, features] }),
    layers.dense({ units: outputs }),
  ]);
  made.setWeights(made.weights.map((v, i) => random32(v.shape, 7 + i)));
  made.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'mse', metrics: ['mae'] });
  return made;
}

const weightsOf = (m: Sequential) => m.getWeights().map(bits);

describe('data.windowView', () => {
  const series = random32([60, 3], 1);

  for (const mode of ['last', 'sequence'] as const) {
    for (const stride of [1, 4]) {
      it(`has the rows of forecastWindows, mode ${mode}, stride ${stride}`, () => {
        const options = { steps: 7, ahead: 3, stride, mode, feature: 2 };
        const [x, y] = data.windowView(series, options);
        const [xCopy, yCopy] = data.forecastWindows(series, options);
        assert.deepEqual([x.shape, y.shape], [xCopy.shape, yCopy.shape]);
        assert.deepEqual(bits(x.toTensor()), bits(xCopy));
        assert.deepEqual(bits(y.toTensor()), bits(yCopy));
      });
    }
  }

  it('chooses inputs, targets and what is known ahead', () => {
    const at = (t: number, f: number) => series.data[t * 3 + f];
    for (const inputs of [[0, 2], [2, 0], [0, 1, 2], [1]]) {
      // prettier-ignore
      const [x, y, future] = data.windowView(series, { steps: 5, ahead: 2, inputs, targets: [2, 1], future: [0] });
      assert.deepEqual([x.shape, y.shape, future.shape], [[54, 5, inputs.length], [54, 2, 2], [54, 2, 1]]); // prettier-ignore
      assert.equal(x.toTensor().toArray()[3][4][0], at(7, inputs[0]));
      assert.equal(x.toTensor().toArray()[3][4].at(-1), at(7, inputs.at(-1) as number));
      assert.deepEqual(y.toTensor().toArray()[3], [[at(8, 2), at(8, 1)], [at(9, 2), at(9, 1)]]); // prettier-ignore
      assert.deepEqual(future.toTensor().toArray()[3], [[at(8, 0)], [at(9, 0)]]);
    }
    const [, y] = data.windowView(series, { steps: 5, ahead: 2, mode: 'sequence', targets: [0, 2] });
    assert.deepEqual(y.shape, [54, 5, 2, 2]);
    assert.equal(y.toTensor().toArray()[10][3][1][1], at(10 + 3 + 1 + 1, 2));
  });

  it('gives the steps of the window themselves', () => {
    const [x, y] = data.windowView(series, { steps: 7, stride: 2, mode: 'same', inputs: [0], feature: 1 });
    assert.deepEqual([x.shape, y.shape], [[27, 7, 1], [27, 7, 1]]); // prettier-ignore
    assert.deepEqual(bits(y), bits(data.windowView(series, { steps: 7, stride: 2, mode: 'same', inputs: [1] })[0]));
    assert.equal(y.toTensor().toArray()[26][6][0], series.data[(52 + 6) * 3 + 1]);
    assert.throws(() => data.windowView(series, { steps: 7, mode: 'same', ahead: 2 }), /has no steps ahead/);
  });

  it('slices into views, as tensors do into tensors', () => {
    const [x] = data.windowView(series, { steps: 7 });
    const copy = x.toTensor();
    for (const ranges of [
      [[10, 20]],
      [[-5, null]],
      [
        [0, null, 3],
        [2, 6],
      ],
      [null, null, [1, 2]],
      [[40, 20]],
    ] as const) {
      // prettier-ignore
      const [view, expected] = [x.slice(ranges), copy.slice(ranges) as Tensor];
      assert.deepEqual(view.shape, expected.shape);
      assert.deepEqual(bits(view), bits(expected));
    }
    const [train, test] = data.split(x, { sizes: [null, 10] });
    assert.ok(train instanceof data.WindowView && test instanceof data.WindowView);
    assert.deepEqual(bits(test), bits(copy.slice([[-10, null]]) as Tensor));
    assert.equal(test.series, series);
    assert.throws(() => data.split([x], { sizes: [null, 10], shuffle: true }), /rows of a view stay in order/);
  });

  it('trains, evaluates and predicts bit for bit as copies do', async () => {
    const options = { steps: 9, ahead: 2, feature: 1 };
    const rows = data.windowView(series, options)[0].shape[0];
    const sampleWeight = random32([rows], 3).abs() as Tensor;
    const run = async ([x, y]: readonly [Tensor | data.WindowView, Tensor | data.WindowView]) => {
      const m = network(3, 2);
      const { history } = await m.fit(x, y, {
        epochs: 2,
        batchSize: 8,
        validationSplit: 0.25,
        sampleWeight,
        seed: 5,
        verbose: 0,
      });
      const figures = await m.evaluate(x, y, { batchSize: 8 });
      const onBatch = await m.trainOnBatch(x, y);
      return [history, figures, onBatch, weightsOf(m), bits(await m.predict(x)), bits(m.predictSync(x))];
    };
    assert.deepEqual(await run(data.windowView(series, options)), await run(data.forecastWindows(series, options)));
  });

  it('is taken at every step, by models of several inputs, in double and as a list', async () => {
    const [x, y] = data.windowView(tensor(series, null, 'float64'), { steps: 9, mode: 'sequence' });
    const every = network(3, 1, true);
    const given = await every.evaluate([x], y);
    assert.deepEqual(given, await every.evaluate(x.toTensor(), y.toTensor()));

    const [past, target, future] = data.windowView(series, { steps: 6, ahead: 2, inputs: [0], future: [1, 2] });
    const [a, b] = [layers.input({ shape: [6, 1] }), layers.input({ shape: [2, 2] })];
    const joined = layers.concatenate().apply([layers.flatten().apply(a), layers.flatten().apply(b)]);
    const two = model({ inputs: [a, b], outputs: layers.dense({ units: 2 }).apply(joined) as never });
    two.compile({ loss: 'mse' });
    const loss = await two.evaluate([past, future], target);
    assert.equal(loss, await two.evaluate([past.toTensor(), future.toTensor()], target.toTensor()));
  });

  it('holds one copy of the series: 500 steps over 100,000 values', async () => {
    const long = random32([100_000], 9);
    const [x, y] = data.windowView(long, { steps: 500 });
    assert.deepEqual([x.shape, y.shape], [[99_500, 500, 1], [99_500, 1]]); // prettier-ignore
    const store = new Store();
    const [cx, cy] = [await store.column('x', x, 'float32'), await store.column('y', y, 'float32')];
    const [buffer] = cx.source;
    assert.equal(cy.source[0], buffer);
    buffer.read(99_999, new Float32Array(1));
    assert.throws(() => buffer.read(100_000, new Float32Array(1)));

    const m = sequential([layers.conv1D({ filters: 2, kernelSize: 4, strides: 100, inputShape: [500, 1] }), layers.globalAveragePooling1D(), layers.dense({ units: 1 })]); // prettier-ignore
    m.compile({ optimizer: 'sgd', loss: 'mse' });
    const before = process.memoryUsage().rss;
    await m.fit(x, y, { epochs: 1, batchSize: 500, stepsPerEpoch: 40, verbose: 0 });
    // The copies would take 199 MB.
    assert.ok(process.memoryUsage().rss - before < 100e6);
  });

  it('is copied by whatever else takes a tensor', () => {
    const [x] = data.windowView([1, 2, 3, 4, 5], { steps: 3 });
    assert.deepEqual((ops.sum(x, 1) as Tensor).toArray(), [[6], [9]]);
  });

  it('names what does not fit', () => {
    assert.throws(() => data.windowView(random32([2, 9, 1], 1), { steps: 3 }), /one series .* use forecastWindows/);
    assert.throws(() => data.windowView(series, { steps: 60 }), /60 steps is too short for windows of 60 and 1 ahead/);
    assert.throws(() => data.windowView(series, { steps: 3, inputs: [3] }), /inputs are features of a series with 3/);
    assert.throws(() => data.windowView(series, { steps: 3, targets: [1], feature: 1 }), /feature or targets/);
    assert.throws(() => data.windowView(series, { steps: 3, mode: 'all' as never }), /unknown mode 'all'/);
    assert.throws(() => data.windowView(series, { step: 3 } as never), /Did you mean 'steps'/);
    assert.throws(() => new data.WindowView(series, [60, 4], { base: 0, strides: [3, 1] }), /does not lie in 180/);
    const [x] = data.windowView(series, { steps: 3 });
    assert.throws(() => x.slice([[0, 5, -1]]), /step of a slice must be an integer of at least 1/);
    assert.throws(() => x.slice([3]), /a view has rows/);
    assert.throws(() => x.slice([null, 99]), /slice at 99 of an axis/);
    assert.throws(() => x.slice([null, '3' as never]), /slice '3' is not/);
    assert.throws(() => x.slice([null, null, null, null]), /at most 3 ranges/);
  });
});
