import { multiply, notEqual, where } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { sampledSoftmaxCrossEntropy, type SampledSoftmaxOptions } from '../ops/sampled_softmax.js';
import { reshape } from '../ops/shape.js';
import type { TensorBase } from '../program/tensor.js';
import { sparseCategoricalCrossentropy } from './crossentropy.js';
import { lossFactory } from './loss.js';

/** What predictions were made of, for a loss that must not use all classes. */
export interface SampledSource {
  /** [C, H] */
  readonly weights: TensorBase;
  /** [C] */
  readonly biases: TensorBase;
  /** [..., H] */
  readonly inputs: TensorBase;
  readonly options: SampledSoftmaxOptions;
}

// Only predictions made in training are here.
const SOURCES = new WeakMap<TensorBase, SampledSource>();

/** Says of what predictions were made, so that `sampledSoftmax` can train them by a sample of the classes. */
export function rememberSource(predictions: TensorBase, source: SampledSource): void {
  SOURCES.set(predictions, source);
}

/**
 * Crossentropy for the layer `sampledSoftmax`: against a sample of the classes in training, against all in evaluation.
 * Predictions of other layers get the full one always. Targets are the numbers of the classes; entries of `ignoreClass` do
 * not count.
 */
export const sampledSoftmax = lossFactory(
  'sampledSoftmax',
  { ignoreClass: null as number | null },
  ({ ignoreClass }) =>
    (yTrue, p) => {
      const source = SOURCES.get(p);
      if (!source) return sparseCategoricalCrossentropy({ ignoreClass })(yTrue, p);
      const counts = ignoreClass === null ? null : notEqual(yTrue, ignoreClass);
      const t = counts ? multiply(yTrue, cast(counts, 'int32')) : yTrue;
      const { weights, biases, inputs, options } = source;
      const features = inputs.shape[inputs.rank - 1];
      const rows = reshape(inputs, [t.size, features]);
      const each = sampledSoftmaxCrossEntropy(weights, biases, rows, reshape(t, [t.size]), options);
      const loss = reshape(each, t.shape);
      return counts ? where(counts, loss, 0) : loss;
    },
  { sparse: true },
  ({ ignoreClass }) => (ignoreClass === null ? undefined : (yTrue) => notEqual(yTrue, ignoreClass)),
);
