import { dropout } from '../ops/random.js';
import { show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { checkRate } from './checks.js';
import { isTraining } from './context.js';
import { Layer, type CallArgs, type LayerConfig } from './layer.js';

export interface DropoutOptions extends LayerConfig {
  /** Fraction of the elements that become 0 in training; the others are scaled up. */
  rate: number;
  /** Shape of what is drawn, with the batch; 1: one draw for the whole axis, null: the axis' own size. */
  noiseShape?: readonly (number | null)[] | null;
  seed?: number;
}

/** Inverted dropout (Srivastava et al. 2014); does nothing but in training. */
export class Dropout extends Layer {
  readonly rate: number;

  constructor(private readonly options: DropoutOptions) {
    super(options, ['rate', 'noiseShape', 'seed']);
    this.rate = checkRate(this.name, 'rate', options.rate);
    this.supportsMasking = true;
    this.actsOnVectors = !options.noiseShape;
  }

  override actsOnSteps(): boolean {
    return true;
  }

  call(inputs: TensorBase, kwargs?: CallArgs): TensorBase {
    if (!isTraining(kwargs) || this.rate === 0) return inputs;
    return dropOut(inputs, this.rate, this.noiseShape(inputs), this.options.seed);
  }

  private noiseShape({ shape }: TensorBase): readonly number[] {
    const { noiseShape } = this.options;
    if (!noiseShape) return shape;
    if (noiseShape.length !== shape.length)
      throw new ValueError(`${this.name}: noiseShape ${show(noiseShape)} for an input with ${shape.length} axes.`);
    return noiseShape.map((n, axis) => n ?? shape[axis]);
  }
}

/** x with a fraction of its elements zeroed and the rest scaled so that the mean stays. */
export function dropOut(x: TensorBase, rate: number, noiseShape: readonly number[], seed?: number): TensorBase {
  return dropout(x, rate, { noiseShape, seed });
}
