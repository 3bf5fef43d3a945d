import { add, logicalOr, maximum, minimum, multiply, subtract, where } from '../ops/arithmetic.js';
import { reshape } from '../ops/shape.js';
import { ShapeError, ValueError } from '../program/errors.js';
import { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { Layer, type CallArgs, type Inputs, type LayerConfig, type PartialShape } from './layer.js';

/** Base of layers that make one tensor of several. */
export abstract class Merge extends Layer {
  constructor(options: LayerConfig = {}, own: readonly string[] = []) {
    super(options, own);
    this.supportsMasking = true;
  }

  /** The inputs as a list. @throws ValueError when there are not `count` of them (or at least one). */
  protected listOf(inputs: Inputs, count?: number): TensorBase[] {
    const list = (Array.isArray(inputs) ? inputs : [inputs]) as TensorBase[];
    if (!Array.isArray(inputs) || list.length < 1 || (count !== undefined && list.length !== count)) {
      const expected = count === undefined ? 'a list of tensors' : `a list of ${count} tensors`;
      throw new ValueError(`${this.name}: expected ${expected}, got ${Array.isArray(inputs) ? list.length : 'one'}.`);
    }
    return list;
  }
}

/** One mask per input, in their order; null when no input has one. */
export function maskList(inputs: Inputs, mask: CallArgs['mask']): (TensorBase | null)[] | null {
  const count = Array.isArray(inputs) ? inputs.length : 1;
  const list = mask instanceof TensorBase ? [mask] : (mask ?? []);
  return list.some((m) => m !== null) ? Array.from({ length: count }, (_, i) => list[i] ?? null) : null;
}

/** Base of merges element by element; sizes of 1 broadcast, and a tensor of fewer axes gets new ones behind the batch. */
abstract class ElementwiseMerge extends Merge {
  constructor(options: LayerConfig = {}) {
    super(options);
  }

  /** @param masks Of the inputs, as many axes as these; null where there is none. */
  protected abstract merge(inputs: readonly TensorBase[], masks: readonly (TensorBase | null)[]): TensorBase;

  override build(inputShape: PartialShape | readonly PartialShape[]): void {
    if (!Array.isArray(inputShape[0])) return;
    const batches = new Set((inputShape as readonly PartialShape[]).map((s) => s[0]).filter((n) => n !== null));
    if (batches.size > 1)
      throw new ShapeError(
        `${this.name}: inputs of different batch sizes: ${(inputShape as PartialShape[]).map(showShape).join(', ')}.`,
      );
  }

  /** A step is real where it is real in any input; without a mask on every input there is none on the result. */
  override computeMask(inputs: Inputs, mask: CallArgs['mask']): CallArgs['mask'] {
    const masks = maskList(inputs, mask);
    if (!masks?.every((m) => m !== null)) return null;
    return masks.reduce((a, b) => logicalOr(a, b));
  }

  override actsOnSteps(): boolean {
    return true;
  }

  call(inputs: Inputs, kwargs: CallArgs = {}): TensorBase {
    const list = this.listOf(inputs, this.inputCount);
    const masks = maskList(inputs, kwargs.mask) ?? list.map(() => null);
    const rank = Math.max(...list.map((x) => x.rank));
    const ones = (count: number) => new Array<number>(count).fill(1);
    /** With as many axes as the others, the new ones behind the batch; of a mask after those that it lacks of its input. */
    const spread = (x: TensorBase, own: number) => {
      if (x.rank === rank) return x;
      const [batch, ...rest] = x.shape;
      return reshape(x, [batch, ...ones(rank - own), ...rest, ...ones(own - x.rank)]);
    };
    return this.merge(
      list.map((x) => spread(x, x.rank)),
      masks.map((mask, i) => mask && spread(mask, list[i].rank)),
    );
  }

  /** How many inputs there must be; undefined: any number. */
  protected readonly inputCount: number | undefined = undefined;
}

/** The sum of all inputs. */
export class Add extends ElementwiseMerge {
  protected merge(inputs: readonly TensorBase[]): TensorBase {
    return inputs.reduce((a, b) => add(a, b));
  }
}

/** The first of two inputs less the second. */
export class Subtract extends ElementwiseMerge {
  protected override readonly inputCount = 2;

  protected merge([a, b]: readonly TensorBase[]): TensorBase {
    return subtract(a, b);
  }
}

/** The product of all inputs. A masked entry counts as 1; where all inputs are masked the result is 0, as in Keras. */
export class Multiply extends ElementwiseMerge {
  protected merge(inputs: readonly TensorBase[], masks: readonly (TensorBase | null)[]): TensorBase {
    const factors = inputs.map((x, i) => (masks[i] ? where(masks[i], x, 1) : x));
    const product = factors.reduce((a, b) => multiply(a, b));
    if (masks.includes(null)) return product;
    return where(
      (masks as readonly TensorBase[]).reduce((a, b) => logicalOr(a, b)),
      product,
      0,
    );
  }
}

/** `op` over all inputs, as Keras does it: a masked entry takes the other side's value. */
function overReal(
  op: (a: TensorBase, b: TensorBase) => TensorBase,
  inputs: readonly TensorBase[],
  masks: readonly (TensorBase | null)[],
): TensorBase {
  let [y] = inputs;
  let [seen] = masks;
  for (let i = 1; i < inputs.length; i++) {
    const mask = masks[i];
    const x = mask ? where(mask, inputs[i], y) : inputs[i];
    y = op(seen ? where(seen, y, x) : y, x);
    seen = seen && mask && logicalOr(seen, mask);
  }
  return y;
}

/** The mean of all inputs. */
export class Average extends ElementwiseMerge {
  protected merge(inputs: readonly TensorBase[]): TensorBase {
    return multiply(
      inputs.reduce((a, b) => add(a, b)),
      1 / inputs.length,
    );
  }
}

/** The largest of all inputs; at a tie each gets half of the gradient. */
export class Maximum extends ElementwiseMerge {
  protected merge(inputs: readonly TensorBase[], masks: readonly (TensorBase | null)[]): TensorBase {
    return overReal(maximum, inputs, masks);
  }
}

/** The smallest of all inputs; at a tie each gets half of the gradient. */
export class Minimum extends ElementwiseMerge {
  protected merge(inputs: readonly TensorBase[], masks: readonly (TensorBase | null)[]): TensorBase {
    return overReal(minimum, inputs, masks);
  }
}
