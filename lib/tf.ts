// All that the package exports, and tfjs-core's names: a script that calls it `tf` moves over by its import.
export * from './exports.js';
export * from './tfjs/index.js';
// The room and its generator, for data that is in both.
export { data } from './tfjs/index.js';
