import { tensor } from '../../../lib/index.js';
import * as metrics from '../../../lib/metrics/index.js';
import { close, EPSILON, type Finding } from '../compare.js';
import { make } from '../configs.js';
import { decode, type Case, type StoredTensor } from '../fixture.js';

export function checkMetric(fixture: Case): Finding[] {
  const metric: metrics.Metric<any> = make(metrics, fixture.config);
  const batches = fixture.inputs.batches as Record<string, StoredTensor>[];
  return batches.map((batch, i) => {
    metric.updateState(decode(batch.y_true), decode(batch.y_pred), batch.sample_weight && decode(batch.sample_weight));
    const width = batch.y_pred.shape.reduce((n, d) => n * d, 1);
    const expected = decode(fixture.outputs[i]);
    return close(`result after batch ${i}`, tensor(metric.result(), expected.shape, 'float64'), expected, {
      steps: i + 1,
      width,
      epsilon: EPSILON.float32,
    });
  });
}
