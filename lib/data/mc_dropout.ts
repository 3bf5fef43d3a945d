import { checkInteger, checkOptions, ShapeError } from '../program/errors.js';
import { Tensor, type TensorLike } from '../program/tensor.js';
import { checkCoverage, quantile } from './quantile.js';

/** A model whose dropout can stay on while it predicts. */
export interface DropoutModel {
  predict(x: any, options: { training: boolean }): Promise<unknown>;
}

export interface McDropoutOptions {
  /** Predictions to draw. Default 100. */
  samples?: number;
  /** Share of the predictions inside the band. Default 0.9. */
  coverage?: number;
}

/** Each tensor has the shape of one prediction. */
export interface McDropoutResult {
  mean: Tensor;
  std: Tensor;
  lower: Tensor;
  upper: Tensor;
}

/**
 * Predicts several times with dropout on: the spread shows how sure the model is (Gal & Ghahramani 2016).
 *
 * @param x What model.predict takes.
 * @throws ShapeError for a model of several outputs.
 */
export async function mcDropout(
  model: DropoutModel,
  x: TensorLike | readonly TensorLike[],
  options: McDropoutOptions = {},
): Promise<McDropoutResult> {
  checkOptions('mcDropout', options, ['samples', 'coverage']);
  const samples = checkInteger('mcDropout', 'samples', options.samples ?? 100, 2);
  const coverage = checkCoverage('mcDropout', options.coverage ?? 0.9);
  const draws: Tensor[] = [];
  for (let i = 0; i < samples; i++) {
    const y = await model.predict(x, { training: true });
    if (!(y instanceof Tensor)) throw new ShapeError('mcDropout: expected a model of one output.');
    draws.push(y);
  }
  const { shape, data } = draws[0];
  const [mean, std, lower, upper] = Array.from({ length: 4 }, () => new Float32Array(data.length));
  const values = new Float64Array(samples);
  for (let i = 0; i < data.length; i++) {
    draws.forEach((draw, k) => (values[k] = draw.data[i]));
    values.sort();
    const average = values.reduce((sum, v) => sum + v, 0) / samples;
    mean[i] = average;
    std[i] = Math.sqrt(values.reduce((sum, v) => sum + (v - average) ** 2, 0) / (samples - 1));
    lower[i] = quantile(values, (1 - coverage) / 2);
    upper[i] = quantile(values, (1 + coverage) / 2);
  }
  const like = (values: Float32Array) => new Tensor(values, shape);
  return { mean: like(mean), std: like(std), lower: like(lower), upper: like(upper) };
}
