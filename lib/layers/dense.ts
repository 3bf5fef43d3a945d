import * as activations from '../activations/index.js';
import { checkFlag } from '../ops/checks.js';
import { dense } from '../ops/dense.js';
import { checkInteger, ShapeError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import type { Variable } from '../program/variable.js';
import { activate, storedActivation } from './checks.js';
import { Layer, type LayerConfig, type PartialShape } from './layer.js';
import { ruleNames, ruleOf, type WeightRules } from './weight_rules.js';

export interface DenseOptions extends LayerConfig, WeightRules<'kernel' | 'bias'> {
  /** Size of the last axis of the result. */
  units: number;
  activation?: activations.ActivationLike;
  useBias?: boolean;
}

/** activation(x · kernel + bias) over the last axis. */
export class Dense extends Layer {
  readonly units: number;
  readonly activation: activations.Activation;
  kernel!: Variable; // [F, U]
  bias: Variable | null = null; // [U]

  constructor(private readonly options: DenseOptions) {
    super(options, ['units', 'activation', 'useBias', ...ruleNames('kernel', 'bias')]);
    this.units = checkInteger(this.name, 'units', options.units, 1);
    this.activation = activations.get(options.activation);
    this.supportsMasking = true;
    this.actsOnVectors = true;
  }

  override build(inputShape: PartialShape): void {
    const useBias = checkFlag(this.name, 'useBias', this.options.useBias ?? true);
    if (inputShape.length < 2)
      throw new ShapeError(`${this.name}: expected at least [batch, features], got ${showShape(inputShape)}.`);
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [this.featuresOf(inputShape), this.units],
      ...ruleOf(this.options, 'kernel'),
    });
    if (useBias)
      this.bias = this.addWeight({ name: 'bias', shape: [this.units], ...ruleOf(this.options, 'bias', 'zeros') });
  }

  call(inputs: TensorBase): TensorBase {
    const y = dense(this.floating(inputs), this.kernel, this.bias, { activation: storedActivation(this.activation) });
    return activate(this.activation, y);
  }
}
