// Every regularizer by its name, once.
export { l1, l1l2, l2 } from './norms.js';
export { orthogonalRegularizer } from './orthogonal.js';
