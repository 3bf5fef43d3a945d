import { reshape, transpose } from '../ops/shape.js';
import { checkChoice } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { sizeOf } from '../program/types.js';
import { Layer, type LayerConfig } from './layer.js';

const FORMATS = ['channelsLast', 'channelsFirst'] as const;

export interface FlattenOptions extends LayerConfig {
  /** 'channelsFirst': axis 1 goes behind the others first, so that the order is that of 'channelsLast'. */
  dataFormat?: (typeof FORMATS)[number];
}

/** All axes but the batch as one. */
export class Flatten extends Layer {
  readonly dataFormat: (typeof FORMATS)[number];

  constructor(options: FlattenOptions = {}) {
    super(options, ['dataFormat']);
    this.dataFormat = checkChoice(this.name, 'dataFormat', options.dataFormat ?? 'channelsLast', FORMATS);
  }

  call(inputs: TensorBase): TensorBase {
    const swap = this.dataFormat === 'channelsFirst' && inputs.rank > 2;
    const x = swap
      ? transpose(inputs, [0, ...inputs.shape.keys()].filter((axis, i) => i === 0 || axis > 1).concat(1))
      : inputs;
    return reshape(x, [x.shape[0], sizeOf(x.shape.slice(1))]);
  }
}
