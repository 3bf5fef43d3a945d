import { checkInteger, ShapeError } from '../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { showShape } from '../program/types.js';

/** What continues a series. */
export interface Forecaster {
  readonly name: string;
  /**
   * The next `ahead` steps.
   *
   * @param history [length] or [length, F]. @returns [ahead] or [ahead, F]; models may forecast one feature of several.
   */
  forecast(history: TensorLike, ahead: number): Tensor | Promise<Tensor>;
  /** Learns from a history; forecasters without it have nothing to learn, or learn from the history they continue. */
  fit?(history: TensorLike): unknown;
}

/** A forecaster that answers at once. */
export interface Baseline extends Forecaster {
  forecast(history: TensorLike, ahead: number): Tensor;
}

/** The values of each feature of one series, in double. @throws ShapeError for another shape or less than `least` steps. */
export function featuresOf(who: string, history: TensorLike, least = 1): { values: Float64Array[]; like: Tensor } {
  const t = tensor(history, undefined, undefined, who);
  if (t.rank !== 1 && t.rank !== 2)
    throw new ShapeError(`${who}: expected a history of shape [length] or [length, F], got ${showShape(t.shape)}.`);
  if (t.shape[0] < least)
    throw new ShapeError(`${who}: expected a history of at least ${least} steps, got ${t.shape[0]}.`);
  const features = t.shape[1] ?? 1;
  const values = Array.from({ length: features }, (_, f) =>
    Float64Array.from({ length: t.shape[0] }, (__, i) => t.data[i * features + f]),
  );
  return { values, like: t };
}

/** The forecasts of each feature as one tensor: as double as the history, and with its rank. */
export function together(columns: readonly ArrayLike<number>[], like: Tensor): Tensor {
  const ahead = columns[0]?.length ?? 0;
  const data = new (like.dtype === 'float64' ? Float64Array : Float32Array)(ahead * columns.length);
  columns.forEach((column, f) => {
    for (let k = 0; k < ahead; k++) data[k * columns.length + f] = column[k];
  });
  return new Tensor(data, like.rank === 1 ? [ahead] : [ahead, columns.length]);
}

/** Forecasts each feature by itself. @param least Steps that a history must have. */
export function perFeature(
  name: string,
  least: number,
  continued: (values: Float64Array, ahead: number, feature: number) => ArrayLike<number>,
): Baseline {
  return {
    name,
    forecast(history, ahead) {
      checkInteger(name, 'ahead', ahead, 1);
      const { values, like } = featuresOf(name, history, least);
      return together(
        values.map((v, f) => continued(v, ahead, f)),
        like,
      );
    },
  };
}
