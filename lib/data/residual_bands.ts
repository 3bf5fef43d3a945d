import { ShapeError } from '../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { sameShape, showShape } from '../program/types.js';
import { checkCoverage, quantile } from './quantile.js';

/**
 * How far the truth lay from the forecasts on data that was not trained on: added to a forecast, its band.
 *
 * @param yTrue [n, ahead] @param yPred [n, ahead]
 * @param coverage Share of the truth inside the band. Default 0.9.
 * @returns Offsets of the band's edges, each [ahead].
 */
export function residualBands(yTrue: TensorLike, yPred: TensorLike, coverage = 0.9): { lower: Tensor; upper: Tensor } {
  const [truth, forecast] = [
    tensor(yTrue, undefined, undefined, 'residualBands'),
    tensor(yPred, undefined, undefined, 'residualBands'),
  ];
  if (truth.rank !== 2 || !sameShape(truth.shape, forecast.shape) || truth.shape[0] === 0) {
    throw new ShapeError(
      `residualBands: expected two tensors of one shape [n, ahead], got ${showShape(truth.shape)} and ${showShape(forecast.shape)}.`,
    );
  }
  checkCoverage('residualBands', coverage);
  const [n, ahead] = truth.shape;
  const [lower, upper] = [new Float32Array(ahead), new Float32Array(ahead)];
  for (let k = 0; k < ahead; k++) {
    const residuals = Float64Array.from(
      { length: n },
      (_, b) => truth.data[b * ahead + k] - forecast.data[b * ahead + k],
    ).sort();
    lower[k] = quantile(residuals, (1 - coverage) / 2);
    upper[k] = quantile(residuals, (1 + coverage) / 2);
  }
  return { lower: new Tensor(lower), upper: new Tensor(upper) };
}
