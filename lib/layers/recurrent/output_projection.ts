import { where } from '../../ops/arithmetic.js';
import { checkInteger } from '../../program/errors.js';
import type { TensorBase } from '../../program/tensor.js';
import { Dense, type DenseOptions } from '../dense.js';
import type { CallArgs, PartialShape } from '../layer.js';
import { fusedSequenceOf, outputSizeOf, type FusedSequence } from './cell.js';
import { CellWrapper, type CellWrapperOptions } from './cell_wrapper.js';
import { reachedAt, reachedInTheEnd } from './lengths.js';

export interface OutputProjectionWrapperOptions extends CellWrapperOptions {
  outputSize: number;
  /** Default none. */
  activation?: DenseOptions['activation'];
  kernelInitializer?: DenseOptions['kernelInitializer'];
}

/**
 * A dense layer on every output of a cell, as TensorFlow 1's wrapper has it: [B, H] to [B, outputSize]. The states are
 * the cell's. @throws ValueError for an unknown option or an outputSize that is not a positive integer.
 */
export class OutputProjectionWrapper extends CellWrapper {
  private readonly projection: Dense;
  private readonly size: number;

  constructor(options: OutputProjectionWrapperOptions) {
    super(options, ['outputSize', 'activation', 'kernelInitializer']);
    const { activation, kernelInitializer } = options;
    this.size = checkInteger(this.name, 'outputSize', options.outputSize, 1);
    const dense = { units: this.size, activation, dtype: options.dtype };
    this.projection = this.track(new Dense(kernelInitializer ? { ...dense, kernelInitializer } : dense));
  }

  override get outputSize(): number {
    return this.size;
  }

  override build(inputShape: PartialShape): void {
    super.build(inputShape);
    this.projection.build([inputShape[0], outputSizeOf(this.cell)]);
  }

  call(inputs: TensorBase, states: any, kwargs?: CallArgs): [TensorBase, TensorBase[]] {
    const [output, next] = this.inner(inputs, states as TensorBase[], kwargs);
    return [this.projection.call(output), next];
  }

  /** All steps at once behind the kernel: one product instead of one per step. */
  fusedSequence(masked?: boolean): FusedSequence | null {
    const run = fusedSequenceOf(this.cell, masked);
    if (!run) return null;
    return (call) => {
      const result = run(call);
      const [outputs, last] = [this.projection.call(result.outputs), this.projection.call(result.last)];
      if (!call.mask) return { ...result, outputs, last };
      // Before the first real step the output is 0, not the projection of 0.
      return {
        outputs: where(reachedAt(call), outputs, 0),
        last: where(reachedInTheEnd(call), last, 0),
        states: result.states,
      };
    };
  }
}
