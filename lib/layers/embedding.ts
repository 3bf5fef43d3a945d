import { notEqual } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { take } from '../ops/indexing.js';
import { constant } from '../initializers/index.js';
import { checkInteger, ValueError } from '../program/errors.js';
import { ownedBy } from '../program/owner.js';
import type { TensorBase, TensorLike } from '../program/tensor.js';
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
  /** Vectors to start from [inputDim, outputDim], or a list of that one; instead of embeddingsInitializer. */
  weights?: TensorLike;
}

/** A vector of its own for every index. */
export class Embedding extends Layer {
  readonly inputDim: number;
  readonly outputDim: number;
  embeddings!: Variable; // [inputDim, outputDim]

  private readonly options: EmbeddingOptions;

  constructor(given: EmbeddingOptions) {
    const options = initialized(given);
    super(options, ['inputDim', 'outputDim', 'maskZero', ...ruleNames('embeddings')]);
    this.options = options;
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

  override actsOnSteps(): boolean {
    return true;
  }

  call(inputs: TensorBase): TensorBase {
    return ownedBy(this.name, () => take(this.embeddings, cast(inputs, 'int32'), 0));
  }
}

/** Given vectors are an initializer: a copy of the layer starts from them too, and a file need not hold them twice. */
function initialized(given: EmbeddingOptions): EmbeddingOptions {
  if (typeof given !== 'object' || given === null || given.weights === undefined) return given;
  const { weights, ...options } = given;
  if (options.embeddingsInitializer !== undefined)
    throw new ValueError('Embedding: give weights or embeddingsInitializer, not both.');
  // Keras takes the list that setWeights takes; a list of one row of numbers is a matrix.
  const [only, ...others] = Array.isArray(weights) ? (weights as readonly TensorLike[]) : [];
  const listed = only !== undefined && others.length === 0 && !(Array.isArray(only) && typeof only[0] === 'number');
  const value = listed ? only : weights;
  return { ...options, embeddingsInitializer: constant({ value }) };
}
