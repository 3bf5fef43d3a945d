import assert from 'node:assert/strict';
import { metrics, ops, ShapeError } from '../../lib/index.js';
import type { TensorBase } from '../../lib/index.js';

const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);

describe('metrics', () => {
  it('are means over samples of all batches', () => {
    const mae = metrics.meanAbsoluteError();
    mae.updateState([[1], [2], [3]], [[0], [0], [0]]);
    mae.updateState([[10]], [[0]]);
    close(mae.result(), 4);
    mae.resetState();
    mae.updateState([[10]], [[0]]);
    close(mae.result(), 10);
  });

  it('divide by the sum of the weights', () => {
    const mse = metrics.meanSquaredError();
    mse.updateState([[1], [2]], [[0], [0]], [1, 3]);
    close(mse.result(), (1 + 3 * 4) / 4);
    const rmse = metrics.rootMeanSquaredError();
    rmse.updateState([[[3], [4]]], [[[0], [0]]], [2]);
    close(rmse.result(), Math.sqrt(12.5));
  });

  it('accuracies', () => {
    const cases: [metrics.Metric, any, any, number][] = [
      [metrics.accuracy(), [[1], [2], [3]], [[1], [2], [4]], 2 / 3],
      [metrics.binaryAccuracy(), [[1], [0], [1], [0]], [[0.9], [0.6], [0.4], [0.1]], 0.5],
      [metrics.binaryAccuracy({ threshold: 0.7 }), [[1], [0]], [[0.9], [0.6]], 1],
      [
        metrics.categoricalAccuracy(),
        [
          [0, 1],
          [1, 0],
        ],
        [
          [0.1, 0.9],
          [0.2, 0.8],
        ],
        0.5,
      ],
      [
        metrics.sparseCategoricalAccuracy(),
        [1, 0],
        [
          [0.1, 0.9],
          [0.2, 0.8],
        ],
        0.5,
      ],
      [
        metrics.sparseCategoricalAccuracy(),
        [[1], [0]],
        [
          [0.1, 0.9],
          [0.2, 0.8],
        ],
        0.5,
      ],
      [
        metrics.topKCategoricalAccuracy({ k: 2 }),
        [
          [0, 0, 1],
          [1, 0, 0],
        ],
        [
          [0.1, 0.5, 0.4],
          [0.1, 0.5, 0.4],
        ],
        0.5,
      ],
      [
        metrics.sparseTopKCategoricalAccuracy({ k: 2 }),
        [[2, 0]],
        [
          [
            [0.1, 0.5, 0.4],
            [0.1, 0.5, 0.4],
          ],
        ],
        0.5,
      ],
      [metrics.cosineSimilarity(), [[1, 1]], [[2, 2]], 1],
    ];
    for (const [metric, t, p, expected] of cases) {
      metric.updateState(t, p);
      close(metric.result(), expected);
    }
  });

  it("'accuracy' is chosen by the shapes", () => {
    for (const [t, p, expected] of [
      [[[1], [0]], [[0.8], [0.7]], 0.5],
      [
        [
          [0, 1],
          [1, 0],
        ],
        [
          [0.1, 0.9],
          [0.2, 0.8],
        ],
        0.5,
      ],
      [
        [1, 0],
        [
          [0.1, 0.9],
          [0.8, 0.2],
        ],
        1,
      ],
    ] as [any, any, number][]) {
      const metric = metrics.get('accuracy');
      metric.updateState(t, p);
      close(metric.result(), expected);
    }
  });

  it('a function of the user is averaged and named after itself', () => {
    const metric = metrics.get(function worst(t: TensorBase, p: TensorBase) {
      return ops.max(ops.abs(ops.subtract(t, p)), -1);
    });
    assert.equal(metric.name, 'worst');
    metric.updateState(
      [
        [1, 5],
        [2, 2],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    );
    close(metric.result(), 3.5);
  });

  it('of targets and predictions: the values that are averaged', () => {
    const values = metrics.meanSquaredError([[1, 3], [0, 0]], [[0, 1], [0, 2]]); // prettier-ignore
    assert.deepEqual(values.toArray(), [2.5, 2]);
    assert.deepEqual(metrics.binaryAccuracy([[1], [0]], [[0.9], [0.8]]).toArray(), [1, 0]); // prettier-ignore
    assert.throws(() => metrics.rootMeanSquaredError([1], [2]), /is no mean over samples/);
  });

  it('bad names, options and shapes', () => {
    assert.throws(() => metrics.get('acuracy'), /Did you mean 'accuracy'/);
    assert.throws(() => metrics.binaryAccuracy({ treshold: 1 } as any), /Did you mean 'threshold'/);
    assert.throws(() => metrics.topKCategoricalAccuracy({ k: 0 }), /k must be an integer/);
    assert.throws(() => metrics.sparseCategoricalAccuracy().updateState([1, 2, 3], [[0.5, 0.5]]), ShapeError);
    assert.throws(() => metrics.meanSquaredError().result(), /before the first updateState/);
    assert.equal(metrics.get('mse').name, 'mse');
    assert.equal(metrics.get('MAE').name, 'MAE');
    assert.equal(metrics.get(metrics.rootMeanSquaredError).name, 'rootMeanSquaredError');
  });
});
