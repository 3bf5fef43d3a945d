// Intervals around forecasts, and how good they are.
export type { Band, BandLike } from './band.js';
export { Conformal, conformal, type ConformalOptions } from './conformal.js';
export { quantiles, type QuantileBand, type QuantilesOptions } from './quantiles.js';
export { coverage, crps, intervalScore, meanWidth, pinball } from './scores.js';
export { mcDropout, type McDropoutOptions, type McDropoutResult } from '../../data/mc_dropout.js';
