import { operand, type Operand } from '../program/apply.js';
import { ShapeError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { isFloating, showShape, type DType, type Shape } from '../program/types.js';
import { log, round } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { categorical, randint } from '../ops/draws.js';
import { normal, truncatedNormal as truncated, uniform, type RandomOptions } from '../ops/random.js';
import { reshape } from '../ops/shape.js';

// Random numbers with tfjs-core's arguments: the seed comes last and is an integer.

type Draw = (shape: Shape, a: number, b: number, options: RandomOptions) => TensorBase;

function drawn(draw: Draw, shape: Shape, a: number, b: number, dtype: DType, seed?: number): TensorBase {
  return draw(shape, a, b, { ...(dtype === 'int32' ? {} : { dtype }), ...(seed === undefined ? {} : { seed }) });
}

type Normals = (shape: Shape, mean?: number, stdDev?: number, dtype?: DType, seed?: number) => TensorBase;

const rounded =
  (draw: Draw): Normals =>
  (shape, mean = 0, stdDev = 1, dtype = 'float32', seed) => {
    const x = drawn(draw, shape, mean, stdDev, dtype, seed);
    return dtype === 'int32' ? cast(round(x), 'int32') : x;
  };

/** Normal numbers; int32 ones are rounded. */
export const randomNormal = rounded(normal);

/** Normal numbers, drawn again beyond two standard deviations; int32 ones are rounded. */
export const truncatedNormal = rounded(truncated);

/** Normal numbers of mean 0 and standard deviation 1. */
export const randomStandardNormal = (shape: Shape, dtype?: DType, seed?: number): TensorBase =>
  randomNormal(shape, 0, 1, dtype, seed);

/** Numbers from minval to below maxval; int32 ones lose what is behind the point. */
export function randomUniform(
  shape: Shape,
  minval = 0,
  maxval = 1,
  dtype: DType = 'float32',
  seed?: number,
): TensorBase {
  const x = drawn(uniform, shape, minval, maxval, dtype, seed);
  return dtype === 'int32' ? cast(x, 'int32') : x;
}

/** int32 numbers from minval to maxval − 1. */
export const randomUniformInt = (shape: Shape, minval: number, maxval: number, seed?: number): TensorBase =>
  randint(shape, minval, maxval, seed === undefined ? {} : { seed });

/**
 * Classes drawn by their logits: [C] gives int32 [numSamples], [B, C] gives [B, numSamples].
 *
 * @param normalized Whether probabilities are given instead of logits.
 */
export function multinomial(logits: Operand, numSamples: number, seed?: number | null, normalized = false): TensorBase {
  const given = operand(logits, undefined, 'multinomial');
  if (given.rank !== 1 && given.rank !== 2)
    throw new ShapeError(`multinomial: expected logits [classes] or [batch, classes], got ${showShape(given.shape)}.`);
  const t = isFloating(given.dtype) ? given : cast(given, 'float32');
  const rows = given.rank === 1 ? reshape(t, [1, t.size]) : t;
  const result = categorical(normalized ? log(rows) : rows, numSamples, seed == null ? {} : { seed });
  return given.rank === 1 ? reshape(result, [numSamples]) : result;
}
