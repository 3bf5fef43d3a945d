import { divide, maximum, where } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { max, mean, sum } from '../ops/reduce.js';
import { expandDims } from '../ops/shape.js';
import { TensorBase } from '../program/tensor.js';
import { Layer, type CallArgs, type LayerConfig } from './layer.js';
import { checkDataFormat, onSteps, type DataFormat } from './window_options.js';

export interface GlobalPooling1DOptions extends LayerConfig {
  /** Keep the axis of the steps, with size 1; default false. */
  keepdims?: boolean;
  /** Order of the axes; default 'channelsLast'. */
  dataFormat?: DataFormat;
}

abstract class GlobalPooling1D extends Layer {
  protected readonly keepdims: boolean;
  protected readonly dataFormat: DataFormat;

  constructor(options: GlobalPooling1DOptions = {}) {
    super(options, ['keepdims', 'dataFormat']);
    this.keepdims = options.keepdims ?? false;
    this.dataFormat = checkDataFormat(this.name, options.dataFormat);
  }
}

/** The largest value of each feature over all steps. */
export class GlobalMaxPooling1D extends GlobalPooling1D {
  call(inputs: TensorBase): TensorBase {
    return onSteps(this.name, this.dataFormat, this.floating(inputs), (x) => max(x, 1, this.keepdims));
  }
}

/** The mean of each feature over all steps that are not masked; 0 where all are. */
export class GlobalAveragePooling1D extends GlobalPooling1D {
  constructor(options: GlobalPooling1DOptions = {}) {
    super(options);
    this.supportsMasking = true;
  }

  override computeMask(): null {
    return null;
  }

  call(inputs: TensorBase, kwargs: CallArgs = {}): TensorBase {
    const { mask } = kwargs;
    return onSteps(this.name, this.dataFormat, this.floating(inputs), (x) => this.average(x, mask));
  }

  private average(x: TensorBase, mask: CallArgs['mask']): TensorBase {
    if (!(mask instanceof TensorBase)) return mean(x, 1, this.keepdims);
    const real = expandDims(mask, -1);
    const count = maximum(sum(cast(real, x.dtype), 1, this.keepdims), 1);
    return divide(sum(where(real, x, 0), 1, this.keepdims), count);
  }
}
