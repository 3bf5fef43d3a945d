// Every constraint by its name, once.
export { maxNorm, minMaxNorm, nonNeg, unitNorm } from './norms.js';
