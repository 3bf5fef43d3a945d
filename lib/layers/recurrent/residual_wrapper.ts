import { add } from '../../ops/arithmetic.js';
import { ShapeError } from '../../program/errors.js';
import type { TensorBase } from '../../program/tensor.js';
import type { CallArgs, PartialShape } from '../layer.js';
import { fusedSequenceOf, type FusedSequence } from './cell.js';
import { CellWrapper } from './cell_wrapper.js';

/**
 * The cell's input added to its output (He et al. 2016; Wu et al. 2016 for recurrent stacks). [B, F] with F the cell's
 * output size. @throws ShapeError when the sizes differ.
 */
export class ResidualWrapper extends CellWrapper {
  override build(inputShape: PartialShape): void {
    const features = this.featuresOf(inputShape);
    if (features !== this.outputSize)
      throw new ShapeError(
        `${this.name}: the input has ${features} features and the cell's output ${this.outputSize}; they must be the same to be added.`,
      );
    super.build(inputShape);
  }

  call(inputs: TensorBase, states: any, kwargs?: CallArgs): [TensorBase, TensorBase[]] {
    const [output, next] = this.inner(inputs, states as TensorBase[], kwargs);
    return [add(inputs, output), next];
  }

  /** A masked step repeats the sum of another one, so with a mask there is no kernel for it. */
  fusedSequence(masked?: boolean): FusedSequence | null {
    const run = masked ? null : fusedSequenceOf(this.cell);
    if (!run) return null;
    return (call) => {
      const result = run(call);
      const x = call.goBackwards ? call.x.flip(1) : call.x;
      const outputs = add(x, result.outputs);
      return { ...result, outputs, last: outputs.slice([null, -1]) };
    };
  }
}
