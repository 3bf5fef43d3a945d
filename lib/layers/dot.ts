import { matmul } from '../ops/matmul.js';
import { normalizeAxis } from '../ops/reduce.js';
import { reshape, transpose } from '../ops/shape.js';
import { ShapeError, show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape, sizeOf } from '../program/types.js';
import type { Inputs, LayerConfig } from './layer.js';
import { Merge } from './merge.js';
import { toUnitNorm } from './unit_normalization.js';

export interface DotOptions extends LayerConfig {
  /** The axis of each of the two inputs that is summed over, or one for both; counted with the batch, never 0. */
  axes: number | readonly [number, number];
  /** Scale to unit length along those axes first: cosines instead of products. Default false. */
  normalize?: boolean;
}

/** Products of two tensors, sample by sample: [B, …x, n] and [B, …y, n] give [B, …x, …y]. */
export class Dot extends Merge {
  private readonly axes: readonly [number, number];

  constructor(private readonly options: DotOptions) {
    super(options, ['axes', 'normalize']);
    const axes: unknown = [options.axes].flat();
    const list = axes as number[];
    if (list.length < 1 || list.length > 2 || !list.every(Number.isInteger) || list.includes(0))
      throw new ValueError(`${this.name}: axes must be one axis or two behind the batch, got ${show(options.axes)}.`);
    this.axes = [list[0], list.at(-1) as number];
    this.supportsMasking = false;
  }

  call(inputs: Inputs): TensorBase {
    const list = this.listOf(inputs, 2).map((x) => this.floating(x));
    const axes = list.map((x, i) => normalizeAxis(this.name, this.axes[i], x.rank));
    const [x, y] = list.map((t, i) => (this.options.normalize ? toUnitNorm(t, axes[i]) : t));
    const length = x.shape[axes[0]];
    if (axes.includes(0) || x.shape[0] !== y.shape[0] || length !== y.shape[axes[1]])
      throw new ShapeError(
        `${this.name}: inputs ${showShape(x.shape)} and ${showShape(y.shape)} do not fit along axes ${show(axes)}.`,
      );
    // The axis of the sum last in x and second in y, everything else in one axis.
    const kept = [x, y].map((t, i) => [...t.shape.keys()].filter((axis) => axis !== 0 && axis !== axes[i]));
    const sizes = [x, y].map((t, i) => kept[i].map((axis) => t.shape[axis]));
    const left = reshape(transpose(x, [0, ...kept[0], axes[0]]), [x.shape[0], sizeOf(sizes[0]), length]);
    const right = reshape(transpose(y, [0, axes[1], ...kept[1]]), [x.shape[0], length, sizeOf(sizes[1])]);
    const rest = sizes.flat();
    return reshape(matmul(left, right), [x.shape[0], ...(rest.length > 0 ? rest : [1])]);
  }
}
