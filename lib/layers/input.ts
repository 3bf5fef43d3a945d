import { checkOptions, show, StateError, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import type { DType } from '../program/types.js';
import { LayerTensor, type LayerNode } from './connect.js';
import { Layer, type PartialShape } from './layer.js';

export interface InputOptions {
  /** Of one sample. */
  shape?: PartialShape;
  /** With the batch, instead of `shape`. */
  batchShape?: PartialShape;
  name?: string;
  dtype?: DType;
}

/** Where data enters a graph of layers. */
export class InputLayer extends Layer {
  /** With the batch. */
  readonly shape: PartialShape;
  readonly output: LayerTensor;

  constructor(options: InputOptions & { inputShape?: PartialShape; batchInputShape?: PartialShape }) {
    super(options, ['shape', 'batchShape']);
    const sample = options.shape ?? options.inputShape;
    const shape = options.batchShape ?? options.batchInputShape ?? (Array.isArray(sample) ? [null, ...sample] : sample);
    if (!Array.isArray(shape))
      throw new ValueError(
        `${this.name}: an input needs a shape (of one sample) or a batchShape, a list of sizes; got ${show(shape)}.`,
      );
    for (const n of shape) {
      if (n !== null && (!Number.isInteger(n) || n < 0))
        throw new ValueError(`${this.name}: ${String(n)} in the shape; sizes are integers of at least 0, or null.`);
    }
    this.shape = shape;
    this.built = true;
    const node: LayerNode = { layer: this, inputs: [], kwargs: {}, outputs: [] };
    this.output = new LayerTensor(shape, this.dtype, node, 0);
    node.outputs.push(this.output);
  }

  override actsOnSteps(): boolean {
    return true;
  }

  call(inputs: TensorBase): TensorBase {
    if (Array.isArray(inputs)) throw new StateError(`${this.name}: an input of a model has no value of its own.`);
    return inputs;
  }
}

/**
 * The start of a graph of layers.
 *
 * @param options `shape` of one sample, null where it may vary; or `batchShape`; `dtype` (float32), `name`.
 */
export function input(options: InputOptions): LayerTensor {
  checkOptions('input', options ?? {}, ['shape', 'batchShape', 'name', 'dtype']);
  return new InputLayer(options ?? {}).output;
}
