import { normal, truncatedNormal, uniform } from '../ops/random.js';
import { checkChoice, ValueError } from '../program/errors.js';
import { sizeOf, type Shape } from '../program/types.js';
import { seeds, type Initializer, type SeedOption } from './initializer.js';

const MODES = ['fanIn', 'fanOut', 'fanAvg'] as const;
const DISTRIBUTIONS = ['truncatedNormal', 'untruncatedNormal', 'uniform'] as const;

// Standard deviation of a standard normal that is cut at ±2.
const TRUNCATED_STDDEV = 0.8796256610342398;

export interface VarianceScalingOptions extends SeedOption {
  scale?: number;
  mode?: (typeof MODES)[number];
  distribution?: (typeof DISTRIBUTIONS)[number];
}

/** How many inputs and outputs one unit of a kernel of this shape has; leading axes are the taps of a convolution. */
export function fansOf(shape: Shape): [fanIn: number, fanOut: number] {
  if (shape.length === 0) return [1, 1];
  if (shape.length === 1) return [shape[0], shape[0]];
  const field = sizeOf(shape.slice(0, -2));
  return [field * shape[shape.length - 2], field * shape[shape.length - 1]];
}

/** Zero mean and variance scale / fan. */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  const who = 'initializers.varianceScaling';
  const next = seeds(who, options, ['scale', 'mode', 'distribution']);
  const { scale = 1, mode = 'fanIn', distribution = 'truncatedNormal' } = options;
  if (!(scale > 0)) throw new ValueError(`${who}: scale must be positive, got ${String(scale)}.`);
  checkChoice(who, 'mode', mode, MODES);
  checkChoice(who, 'distribution', distribution, DISTRIBUTIONS);
  return (shape, dtype) => {
    const [fanIn, fanOut] = fansOf(shape);
    const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[mode];
    const stddev = Math.sqrt(scale / Math.max(1, fan));
    const drawn = { seed: next(), dtype };
    if (distribution === 'uniform') return uniform(shape, -Math.sqrt(3) * stddev, Math.sqrt(3) * stddev, drawn);
    if (distribution === 'untruncatedNormal') return normal(shape, 0, stddev, drawn);
    return truncatedNormal(shape, 0, stddev / TRUNCATED_STDDEV, drawn);
  };
}

const scaled =
  (scale: number, mode: VarianceScalingOptions['mode'], distribution: VarianceScalingOptions['distribution']) =>
  (options: SeedOption = {}): Initializer => {
    seeds('initializer', options, []);
    return varianceScaling({ ...options, scale, mode, distribution });
  };

/** Glorot & Bengio 2010. */
export const glorotUniform = scaled(1, 'fanAvg', 'uniform');
export const glorotNormal = scaled(1, 'fanAvg', 'truncatedNormal');
/** He et al. 2015. */
export const heUniform = scaled(2, 'fanIn', 'uniform');
export const heNormal = scaled(2, 'fanIn', 'truncatedNormal');
/** LeCun et al. 1998. */
export const lecunUniform = scaled(1, 'fanIn', 'uniform');
export const lecunNormal = scaled(1, 'fanIn', 'truncatedNormal');
