import { broadcastTo, expandDims } from '../ops/shape.js';
import { checkInteger, ShapeError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { Layer, type LayerConfig } from './layer.js';

export interface RepeatVectorOptions extends LayerConfig {
  /** Number of steps. */
  n: number;
}

/** The same vector at every step: [B, F] gives [B, n, F]. */
export class RepeatVector extends Layer {
  readonly n: number;

  constructor(options: RepeatVectorOptions) {
    super(options, ['n']);
    this.n = checkInteger(this.name, 'n', options.n, 1);
  }

  call(inputs: TensorBase): TensorBase {
    if (inputs.rank !== 2)
      throw new ShapeError(`${this.name}: expected [batch, features], got ${showShape(inputs.shape)}.`);
    return broadcastTo(expandDims(inputs, 1), [inputs.shape[0], this.n, inputs.shape[1]]);
  }
}
