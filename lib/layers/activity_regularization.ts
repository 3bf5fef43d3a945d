import { l1l2 } from '../regularizers/index.js';
import type { TensorBase } from '../program/tensor.js';
import { Layer, type LayerConfig } from './layer.js';

export interface ActivityRegularizationOptions extends Omit<LayerConfig, 'activityRegularizer'> {
  /** Of Σ|x|; default 0. */
  l1?: number;
  /** Of Σx²; default 0. */
  l2?: number;
}

/** Gives x on unchanged and adds a penalty on it, divided by the batch size, to the loss. */
export class ActivityRegularization extends Layer {
  constructor(options: ActivityRegularizationOptions = {}) {
    const { l1 = 0, l2 = 0 } = options;
    super({ ...options, activityRegularizer: l1l2({ l1, l2 }) }, ['l1', 'l2']);
    this.supportsMasking = true;
  }

  override getConfig(): Record<string, any> {
    return { ...super.getConfig(), activityRegularizer: undefined };
  }

  override actsOnSteps(): boolean {
    return true;
  }

  call(inputs: TensorBase): TensorBase {
    return inputs;
  }
}
