import { epsilonOf } from '../checks.js';
import { add, multiply, subtract } from '../../ops/arithmetic.js';
import { dense } from '../../ops/dense.js';
import type { GruOptions } from '../../ops/rnn.js';
import { split } from '../../ops/shape.js';
import { ValueError } from '../../program/errors.js';
import type { TensorBase } from '../../program/tensor.js';
import type { PartialShape } from '../layer.js';
import { GRUCell, type GRUCellOptions } from './gru.js';
import {
  addNorm,
  NORM_EPSILON,
  joined,
  NORM_OPTIONS,
  normalize,
  normalizedInput,
  type Norm,
  type NormOptions,
} from './norm.js';

export interface LayerNormGRUCellOptions extends Omit<GRUCellOptions, 'resetAfter'>, NormOptions {}

/**
 * GRU with layer normalization of the input's and the state's product; the reset gate acts after the product (Ba, Kiros
 * & Hinton 2016). epsilon defaults to 1e-5. [B, F] and [B, H] to [B, H].
 * @throws ValueError for an unknown option or one out of its range.
 */
export class LayerNormGRUCell extends GRUCell {
  private readonly epsilon: number;
  private inputNorm!: Norm; // [3 * H]
  private stateNorm!: Norm; // [3 * H]

  constructor(options: LayerNormGRUCellOptions) {
    // One bias is enough: the shift of the state's norm is the other.
    super({ ...options, resetAfter: false }, NORM_OPTIONS);
    if ((options as GRUCellOptions).resetAfter)
      throw new ValueError(`${this.name}: there is no resetAfter; the reset gate always acts after the product.`);
    this.epsilon = epsilonOf(this.name, options, NORM_EPSILON);
  }

  override build(inputShape: PartialShape): void {
    super.build(inputShape);
    const add = (part: string) => addNorm((o) => this.addWeight(o), part, 3 * this.units);
    this.inputNorm = add('x');
    this.stateNorm = add('h');
  }

  protected override step(x: TensorBase, [h]: readonly TensorBase[], dropped: TensorBase): TensorBase[] {
    const { bias, epsilon, recurrentActivation: gate } = this;
    const fromInput = normalize(dense(x, this.kernel), this.inputNorm, epsilon);
    const [xz, xr, xh] = split(bias ? add(fromInput, bias) : fromInput, 3, -1);
    const [hz, hr, hh] = split(normalize(dense(dropped, this.recurrentKernel), this.stateNorm, epsilon), 3, -1);
    const z = gate(add(xz, hz));
    const candidate = this.activation(add(xh, multiply(gate(add(xr, hr)), hh)));
    return [add(multiply(z, h), multiply(subtract(1, z), candidate))];
  }

  /** The input's product is normalised for all steps at once, ahead of the kernel. */
  protected override fused() {
    const run = super.fused();
    if (!run) return null;
    const { stateNorm, epsilon } = this;
    return (operands: GruOptions) => {
      const x = normalizedInput(operands.x, this.kernel, this.inputNorm, this.bias, epsilon);
      const norm = { of: 'state', ...joined([stateNorm]), epsilon } as const;
      return run({ ...operands, x, kernel: null, bias: null, resetAfter: true, norm });
    };
  }
}
