import { show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { Layer, type CallArgs, type LayerConfig } from './layer.js';

export interface LambdaOptions extends LayerConfig {
  /** Of a tensor (of a list, for several inputs) and the arguments of the call. A saved model knows it by its name. */
  function: (inputs: any, kwargs: CallArgs) => TensorBase | TensorBase[];
}

/** A function of tensors as a layer: a slice, say, or a product of two inputs. It is traced, forward and backward. */
export class Lambda extends Layer {
  private readonly fn: LambdaOptions['function'];

  constructor(options: LambdaOptions) {
    super(options, ['function']);
    if (typeof options.function !== 'function')
      throw new ValueError(`${this.name}: expected a function of tensors, got ${show(options.function)}.`);
    this.fn = options.function;
  }

  call(inputs: TensorBase | readonly TensorBase[], kwargs: CallArgs = {}): TensorBase | TensorBase[] {
    return this.fn(inputs, kwargs);
  }
}
