import { checkInteger, checkOptions, ShapeError, ValueError } from '../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import type { Forecaster } from './forecaster.js';

/** What predicts from windows [1, steps, F]: a model of one output. */
export interface WindowModel {
  predict(x: Tensor): Promise<unknown>;
}

/** What scales the features of a series, such as data.standardScaler(). */
export interface SeriesScaler {
  transform(x: TensorLike): Tensor;
  inverseTransform(x: TensorLike, options: { feature: number }): Tensor;
}

export interface FromModelOptions {
  model: WindowModel;
  /** Steps of the window that the model takes. */
  steps: number;
  /** Fitted to the series: the model sees scaled values, the forecast is in the series' units. Default: none. */
  scaler?: SeriesScaler;
  /** The feature that the model forecasts. Default 0. */
  feature?: number;
  /** Trains the model, on a history in the series' units; a backtest calls it. Default: the model stays as it is. */
  fit?: (history: Tensor) => unknown;
  /** Default 'model'. */
  name?: string;
}

/**
 * A model as a forecaster. What it predicts for the last step of its window are the next steps: outputs [1, k], [1, k, 1] or, from
 * a model with outputs at every step, [1, steps, k] (so is [1, steps, 1] read). For more steps than k, forecasts are fed
 * back, which needs a series of one feature.
 */
export function fromModel(options: FromModelOptions): Forecaster {
  const who = 'fromModel';
  checkOptions(who, options, ['model', 'steps', 'scaler', 'feature', 'fit', 'name']);
  const { model, scaler, fit, name = 'model' } = options;
  if (typeof model?.predict !== 'function') throw new ValueError(`${who}: model must have a method predict.`);
  const steps = checkInteger(who, 'steps', options.steps, 1);
  const feature = checkInteger(who, 'feature', options.feature ?? 0, 0);
  return {
    name,
    ...(fit ? { fit: (history: TensorLike) => fit(tensor(history)) } : {}),
    async forecast(history, ahead) {
      checkInteger(name, 'ahead', ahead, 1);
      const given = tensor(history, undefined, undefined, name);
      const [length, features] = [given.shape[0], given.shape[1] ?? 1];
      if (given.rank < 1 || given.rank > 2 || length < steps || feature >= features)
        throw new ShapeError(
          `${name}: expected a history [length, F] of at least ${steps} steps and ${feature + 1} features, got ${showShape(given.shape)}.`,
        );
      const recent = new Tensor(given.data.subarray((length - steps) * features), [steps, features], given.dtype);
      const window = Array.from((scaler ? scaler.transform(recent) : recent).data);
      const found: number[] = [];
      while (found.length < ahead) {
        const x = new Tensor(Float32Array.from(window.slice(-steps * features)), [1, steps, features]);
        const next = nextSteps(name, await model.predict(x), steps);
        found.push(...next);
        if (found.length >= ahead) break;
        if (features !== 1)
          throw new ShapeError(
            `${name}: the model forecasts ${next.length} steps, ${ahead} are wanted; forecasts are fed back for series of one feature only.`,
          );
        window.push(...next);
      }
      const forecast = new Tensor(Float32Array.from(found.slice(0, ahead)));
      return scaler ? scaler.inverseTransform(forecast, { feature }) : forecast;
    },
  };
}

function nextSteps(who: string, output: unknown, steps: number): number[] {
  if (!(output instanceof Tensor) || output.rank < 2 || output.rank > 3 || output.shape[0] !== 1 || output.size === 0)
    throw unreadable(who, output, steps);
  const [, ahead, last = 1] = output.shape;
  if (output.rank === 3 && ahead === steps) return Array.from(output.data.subarray(-last));
  if (last !== 1) throw unreadable(who, output, steps);
  return Array.from(output.data);
}

function unreadable(who: string, output: unknown, steps: number): ShapeError {
  const got = output instanceof Tensor ? showShape(output.shape) : 'several outputs';
  return new ShapeError(`${who}: expected a prediction [1, k], [1, k, 1] or [1, ${steps}, k], got ${got}.`);
}
