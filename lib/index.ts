import './ops/methods.js';

export { tensor, Tensor, TensorBase, type NestedArray, type TensorData, type TensorLike } from './program/tensor.js';
export { SeqnnError, ShapeError, StateError, ValueError } from './program/errors.js';
export { Variable } from './program/variable.js';
export type { DType, Shape } from './program/types.js';
export { compile, grad, valueAndGrad } from './ops/grad.js';
export * as ops from './ops/index.js';
export { about, setThreads } from './runtime/machine.js';
export * as data from './data/index.js';
export { report, type ReportOptions } from './report/index.js';
export * as activations from './activations/index.js';
export * as initializers from './initializers/index.js';
export * as layers from './layers/index.js';
export * from './layers/classes.js';
export { setRandomSeed } from './ops/random.js';
