import { normal, truncatedNormal as drawTruncated, uniform } from '../ops/random.js';
import { seeds, type Initializer, type SeedOption } from './initializer.js';

/** Uniform from minval (-0.05) to maxval (0.05). */
export function randomUniform(options: SeedOption & { minval?: number; maxval?: number } = {}): Initializer {
  const next = seeds('initializers.randomUniform', options, ['minval', 'maxval']);
  const { minval = -0.05, maxval = 0.05 } = options;
  return (shape, dtype) => uniform(shape, minval, maxval, { seed: next(), dtype });
}

/** Normal with mean (0) and stddev (0.05). */
export function randomNormal(options: SeedOption & { mean?: number; stddev?: number } = {}): Initializer {
  const next = seeds('initializers.randomNormal', options, ['mean', 'stddev']);
  const { mean = 0, stddev = 0.05 } = options;
  return (shape, dtype) => normal(shape, mean, stddev, { seed: next(), dtype });
}

/** Normal, drawn again beyond two stddev; the standard deviation of the values is 0.8796 * stddev, as in Keras. */
export function truncatedNormal(options: SeedOption & { mean?: number; stddev?: number } = {}): Initializer {
  const next = seeds('initializers.truncatedNormal', options, ['mean', 'stddev']);
  const { mean = 0, stddev = 0.05 } = options;
  return (shape, dtype) => drawTruncated(shape, mean, stddev, { seed: next(), dtype });
}
