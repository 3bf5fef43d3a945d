import { reshape } from '../ops/shape.js';
import { ShapeError, show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape, sizeOf } from '../program/types.js';
import { Layer, type LayerConfig } from './layer.js';

export interface ReshapeOptions extends LayerConfig {
  /** Of one sample; one size may be -1 and is then found. */
  targetShape: readonly number[];
}

/** The elements of each sample under another shape. */
export class Reshape extends Layer {
  readonly targetShape: readonly number[];

  constructor(options: ReshapeOptions) {
    super(options, ['targetShape']);
    const { targetShape } = options;
    if (
      !Array.isArray(targetShape) ||
      targetShape.some((n) => !Number.isInteger(n) || n < -1) ||
      targetShape.filter((n) => n === -1).length > 1
    ) {
      throw new ValueError(
        `${this.name}: targetShape must be a list of sizes, at most one of them -1, got ${show(targetShape)}.`,
      );
    }
    this.targetShape = targetShape;
  }

  call(inputs: TensorBase): TensorBase {
    const [batch, ...sample] = inputs.shape;
    const rest = sizeOf(this.targetShape.filter((n) => n !== -1));
    const target = this.targetShape.map((n) => (n === -1 ? sizeOf(sample) / rest : n));
    if (sizeOf(target) !== sizeOf(sample) || !target.every(Number.isInteger)) {
      throw new ShapeError(
        `${this.name}: a sample of shape ${showShape(sample)} does not fit targetShape ${showShape(this.targetShape)}.`,
      );
    }
    return reshape(inputs, [batch, ...target]);
  }
}
