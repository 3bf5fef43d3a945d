// One vocabulary: Keras 3's `ops` names in camelCase.
export * from './activations.js';
export { hardSilu as hardSwish, silu as swish } from './activations.js';
export * from './arithmetic.js';
export { abs as absolute } from './arithmetic.js';
export { average } from './average.js';
export { diff, moveaxis, roll, swapaxes, unstack } from './axes.js';
export { cast, stopGradient } from './cast.js';
export { checkpoint } from './checkpoint.js';
export { conv1d, conv1dTranspose, type ConvOptions, type ConvTransposeOptions, type Padding } from './conv.js';
export * from './create.js';
export { binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy } from './crossentropy.js';
export { cummax, cumprod, cumsum } from './cumulative.js';
export { dense } from './dense.js';
export { einsum } from './einsum.js';
export { gradients } from './grad.js';
export { inTopK, oneHot, take, takeAlongAxis } from './indexing.js';
export { matmul } from './matmul.js';
export { layerNorm } from './normalize.js';
export { norm, type NormOrder } from './norm.js';
export { dot, outer, tensordot, type ProductAxes } from './products.js';
export * as random from './random.js';
export {
  all,
  any,
  argmax,
  argmin,
  logsumexp,
  max,
  max as amax,
  mean,
  min,
  min as amin,
  prod,
  std,
  sum,
  variance,
  variance as var,
  type Axes,
} from './reduce.js';
export {
  gru,
  lstm,
  simpleRNN,
  type GruOptions,
  type LstmOptions,
  type RecurrentOptions,
  type RecurrentResult,
  type StepNorm,
} from './rnn.js';
export {
  logUniformCandidates,
  sampledSoftmaxCrossEntropy,
  type CandidateOptions,
  type Candidates,
  type SampledSoftmaxOptions,
} from './sampled_softmax.js';
export { scan, type ScanBody, type ScanOptions } from './scan.js';
export {
  broadcastTo,
  concatenate,
  expandDims,
  flip,
  pad,
  repeat,
  reshape,
  slice,
  split,
  squeeze,
  stack,
  tile,
  transpose,
  type Range,
} from './shape.js';
export { logSoftmax, softmax, softmaxCrossEntropy } from './softmax.js';
export { assign } from './update.js';
