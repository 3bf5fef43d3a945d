import { add, greater, multiply, subtract, where } from '../../ops/arithmetic.js';
import { dropoutMask } from '../../ops/random.js';
import { transpose } from '../../ops/shape.js';
import { show, ValueError } from '../../program/errors.js';
import type { Shape } from '../../program/types.js';
import type { TensorBase } from '../../program/tensor.js';
import { checkRate } from '../checks.js';
import { isTraining } from '../context.js';
import type { CallArgs } from '../layer.js';
import { fusedSequenceOf, stateSizes, type FusedSequence } from './cell.js';
import { CellWrapper, type CellWrapperOptions } from './cell_wrapper.js';
import { eachStep, drawnFor, type DrawingCell } from './draws.js';

export interface ZoneoutCellOptions extends CellWrapperOptions {
  /** Fraction of each state that keeps its old value at a step; one number, or one per state (LSTM: h, c). Default 0.1. */
  rate?: number | readonly number[];
  seed?: number;
}

/**
 * States that at random stay as they were (Krueger et al. 2016); in prediction each state is the mean of old and new
 * with these weights. Shapes are the cell's. @throws ValueError for an unknown option or rates that are not from 0 to 1.
 */
export class ZoneoutCell extends CellWrapper implements DrawingCell {
  private readonly rates: readonly number[];

  constructor(private readonly options: ZoneoutCellOptions) {
    super(options, ['rate', 'seed']);
    const sizes = stateSizes(this.cell);
    const { rate = 0.1 } = options;
    const rates: readonly number[] = Array.isArray(rate) ? rate : sizes.map(() => rate as number);
    if (rates.length !== sizes.length)
      throw new ValueError(`${this.name}: rate ${show(rate)} for a cell of ${sizes.length} state(s).`);
    this.rates = rates.map((r) => checkRate(this.name, 'rate', r));
  }

  /** 0 where the old value stays. */
  private draw(shape: Shape, i: number): TensorBase {
    return dropoutMask(shape, 1 - this.rates[i], { dtype: this.dtype, seed: this.options.seed });
  }

  private isRandom(i: number): boolean {
    return this.rates[i] > 0 && this.rates[i] < 1;
  }

  drawSteps(steps: number, batch: number, training: boolean): readonly TensorBase[] {
    if (!training) return [];
    const sizes = stateSizes(this.cell);
    return this.rates.flatMap((_, i) =>
      this.isRandom(i) ? [eachStep((shape) => this.draw(shape, i), [steps, batch, sizes[i]])] : [],
    );
  }

  call(inputs: TensorBase, states: any, kwargs?: CallArgs): [TensorBase, TensorBase[]] {
    const before: readonly TensorBase[] = Array.isArray(states) ? states : [states];
    const [output, after] = this.inner(inputs, before, kwargs);
    const drawn = drawnFor(this)?.slice();
    const next = after.map((now, i) => {
      const old = before[i];
      if (!this.isRandom(i)) return this.rates[i] === 0 ? now : old;
      if (!isTraining(kwargs)) return add(old, multiply(subtract(now, old), 1 - this.rates[i]));
      return where(greater(drawn?.shift() ?? this.draw(now.shape, i), 0), now, old);
    });
    // Where the output is a state it shows what became of the state.
    const at = after.indexOf(output);
    return [at < 0 ? output : next[at], next];
  }

  fusedSequence(masked?: boolean): FusedSequence | null {
    const run = this.cell.fusesBetween ? fusedSequenceOf(this.cell, masked) : null;
    if (!run) return null;
    return (call) => {
      const [batch, steps] = call.x.shape;
      const drawn = (drawnFor(this) ?? this.drawSteps(steps, batch, call.training)).slice();
      const zoneout = this.rates.map((rate, i) =>
        call.training && this.isRandom(i) ? transpose(drawn.shift() as TensorBase, [1, 0, 2]) : 1 - rate,
      );
      return run({ ...call, between: { zoneout } });
    };
  }
}
