export * from './exports.js';
export * as tf from './tf.js';
