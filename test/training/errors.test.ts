import assert from 'node:assert/strict';
import { layers, model as graph, sequential, ShapeError, StateError, tensor, ValueError } from '../../lib/index.js';
import { bits, compiled, linearData, smallModel } from './models.js';

const quiet = { verbose: 0 } as const;

describe('bad input to a model', () => {
  const { x, y } = linearData(10);

  const cases: [string, (m: ReturnType<typeof compiled>) => unknown, RegExp, new (...a: any[]) => Error][] = [
    [
      'wrong shape of x',
      (m) => m.fit(tensor([[1, 2, 3]]), y, quiet),
      /fit: x: 'input_layer\w*' expects shape \[null, 4\], got \[1, 3\]/,
      ShapeError,
    ],
    [
      'wrong shape of y',
      (m) => m.fit(x, tensor(new Float32Array(20), [10, 2]), quiet),
      /targets \[10, 2\] do not have the shape of the predictions, \[10, 1\]/,
      ShapeError,
    ],
    ['lengths that differ', (m) => m.fit(x, [1, 2, 3], quiet), /x has 10 samples and y has 3/, ShapeError],
    [
      'ragged arrays',
      (m) =>
        m.fit(
          [
            [1, 2, 3, 4],
            [1, 2],
          ],
          [1, 2],
          quiet,
        ),
      /ragged/,
      ShapeError,
    ],
    ['text', (m) => m.fit([['a', 2, 3, 4]] as any, [1], quiet), /expected numbers, got 'a'/, ValueError],
    [
      'empty data',
      (m) => m.fit(tensor(new Float32Array(0), [0, 4]), tensor(new Float32Array(0), [0, 1]), quiet),
      /empty/,
      ValueError,
    ],
    ['no y', (m) => m.fit(x, undefined as any, quiet), /y is missing/, ValueError],
    [
      'an unknown option',
      (m) => m.fit(x, y, { ...quiet, epoch: 3 } as any),
      /unknown option 'epoch'. Did you mean 'epochs'/,
      ValueError,
    ],
    [
      'a batch size of NaN',
      (m) => m.fit(x, y, { ...quiet, batchSize: NaN }),
      /batchSize must be an integer of at least 1, got NaN/,
      ValueError,
    ],
    [
      'a batch larger than the data',
      (m) => m.fit(x, y, { ...quiet, batchSize: 11 }),
      /batchSize 11 is larger than the data, 10 samples/,
      ValueError,
    ],
    ['half an epoch', (m) => m.fit(x, y, { ...quiet, epochs: 0.5 }), /epochs must be an integer/, ValueError],
    [
      'a split that leaves nothing',
      (m) => m.fit(x, y, { ...quiet, validationSplit: 0.99 }),
      /leaves 0 of 10/,
      ValueError,
    ],
    ['a bad signal', (m) => m.fit(x, y, { ...quiet, signal: {} as any }), /AbortSignal/, ValueError],
    ['a bad seed', (m) => m.fit(x, y, { ...quiet, seed: -1 }), /seed must be an integer/, ValueError],
    [
      'a mistyped hook',
      (m) => m.fit(x, y, { ...quiet, callbacks: { onEpochEnds() {} } as any }),
      /Did you mean 'onEpochEnd'/,
      ValueError,
    ],
    [
      'weights of other samples',
      (m) => m.fit(x, y, { ...quiet, sampleWeight: [1, 2] }),
      /sampleWeight has 2/,
      ShapeError,
    ],
    ['predict of another shape', (m) => m.predict([[1, 2]]), /expects shape \[null, 4\], got \[1, 2\]/, ShapeError],
    ['a bad batch', (m) => m.fit([[x, y, null, 1]][Symbol.iterator]() as any, quiet), /expected batches/, ValueError],
    ['setWeights of another shape', async (m) => m.setWeights([x]), /expected 4 weights, got 1/, ShapeError],
    ['an unknown layer', async (m) => m.getLayer('den'), /no layer 'den'/, ValueError],
  ];
  for (const [what, act, message, type] of cases) {
    it(`${what}: one clear error, and the model is as it was`, async () => {
      const model = compiled();
      const before = bits(model);
      await assert.rejects(
        async () => act(model),
        (e: Error) => {
          assert.match(e.message, message);
          assert.ok(e instanceof type, e.name);
          return true;
        },
      );
      assert.deepEqual(bits(model), before);
      await model.fit(x, y, quiet);
      assert.notDeepEqual(bits(model), before);
    });
  }

  it('what is not ready says so', async () => {
    const unbuilt = sequential([layers.dense({ units: 1 })]);
    await assert.rejects(unbuilt.predict(x), (e: Error) => e instanceof StateError && /not built/.test(e.message));
    assert.throws(() => unbuilt.predictSync(x), /not built/);
    assert.throws(() => unbuilt.countParams(), StateError);
    assert.throws(() => unbuilt.outputShape, /not built/);
    await assert.rejects(smallModel().fit(x, y), /must be compiled first/);
    await assert.rejects(smallModel().evaluate(x, y), /must be compiled first/);
    assert.throws(() => sequential().compile({ loss: 'mse' }), /has no layers/);
    unbuilt.compile({ loss: 'mse' });
    await assert.rejects(unbuilt.evaluate(x, y), /not built/);
    await unbuilt.fit(x, y, quiet);
    assert.deepEqual(unbuilt.outputShape, [null, 1]);
    const aimless = smallModel();
    aimless.compile({});
    await assert.rejects(aimless.fit(x, y, quiet), /no loss to minimise/);
    const frozen = compiled();
    frozen.trainable = false;
    await assert.rejects(frozen.fit(x, y, quiet), /no trainable weights/);
  });

  it('names in compile are checked', () => {
    const model = smallModel();
    assert.throws(() => model.compile({ loss: 'msee' }), /Did you mean 'mse'/);
    assert.throws(() => model.compile({ optimizer: 'adamx', loss: 'mse' }), /Did you mean 'adam/);
    assert.throws(() => model.compile({ loss: 'mse', metrics: ['accurac'] }), /Did you mean 'accuracy'/);
    assert.throws(() => model.compile({ losses: 'mse' } as any), /Did you mean 'loss'/);
    assert.throws(() => model.compile({ loss: ['mse', 'mse'] }), /2 entries for 1 outputs/);
    assert.throws(() => sequential({ layer: [] } as any), /Did you mean 'layers'/);
    assert.throws(() => graph({ inputs: x as any, outputs: x as any }), /inputs must be tensors from input/);
    assert.throws(() => sequential([3 as any]), /add expects a layer/);
  });

  it('a loss that throws, or gives the wrong thing, ends the fit only', async () => {
    const model = smallModel();
    model.compile({ optimizer: 'sgd', loss: (() => 3) as any });
    await assert.rejects(model.fit(x, y, quiet), /a loss must return a tensor, got 3/);
    model.compile({
      optimizer: 'sgd',
      loss: () => {
        throw new Error('mine');
      },
    });
    await assert.rejects(model.fit(x, y, quiet), /mine/);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await model.fit(x, y, quiet);
  });

  it('a second fit or evaluate is refused at once', async () => {
    const model = compiled();
    const first = model.fit(x, y, { ...quiet, epochs: 200 });
    await assert.rejects(
      model.fit(x, y, quiet),
      (e: Error) => e instanceof StateError && /busy with fit/.test(e.message),
    );
    await assert.rejects(model.evaluate(x, y), StateError);
    await assert.rejects(model.trainOnBatch(x, y), StateError);
    assert.equal((await model.predict(x)).shape[0], 10);
    assert.equal((await first).epoch.length, 200);
    await model.evaluate(x, y);
  });
});
