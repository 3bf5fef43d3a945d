import { checkInteger, ShapeError } from '../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { allocate, showShape } from '../program/types.js';

/** What forecasts one step: its last axis (at the last step, if it forecasts at every one) holds the next values. */
export interface OneStepModel {
  predict(x: Tensor): Promise<unknown>;
}

/**
 * Forecasts several steps with a model of one: predicts, appends the prediction to the window, drops the oldest step,
 * and predicts again.
 *
 * @param x Windows [n, T, F].
 * @returns [n, steps, F]
 */
export async function iteratedForecast(model: OneStepModel, x: TensorLike, steps: number): Promise<Tensor> {
  const who = 'iteratedForecast';
  checkInteger(who, 'steps', steps, 1);
  const given = tensor(x, undefined, undefined, who);
  // Predictions go into the windows: whole numbers do not hold them.
  const start = tensor(given, undefined, given.dtype === 'float64' ? 'float64' : 'float32', who);
  if (start.rank !== 3)
    throw new ShapeError(`${who}: expected windows of shape [n, T, F], got ${showShape(start.shape)}.`);
  const [n, T, F] = start.shape;
  const forecast = allocate(start.dtype, n * steps * F);
  let window = start;
  for (let step = 0; step < steps; step++) {
    const predicted = await model.predict(window);
    const fits =
      predicted instanceof Tensor &&
      predicted.rank >= 2 &&
      predicted.shape[0] === n &&
      predicted.shape[predicted.rank - 1] === F;
    if (!fits) {
      const got = predicted instanceof Tensor ? showShape(predicted.shape) : 'several outputs';
      throw new ShapeError(
        `${who}: the model must predict the ${F} features of the next step, shape [${n}, ${F}], got ${got}.`,
      );
    }
    const perRow = predicted.data.length / n;
    const next = allocate(start.dtype, n * T * F);
    for (let b = 0; b < n; b++) {
      const values = predicted.data.subarray((b + 1) * perRow - F, (b + 1) * perRow);
      forecast.set(values, (b * steps + step) * F);
      next.set(window.data.subarray((b * T + 1) * F, (b + 1) * T * F), b * T * F);
      next.set(values, ((b + 1) * T - 1) * F);
    }
    window = new Tensor(next, start.shape, start.dtype);
  }
  return new Tensor(forecast, [n, steps, F], start.dtype);
}
