import assert from 'node:assert/strict';
import { layers, metrics, sequential } from '../../lib/index.js';

const close = (a: unknown, b: number) => assert.ok(Math.abs((a as number) - b) < 1e-6, `${String(a)} is not ${b}`);

describe('metrics that count', () => {
  const truth = [[0], [1], [1], [0], [1], [0]];
  const guess = [[0.1], [0.9], [0.4], [0.6], [0.8], [0.3]];

  it('auc is the chance that a positive is above a negative', () => {
    const auc = metrics.auc({ numThresholds: 1000 });
    auc.updateState(truth.slice(0, 3), guess.slice(0, 3));
    auc.updateState(truth.slice(3), guess.slice(3));
    close(auc.result(), 8 / 9);
    auc.resetState();
    auc.updateState([[0], [1]], [[0.2], [0.8]]);
    close(auc.result(), 1);
  });

  it('auc of logits, of several labels, of thresholds of one’s own', () => {
    const logits = metrics.auc({ fromLogits: true });
    logits.updateState([[0], [1]], [[-1], [2]]);
    close(logits.result(), 1);
    const several = metrics.auc({ multiLabel: true, labelWeights: [1, 3] });
    several.updateState(
      [
        [0, 1],
        [1, 0],
      ],
      [
        [0.1, 0.2],
        [0.9, 0.7],
      ],
    );
    close(several.result(), 0.25);
    const own = metrics.auc({ thresholds: [0.5], curve: 'PR' });
    own.updateState(truth, guess);
    assert.ok(own.result() > 0.5 && own.result() < 1);
    assert.throws(() => metrics.auc({ curve: 'roc' as any }), /unknown curve 'roc'. Did you mean 'ROC'/);
    assert.throws(() => metrics.auc({ thresholds: [2] }), /numbers from 0 to 1/);
    assert.throws(() => metrics.auc({ labelWeights: [1] }), /labelWeights says nothing without multiLabel/);
    assert.throws(() => several.updateState([[1]], [[1]]), /2 labelWeights for 1 columns|figures of shape/);
    const three = metrics.auc({ multiLabel: true, numLabels: 3 });
    assert.throws(() => three.updateState([[1, 0]], [[1, 0]]), /expected 3 columns \(numLabels\), got 2/);
  });

  it('the four counts, weighted, and the best figure where another is reached', () => {
    const weights = [1, 1, 1, 2, 1, 1];
    const found = ([make, options]: readonly [(options: any) => metrics.Metric<any>, object]) => {
      const metric = make(options);
      metric.updateState(truth.slice(0, 2), guess.slice(0, 2), weights.slice(0, 2));
      metric.updateState(truth.slice(2), guess.slice(2), weights.slice(2));
      return metric.result() as unknown;
    };
    // Above 0.5: 0.9, 0.8 rightly, 0.6 (twice) wrongly.
    assert.deepEqual(
      [metrics.truePositives, metrics.falsePositives, metrics.trueNegatives, metrics.falseNegatives].map((make) =>
        found([make, { thresholds: [0.5, 0.7] }]),
      ),
      [[2, 2], [2, 0], [2, 4], [1, 1]], // prettier-ignore
    );
    assert.equal(found([metrics.truePositives, {}]), 2);
    close(found([metrics.precisionAtRecall, { recall: 1 }]), 3 / 5);
    close(found([metrics.recallAtPrecision, { precision: 0.9 }]), 2 / 3);
    close(found([metrics.sensitivityAtSpecificity, { specificity: 0.5 }]), 1);
    close(found([metrics.specificityAtSensitivity, { sensitivity: 0.5, numThresholds: 11 }]), 1);
    close(found([metrics.specificityAtSensitivity, { sensitivity: 0.9, numThresholds: 1 }]), 0);
    assert.equal(metrics.get('falseNegatives').name, 'falseNegatives');
    assert.throws(
      () => metrics.precisionAtRecall({ recall: 2 }),
      /precisionAtRecall: recall must be a number from 0 to 1/,
    );
    assert.throws(() => metrics.get('precisionAtRecall'), /recall must be a number from 0 to 1, got undefined/);
    assert.throws(
      () => metrics.truePositives({ thresholds: 3 }),
      /truePositives: thresholds must be numbers from 0 to 1/,
    );
    const one = metrics.recallAtPrecision({ precision: 0.5, classId: 1 });
    assert.throws(() => one.updateState(truth, guess), /classId 1 is not one of 1 columns/);
  });

  it('precision and recall', () => {
    const weights = [1, 1, 1, 2, 1, 1];
    for (const [metric, expected] of [
      [metrics.precision(), 2 / 4],
      [metrics.recall(), 2 / 3],
      [metrics.precision({ thresholds: [0.5, 0.7] }), [2 / 4, 1]],
    ] as const) {
      metric.updateState(truth, guess, weights);
      [metric.result()].flat().forEach((v, i) => close(v, [expected].flat()[i]));
    }
    const top = metrics.precision({ topK: 1 });
    top.updateState(
      [
        [0, 1, 0],
        [1, 0, 0],
      ],
      [
        [0.1, 0.5, 0.2],
        [0.3, 0.3, 0.2],
      ],
    );
    close(top.result(), 1);
    const column = metrics.recall({ classId: 1, thresholds: 0.4 });
    column.updateState(
      [
        [0, 1],
        [1, 1],
      ],
      [
        [0.9, 0.5],
        [0.9, 0.1],
      ],
    );
    close(column.result(), 0.5);
    assert.throws(() => metrics.recall({ topk: 1 } as any), /unknown option 'topk'. Did you mean 'topK'/);
  });

  it('f1 by class and averaged', () => {
    const t = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [0, 1, 0],
    ];
    const p = [
      [0.7, 0.2, 0.1],
      [0.6, 0.3, 0.1],
      [0.1, 0.2, 0.7],
      [0.2, 0.7, 0.1],
    ];
    const by = metrics.f1Score();
    by.updateState(t, p);
    (by.result() as number[]).forEach((v, i) => close(v, [2 / 3, 2 / 3, 1][i]));
    for (const [average, expected] of [
      ['micro', 0.75],
      ['macro', 7 / 9],
      ['weighted', 0.75],
    ] as const) {
      const metric = metrics.f1Score({ average });
      metric.updateState(t, p);
      close(metric.result(), expected);
    }
    const beta = metrics.fBetaScore({ beta: 2, threshold: 0.5, average: 'micro' });
    beta.updateState(t, p);
    close(beta.result(), 0.75);
    assert.throws(() => metrics.f1Score({ beta: 2 } as any), /unknown option 'beta'/);
  });

  it('r2', () => {
    const r2 = metrics.r2Score();
    r2.updateState([[1], [2]], [[1], [2.5]]);
    r2.updateState([[3]], [[3]]);
    close(r2.result(), 1 - 0.25 / 2);
    const each = metrics.r2Score({ classAggregation: null });
    each.updateState(
      [
        [1, 1],
        [3, 3],
      ],
      [
        [1, 2],
        [3, 2],
      ],
    );
    (each.result() as number[]).forEach((v, i) => close(v, [1, 0][i]));
    const adjusted = metrics.r2Score({ numRegressors: 1 });
    adjusted.updateState([[1], [2], [3]], [[1], [2.5], [3]]);
    close(adjusted.result(), 1 - (0.125 * 2) / 1);
  });

  it('a NaN is seen, and another number of classes refused', () => {
    const metric = metrics.recall();
    metric.updateState([[1]], [[NaN]]);
    assert.ok(Number.isNaN(metric.result()));
    const f1 = metrics.f1Score();
    f1.updateState([[1, 0]], [[1, 0]]);
    assert.throws(() => f1.updateState([[1, 0, 0]], [[1, 0, 0]]), /f1Score/);
  });

  it('work in fit and evaluate', async () => {
    const model = sequential([layers.dense({ units: 2, activation: 'softmax', inputShape: [1] })]);
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics: ['auc', metrics.f1Score(), 'recall'] });
    const x = [[-1], [1], [-2], [2]];
    const y = [
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
    ];
    const history = await model.fit(x, y, { epochs: 2, verbose: 0, batchSize: 2 });
    const values = Object.entries(history.history).flatMap(([name, list]) => (name === 'loss' ? [] : list));
    assert.ok(values.length === 6 && values.every((v) => v >= 0 && v <= 1));
    assert.equal((await model.evaluate(x, y, { verbose: 0 })).length, 4);
  });
});
