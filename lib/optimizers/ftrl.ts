import { add, clip, divide, multiply, power, square, subtract } from '../ops/arithmetic.js';
import { full } from '../ops/create.js';
import type { Tensor, TensorBase } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { ComposedOptimizer, type Next } from './composed.js';
import { checkRange, type OptimizerOptions } from './optimizer.js';

export interface FtrlOptions extends OptimizerOptions {
  /** At most 0; 0 keeps the rate fixed; default −0.5. */
  learningRatePower?: number;
  /** Where the sum of squares starts; default 0.1. */
  initialAccumulatorValue?: number;
  /** Draws weights to exactly 0; default 0. */
  l1RegularizationStrength?: number;
  l2RegularizationStrength?: number;
  /** An l2 on the gradient, which does not count for the rate; default 0. */
  l2ShrinkageRegularizationStrength?: number;
  /** McMahan's β; default 0. */
  beta?: number;
}
const STRENGTHS = [
  'l1RegularizationStrength',
  'l2RegularizationStrength',
  'l2ShrinkageRegularizationStrength',
  'beta',
] as const;

/**
 * Follow the regularized leader (McMahan et al. 2013), for sparse weights. learningRate defaults to 0.001.
 * @throws ValueError for an unknown option or one out of its range.
 */
export class Ftrl extends ComposedOptimizer {
  private readonly start: number;
  private readonly power: number;
  private readonly strengths: Readonly<Record<(typeof STRENGTHS)[number], number>>;

  constructor(options: FtrlOptions = {}) {
    const own = ['learningRatePower', 'initialAccumulatorValue', ...STRENGTHS];
    super('ftrl', options, own);
    this.start = checkRange('ftrl', 'initialAccumulatorValue', options.initialAccumulatorValue ?? 0.1, 0, Infinity);
    this.power = checkRange('ftrl', 'learningRatePower', options.learningRatePower ?? -0.5, -Infinity, 0);
    const checked = STRENGTHS.map((name) => [name, checkRange('ftrl', name, options[name] ?? 0, 0, Infinity)]);
    this.strengths = Object.fromEntries(checked) as typeof this.strengths;
  }

  protected slotNames(): readonly string[] {
    return ['accumulator', 'linear'];
  }

  protected override newSlot(variable: Variable, name: string): Tensor {
    return name === 'accumulator' ? full(variable.shape, this.start, variable.dtype) : super.newSlot(variable, name);
  }

  protected next(value: TensorBase, grad: TensorBase, [n0, z0]: readonly Variable[], rate: TensorBase): Next {
    const {
      l1RegularizationStrength: l1,
      l2RegularizationStrength,
      l2ShrinkageRegularizationStrength,
    } = this.strengths;
    const shrunk = add(grad, multiply(2 * l2ShrinkageRegularizationStrength, value));
    const n = add(n0, square(grad));
    const [before, after] = [power(n0, -this.power), power(n, -this.power)];
    const z = add(z0, subtract(shrunk, multiply(divide(subtract(after, before), rate), value)));
    const l2 = add(l2RegularizationStrength, divide(this.strengths.beta / 2, rate));
    const curvature = add(divide(after, rate), multiply(2, l2));
    return { value: divide(subtract(clip(z, -l1, l1), z), curvature), slots: [n, z] };
  }
}
