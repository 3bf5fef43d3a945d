import { notEqual } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { take } from '../ops/indexing.js';
import { checkInteger } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { Layer, type LayerConfig } from './layer.js';
import { ruleNames, ruleOf, type WeightRules } from './weight_rules.js';

export interface EmbeddingOptions extends LayerConfig, WeightRules<'embeddings'> {
  /** Number of different indices, from 0. */
  inputDim: number;
  /** Length of each vector. */
  outputDim: number;
  /** Index 0 is padding: the layers behind skip it. */
  maskZero?: boolean;
}

/** A vector of its own for every index. */
export class Embedding extends Layer {
  readonly inputDim: number;
  readonly outputDim: number;
  embeddings!: Variable; // [inputDim, outputDim]

  constructor(private readonly options: EmbeddingOptions) {
    super(options, ['inputDim', 'outputDim', 'maskZero', ...ruleNames('embeddings')]);
    this.inputDim = checkInteger(this.name, 'inputDim', options.inputDim, 1);
    this.outputDim = checkInteger(this.name, 'outputDim', options.outputDim, 1);
  }

  override build(): void {
    this.embeddings = this.addWeight({
      name: 'embeddings',
      shape: [this.inputDim, this.outputDim],
      ...ruleOf(this.options, 'embeddings', 'randomUniform'),
    });
  }

  override computeMask(inputs: TensorBase): TensorBase | null {
    return this.options.maskZero ? notEqual(inputs, 0) : null;
  }

  call(inputs: TensorBase): TensorBase {
    return take(this.embeddings, cast(inputs, 'int32'));
  }
}
