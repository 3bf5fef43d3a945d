// Every initializer by its name, once.
export { constant, identity, ones, zeros } from './constant.js';
export { orthogonal } from './orthogonal.js';
export { randomNormal, randomUniform, truncatedNormal } from './random.js';
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  varianceScaling,
} from './variance_scaling.js';
