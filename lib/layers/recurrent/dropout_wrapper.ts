import { multiply } from '../../ops/arithmetic.js';
import { zeros } from '../../ops/create.js';
import { dropoutMask } from '../../ops/random.js';
import { slice, squeeze, transpose } from '../../ops/shape.js';
import type { Shape } from '../../program/types.js';
import type { TensorBase } from '../../program/tensor.js';
import { checkRate } from '../checks.js';
import { isTraining } from '../context.js';
import type { CallArgs, PartialShape } from '../layer.js';
import { fusedSequenceOf, stateSizes, type FusedSequence } from './cell.js';
import { CellWrapper, type CellWrapperOptions } from './cell_wrapper.js';
import { eachStep, drawnFor, type DrawingCell } from './draws.js';

export interface DropoutWrapperOptions extends CellWrapperOptions {
  /** Fraction of the inputs that is kept, the rest scaled up; default 1. */
  inputKeepProb?: number;
  /** Of the outputs; default 1. */
  outputKeepProb?: number;
  /** Of the states that go to the next step, but an LSTM's memory; default 1. */
  stateKeepProb?: number;
  /** The same masks at all steps (Gal & Ghahramani 2016); default false: others at each step. */
  variationalRecurrent?: boolean;
  seed?: number;
}
const KEEPS = ['inputKeepProb', 'outputKeepProb', 'stateKeepProb'] as const;

/**
 * Dropout around a cell, in training (Zaremba, Sutskever & Vinyals 2014), as TensorFlow 1's wrapper has it. The result
 * has the cell's shapes. @throws ValueError for an unknown option or a probability that is not from 0 to 1.
 */
export class DropoutWrapper extends CellWrapper implements DrawingCell {
  private readonly keep: Readonly<Record<(typeof KEEPS)[number], number>>;
  private readonly variational: boolean;
  private features = 0;

  constructor(private readonly options: DropoutWrapperOptions) {
    super(options, [...KEEPS, 'variationalRecurrent', 'seed']);
    const checked = KEEPS.map((name) => [name, checkRate(this.name, name, options[name] ?? 1)]);
    this.keep = Object.fromEntries(checked) as typeof this.keep;
    this.variational = options.variationalRecurrent ?? false;
  }

  override build(inputShape: PartialShape): void {
    super.build(inputShape);
    this.features = this.featuresOf(inputShape);
  }

  /** Input, output, then states: the mask's size and how much it keeps. */
  private places(): { size: number; keep: number }[] {
    const { inputKeepProb, outputKeepProb, stateKeepProb } = this.keep;
    const states = stateSizes(this.cell).map((size, i) => ({ size, keep: this.memory?.[i] ? 1 : stateKeepProb }));
    return [{ size: this.features, keep: inputKeepProb }, { size: this.outputSize, keep: outputKeepProb }, ...states];
  }

  private draw(shape: Shape, keep: number): TensorBase {
    if (keep === 0) return zeros(shape, this.dtype);
    return dropoutMask(shape, keep, { dtype: this.dtype, seed: this.options.seed });
  }

  drawSteps(steps: number, batch: number, training: boolean): readonly TensorBase[] {
    if (!training || this.variational) return [];
    return this.places().flatMap(({ size, keep }) =>
      keep < 1 ? [eachStep((shape) => this.draw(shape, keep), [steps, batch, size])] : [],
    );
  }

  call(inputs: TensorBase, states: any, kwargs?: CallArgs): [TensorBase, TensorBase[]] {
    const list: readonly TensorBase[] = Array.isArray(states) ? states : [states];
    if (!isTraining(kwargs)) return this.inner(inputs, list, kwargs);
    const drawn = drawnFor(this)?.slice();
    const [x, y, ...rest] = this.places().map((place) => (value: TensorBase) => {
      if (place.keep === 1) return value;
      return multiply(value, drawn?.shift() ?? this.draw(value.shape, place.keep));
    });
    const [output, next] = this.inner(x(inputs), list, kwargs);
    return [y(output), next.map((s, i) => rest[i](s))];
  }

  /** The sequence is dropped as a whole, before and after the kernel; the kernel drops the states between the steps. */
  fusedSequence(masked?: boolean): FusedSequence | null {
    const { inputKeepProb, outputKeepProb, stateKeepProb } = this.keep;
    // A masked step repeats the output of another one, with its dropout, or the state.
    if (masked && (outputKeepProb < 1 || stateKeepProb < 1)) return null;
    if (stateKeepProb < 1 && !this.cell.fusesBetween) return null;
    const run = fusedSequenceOf(this.cell, masked);
    if (!run) return null;
    return (call) => {
      if (!call.training) return run(call);
      const [batch, steps] = call.x.shape;
      const drawn = (drawnFor(this) ?? this.drawSteps(steps, batch, true)).slice();
      const maskOf = (size: number, keep: number) => {
        const given = drawn.shift();
        return given ? transpose(given, [1, 0, 2]) : this.draw([batch, 1, size], keep);
      };
      const drop = (value: TensorBase, keep: number) =>
        keep === 1 ? value : multiply(value, maskOf(value.shape[2], keep));
      const x = drop(call.x, inputKeepProb);
      const output = outputKeepProb < 1 ? maskOf(this.outputSize, outputKeepProb) : null;
      const state = stateKeepProb < 1 ? maskOf(this.outputSize, stateKeepProb) : null;
      const stateDropoutMask = state && this.variational ? squeeze(state, 1) : state;
      const result = run({ ...call, x, ...(stateDropoutMask ? { between: { stateDropoutMask } } : {}) });
      if (!output) return stateDropoutMask ? { ...result, last: slice(result.outputs, [null, -1]) } : result;
      const outputs = multiply(result.outputs, output);
      return { ...result, outputs, last: slice(outputs, [null, -1]) };
    };
  }
}
