import { operand, type Operand } from '../program/apply.js';
import { checkInteger, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { isFloating, showShape, sizeOf, type Shape } from '../program/types.js';
import { add, floor, log, multiply, negative } from './arithmetic.js';
import { cast } from './cast.js';
import { checkRate, checkShape } from './checks.js';
import { dropoutMask, uniform, type RandomOptions } from './random.js';
import { argmax } from './reduce.js';
import { expandDims, reshape, slice } from './shape.js';

// What is drawn by means of uniform numbers.

export interface SeedOptions {
  /** Same seed, same draws. Default: the traced model's seed, or a fresh one. */
  seed?: number;
}

/** Integers from minval to maxval − 1, int32, each as likely. */
export function randint(shape: Shape, minval: number, maxval: number, options: SeedOptions = {}): TensorBase {
  const who = 'random.randint';
  checkOptions(who, options, ['seed']);
  const size = sizeOf(checkShape(who, shape));
  checkInteger(who, 'minval', minval, -(2 ** 31));
  checkInteger(who, 'maxval', maxval, minval + 1);
  if (maxval > 2 ** 31) throw new ValueError(`${who}: maxval must be at most 2^31, got ${show(maxval)}.`);
  // A uniform number has 24 bits; for wide ranges to be even, a second one goes behind it.
  const u = uniform([2, size], 0, 1, { seed: options.seed, dtype: 'float64' });
  const fine = add(slice(u, [0]), multiply(slice(u, [1]), 2 ** -24));
  return reshape(cast(add(floor(multiply(fine, maxval - minval)), minval), 'int32'), shape);
}

/** Noise that makes the largest of logits plus noise a draw from their softmax (Gumbel 1954). */
export function gumbel(shape: Shape, options: RandomOptions = {}): TensorBase {
  return negative(log(negative(log(uniform(shape, 1e-7, 1, options)))));
}

/** Classes drawn with the probabilities softmax(logits): [B, C] gives int32 [B, numSamples]. */
export function categorical(logits: Operand, numSamples: number, options: SeedOptions = {}): TensorBase {
  const who = 'random.categorical';
  checkOptions(who, options, ['seed']);
  const given = operand(logits, undefined, who);
  const t = isFloating(given.dtype) ? given : cast(given, 'float32');
  if (t.rank !== 2)
    throw new ShapeError(`${who}: expected logits of shape [batch, classes], got ${showShape(t.shape)}.`);
  const shape = [t.shape[0], checkInteger(who, 'numSamples', numSamples, 0), t.shape[1]];
  return argmax(add(expandDims(t, 1), gumbel(shape, { seed: options.seed, dtype: t.dtype })), -1);
}

export interface DropoutOptions extends SeedOptions {
  /** Shape of what is drawn; 1: one draw for the whole axis, null: the axis' own size. */
  noiseShape?: readonly (number | null)[] | null;
}

/** x with a fraction of its elements zeroed and the rest scaled so that the mean stays (Srivastava et al. 2014). */
export function dropout(x: Operand, rate: number, options: DropoutOptions = {}): TensorBase {
  const who = 'random.dropout';
  checkOptions(who, options, ['noiseShape', 'seed']);
  checkRate(who, 'rate', rate);
  const { noiseShape, seed } = options;
  const given = operand(x, undefined, who);
  const t = isFloating(given.dtype) ? given : cast(given, 'float32');
  if (noiseShape && noiseShape.length !== t.rank)
    throw new ValueError(`${who}: noiseShape ${show(noiseShape)} for an input with ${t.rank} axes.`);
  if (rate === 0) return t;
  if (rate === 1) return multiply(t, 0);
  const shape = t.shape.map((n, axis) => noiseShape?.[axis] ?? n);
  return multiply(t, dropoutMask(shape, 1 - rate, { dtype: t.dtype, seed }));
}
