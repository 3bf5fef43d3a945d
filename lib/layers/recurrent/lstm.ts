import * as activations from '../../activations/index.js';
import * as initializers from '../../initializers/index.js';
import { add, multiply } from '../../ops/arithmetic.js';
import { dense } from '../../ops/dense.js';
import { lstm } from '../../ops/rnn.js';
import { split } from '../../ops/shape.js';
import { tensor, Tensor, type TensorBase } from '../../program/tensor.js';
import { allocate } from '../../program/types.js';
import type { LayerConfig } from '../layer.js';
import { CELL_OPTIONS, GatedCell, type CellOptions } from './gates.js';
import { cellOptions, SequenceLayer, type SequenceOptions } from './sequence.js';

interface OwnOptions {
  /** Of the gates; default 'sigmoid'. */
  recurrentActivation?: activations.ActivationLike;
  /** Start the forget gate's bias at 1 (Jozefowicz et al. 2015); default true. */
  unitForgetBias?: boolean;
}
const OWN: readonly (keyof OwnOptions)[] = ['recurrentActivation', 'unitForgetBias'];

export interface LSTMCellOptions extends CellOptions, OwnOptions, LayerConfig {}
export interface LSTMOptions extends CellOptions, OwnOptions, SequenceOptions {}

/** Long short-term memory; columns i, f, c, o, states h, c. */
export class LSTMCell extends GatedCell {
  readonly stateSize: readonly number[];
  readonly recurrentActivation: activations.Activation;

  constructor(options: LSTMCellOptions) {
    super(options, OWN, 4);
    this.stateSize = [this.units, this.units];
    this.recurrentActivation = activations.get(
      options.recurrentActivation === undefined ? 'sigmoid' : options.recurrentActivation,
    );
  }

  protected override biasOptions(columns: number) {
    const { unitForgetBias = true } = this.options as LSTMCellOptions;
    const plain = super.biasOptions(columns);
    return unitForgetBias ? { ...plain, initializer: this.withUnitForget(initializers.get(plain.initializer ?? 'zeros')) } : plain;
  }

  private withUnitForget(initializer: initializers.Initializer): initializers.Initializer {
    const { units } = this;
    return ([columns], dtype) => {
      const data = allocate(dtype, columns);
      data.set(tensor(initializer([units], dtype), undefined, dtype).data, 0);
      data.fill(1, units, 2 * units);
      data.set(tensor(initializer([2 * units], dtype), undefined, dtype).data, 2 * units);
      return new Tensor(data, [columns], dtype);
    };
  }

  protected step(x: TensorBase, [, c]: readonly TensorBase[], dropped: TensorBase): TensorBase[] {
    const [i, f, g, o] = split(add(dense(x, this.kernel, this.bias), dense(dropped, this.recurrentKernel)), 4);
    const gate = this.recurrentActivation;
    const next = add(multiply(gate(f), c), multiply(gate(i), this.activation(g)));
    return [multiply(gate(o), this.activation(next)), next];
  }

  protected fused() {
    const recurrentActivation = this.recurrentActivation.fused;
    if (this.activation.fused === undefined || recurrentActivation === undefined) return null;
    return (operands: Parameters<typeof lstm>[0]) => lstm({ ...operands, recurrentActivation });
  }
}

export class LSTM extends SequenceLayer {
  constructor(options: LSTMOptions) {
    const own = [...CELL_OPTIONS, ...OWN];
    super(options, own, () => new LSTMCell(cellOptions(options, own)));
  }
}
