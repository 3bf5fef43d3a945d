import { Dense } from '../layers/dense.js';
import type { LayerConfig, PartialShape } from '../layers/layer.js';
import { add, tanh } from '../ops/arithmetic.js';
import { dense } from '../ops/dense.js';
import { matmul } from '../ops/matmul.js';
import { expandDims, squeeze, transpose } from '../ops/shape.js';
import { checkInteger, ShapeError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { ScoredMechanism, type Memory } from './mechanism.js';

export interface AdditiveOptions extends LayerConfig {
  /** Size in which queries and values meet. */
  units: number;
}

/** Scores v · tanh(W query + U value) (Bahdanau et al. 2015). */
export class AdditiveMechanism extends ScoredMechanism {
  private readonly queryLayer: Dense;
  private readonly memoryLayer: Dense;
  private readonly units: number;
  private scale!: Variable; // [units, 1]

  constructor(options: AdditiveOptions) {
    super(options, ['units']);
    this.units = checkInteger(this.name, 'units', options.units, 1);
    this.queryLayer = this.track(new Dense({ units: this.units }));
    this.memoryLayer = this.track(new Dense({ units: this.units, useBias: false }));
  }

  override build([query, memory]: readonly [PartialShape, PartialShape]): void {
    this.queryLayer.build(query);
    this.memoryLayer.build(memory);
    this.scale = this.addWeight({ name: 'scale', shape: [this.units, 1] });
  }

  prepare(values: TensorBase): readonly TensorBase[] {
    return [this.memoryLayer.call(values)];
  }

  protected score(query: TensorBase, { keys: [keys] }: Memory): TensorBase {
    const projected: TensorBase = this.queryLayer.call(query);
    // One query per memory, as in training, needs no further axis.
    if (query.shape[1] === 1) return expandDims(squeeze(dense(tanh(add(keys, projected)), this.scale), -1), 1);
    const pairs = tanh(add(expandDims(keys, 1), expandDims(projected, 2)));
    return squeeze(dense(pairs, this.scale), -1);
  }
}

const byFeatures = (keys: TensorBase) => transpose(keys, [0, 2, 1]);

/** Scores query · value, for queries and values of one size (Luong et al. 2015). */
export class DotMechanism extends ScoredMechanism {
  constructor(options: LayerConfig = {}) {
    super(options);
  }

  override build([query, memory]: readonly [PartialShape, PartialShape]): void {
    if (query.at(-1) !== memory.at(-1))
      throw new ShapeError(
        `${this.name}: queries of ${query.at(-1)} features and values of ${memory.at(-1)}; the dot product needs one size, 'general' does not.`,
      );
  }

  prepare(): readonly TensorBase[] {
    return [];
  }

  protected score(query: TensorBase, { values }: Memory): TensorBase {
    return matmul(query, byFeatures(values));
  }
}

/** Scores query · W value (Luong et al. 2015). */
export class GeneralMechanism extends ScoredMechanism {
  private kernel!: Variable; // [M, Q]

  constructor(options: LayerConfig = {}) {
    super(options);
  }

  override build([query, memory]: readonly [PartialShape, PartialShape]): void {
    this.kernel = this.addWeight({ name: 'kernel', shape: [this.featuresOf(memory), this.featuresOf(query)] });
  }

  prepare(values: TensorBase): readonly TensorBase[] {
    return [dense(values, this.kernel)];
  }

  protected score(query: TensorBase, { keys: [keys] }: Memory): TensorBase {
    return matmul(query, byFeatures(keys));
  }
}
