import * as activations from '../../activations/index.js';
import { add, multiply, subtract } from '../../ops/arithmetic.js';
import { dense } from '../../ops/dense.js';
import { gru } from '../../ops/rnn.js';
import { slice, split } from '../../ops/shape.js';
import type { TensorBase } from '../../program/tensor.js';
import type { LayerConfig } from '../layer.js';
import { CELL_OPTIONS, GatedCell, kernelName, type CellOptions } from './gates.js';
import { cellOptions, SequenceLayer, type SequenceOptions } from './sequence.js';

interface OwnOptions {
  /** Of the gates; default 'sigmoid'. */
  recurrentActivation?: activations.ActivationLike;
  /** Apply the reset gate after the recurrent product, with a bias of its own there; default true. */
  resetAfter?: boolean;
}
const OWN: readonly (keyof OwnOptions)[] = ['recurrentActivation', 'resetAfter'];

export interface GRUCellOptions extends CellOptions, OwnOptions, LayerConfig {}
export interface GRUOptions extends CellOptions, OwnOptions, SequenceOptions {}

/** Gated recurrent unit; columns z, r, h. */
export class GRUCell extends GatedCell {
  readonly stateSize: number;
  readonly recurrentActivation: activations.Activation;
  readonly resetAfter: boolean;

  constructor(options: GRUCellOptions, own: readonly string[] = []) {
    super(options, [...OWN, ...own], 3);
    this.stateSize = this.units;
    this.resetAfter = options.resetAfter ?? true;
    this.recurrentActivation = activations.get(
      options.recurrentActivation === undefined ? 'sigmoid' : options.recurrentActivation,
    );
  }

  /** With resetAfter, row 0 goes to the input and row 1 to the state. */
  protected override biasOptions(columns: number) {
    const plain = super.biasOptions(columns);
    return this.resetAfter ? { ...plain, shape: [2, columns] } : plain;
  }

  protected step(x: TensorBase, [h]: readonly TensorBase[], dropped: TensorBase): TensorBase[] {
    const { units, bias, recurrentActivation: gate } = this;
    const both = bias && this.resetAfter ? [slice(bias, [0]), slice(bias, [1])] : [bias, null];
    const [xz, xr, xh] = split(dense(x, this.kernel, both[0]), 3, -1);
    let z: TensorBase;
    let candidate: TensorBase;
    if (this.resetAfter) {
      const [hz, hr, hh] = split(dense(dropped, this.recurrentKernel, both[1]), 3, -1);
      z = gate(add(xz, hz));
      candidate = add(xh, multiply(gate(add(xr, hr)), hh));
    } else {
      const [hz, hr] = split(dense(dropped, slice(this.recurrentKernel, [null, [0, 2 * units]])), 2, -1);
      z = gate(add(xz, hz));
      const reset = multiply(gate(add(xr, hr)), dropped);
      candidate = add(xh, dense(reset, slice(this.recurrentKernel, [null, [2 * units, null]])));
    }
    return [add(multiply(z, h), multiply(subtract(1, z), this.activation(candidate)))];
  }

  protected fused() {
    const { resetAfter } = this;
    const recurrentActivation = kernelName(this.recurrentActivation);
    if (kernelName(this.activation) === undefined || recurrentActivation === undefined) return null;
    return (operands: Parameters<typeof gru>[0]) => gru({ recurrentActivation, resetAfter, ...operands });
  }
}

export class GRU extends SequenceLayer {
  constructor(options: GRUOptions) {
    const own = [...CELL_OPTIONS, ...OWN];
    super(options, own, () => new GRUCell(cellOptions(options, own)));
  }
}
