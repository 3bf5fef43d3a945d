import { add, isnan, lessEqual, logicalOr, multiply, where } from '../ops/arithmetic.js';
import { convGeometry } from '../ops/conv.js';
import { pad, slice } from '../ops/shape.js';
import { checkChoice, ShapeError } from '../program/errors.js';
import { Tensor, type TensorBase } from '../program/tensor.js';
import { allocate, showShape } from '../program/types.js';
import { Layer, type LayerConfig } from './layer.js';
import { checkDataFormat, checkSteps, onSteps, type DataFormat, type Steps } from './window_options.js';

const PADDINGS = ['valid', 'same'] as const;

export interface Pooling1DOptions extends LayerConfig {
  /** Steps that one window covers; default 2. */
  poolSize?: Steps;
  /** Steps between windows; default poolSize. */
  strides?: Steps | null;
  /** 'valid' (default): whole windows only. 'same': windows over the edges, too. */
  padding?: (typeof PADDINGS)[number];
  /** Order of the axes; default 'channelsLast'. */
  dataFormat?: DataFormat;
}

/** Base of layers that make one step of each window of [B, T, F]. */
abstract class Pooling1D extends Layer {
  readonly poolSize: number;
  readonly strides: number;
  readonly padding: (typeof PADDINGS)[number];
  readonly dataFormat: DataFormat;

  constructor(options: Pooling1DOptions = {}) {
    super(options, ['poolSize', 'strides', 'padding', 'dataFormat']);
    this.poolSize = checkSteps(this.name, 'poolSize', options.poolSize ?? 2);
    this.strides = checkSteps(this.name, 'strides', options.strides ?? this.poolSize);
    this.padding = checkChoice(this.name, 'padding', options.padding ?? 'valid', PADDINGS);
    this.dataFormat = checkDataFormat(this.name, options.dataFormat);
  }

  /** What stands beyond the edges. */
  protected abstract readonly border: number;

  /** One tensor [B, T', F] per place in the window, to one. `counts`: real steps in each window. */
  protected abstract pool(places: readonly TensorBase[], counts: readonly number[]): TensorBase;

  call(inputs: TensorBase): TensorBase {
    return onSteps(this.name, this.dataFormat, this.floating(inputs), (x) => this.slide(x));
  }

  private slide(x: TensorBase): TensorBase {
    const { poolSize, strides, padding } = this;
    const length = x.shape[1];
    const { steps, padLeft } = convGeometry(length, poolSize, strides, padding);
    if (steps < 1)
      throw new ShapeError(
        `${this.name}: a window of ${poolSize} steps does not fit an input of ${showShape(x.shape)}.`,
      );
    const reach = Math.max(0, (steps - 1) * strides + poolSize);
    const after = Math.max(0, reach - padLeft - length);
    const wide = pad(
      x,
      [
        [0, 0],
        [padLeft, after],
        [0, 0],
      ],
      this.border,
    );
    const places = Array.from({ length: poolSize }, (_, k) =>
      slice(wide, [null, [k, k + (steps - 1) * strides + 1, strides]]),
    );
    const counts = Array.from({ length: steps }, (_, t) => {
      const first = t * strides - padLeft;
      return Math.min(length, first + poolSize) - Math.max(0, first);
    });
    return this.pool(places, counts);
  }
}

/** The largest value of each window; the first of several gets the gradient. */
export class MaxPooling1D extends Pooling1D {
  protected readonly border = -Infinity;

  protected pool(places: readonly TensorBase[]): TensorBase {
    return places.reduce((best, x) => where(logicalOr(lessEqual(x, best), isnan(best)), best, x));
  }
}

/** The mean of each window, over its steps inside the sequence. */
export class AveragePooling1D extends Pooling1D {
  protected readonly border = 0;

  protected pool(places: readonly TensorBase[], counts: readonly number[]): TensorBase {
    const total = places.reduce((a, b) => add(a, b));
    const shares = allocate(total.dtype, counts.length);
    counts.forEach((n, t) => (shares[t] = 1 / n));
    return multiply(total, new Tensor(shares, [counts.length, 1]));
  }
}
