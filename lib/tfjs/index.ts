// tfjs-core's names with its positional arguments and defaults, on top of this library.
export * from './arithmetic.js';
export { buffer, TensorBuffer } from './buffer.js';
export * from './create.js';
export * as data from './data.js';
export * from './memory.js';
export { print } from './methods.js';
export * from './random.js';
export * from './reduce.js';
export { loadLayersModel, serialization, type Registrable } from './serialization.js';
export * from './shape.js';
export { train } from './train.js';
export * as util from './util.js';
