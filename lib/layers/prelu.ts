import { greater, multiply, where } from '../ops/arithmetic.js';
import { show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { Layer, type LayerConfig, type PartialShape } from './layer.js';
import { ruleNames, ruleOf, type WeightRules } from './weight_rules.js';

export interface PReLUOptions extends LayerConfig, WeightRules<'alpha'> {
  /** Axes, from 1, along which all elements share one slope; default none. [1] is one slope per feature of [B, T, F]. */
  sharedAxes?: readonly number[] | null;
}

/** x, or alpha · x below 0 with trained slopes (He et al. 2015). */
export class PReLU extends Layer {
  alpha!: Variable; // shape of a sample, 1 along shared axes

  constructor(private readonly options: PReLUOptions = {}) {
    super(options, ['sharedAxes', ...ruleNames('alpha')]);
    const { sharedAxes } = options;
    if (sharedAxes && !(Array.isArray(sharedAxes) && sharedAxes.every((a) => Number.isInteger(a) && a >= 1)))
      throw new ValueError(`${this.name}: sharedAxes must be a list of axes from 1 on, got ${show(sharedAxes)}.`);
    this.supportsMasking = true;
  }

  override build(inputShape: PartialShape): void {
    const shared = this.options.sharedAxes ?? [];
    const shape = inputShape.slice(1).map((_, i) => (shared.includes(i + 1) ? 1 : this.featuresOf(inputShape, i + 1)));
    this.alpha = this.addWeight({ name: 'alpha', shape, ...ruleOf(this.options, 'alpha', 'zeros') });
  }

  call(inputs: TensorBase): TensorBase {
    const x = this.floating(inputs);
    return where(greater(x, 0), x, multiply(x, this.alpha));
  }
}
