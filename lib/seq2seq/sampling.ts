import { divide, exp, maximum, minimum, power, subtract } from '../ops/arithmetic.js';
import { checkOptions, show, ValueError } from '../program/errors.js';
import { Tensor, type TensorBase } from '../program/tensor.js';

// The three schedules of Bengio et al. 2015, "Scheduled Sampling for Sequence Prediction with Recurrent Neural Networks".
// The paper gives the probability of the true token; these are one minus it, so that they grow with the training.

/** The probability that a decoder is fed its own token, by the number of training steps done (a float64 scalar). */
export type SamplingSchedule = (step: TensorBase) => TensorBase | number;

function checkNumbers(who: string, options: object, valid: readonly string[]): void {
  checkOptions(who, options ?? {}, valid);
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new ValueError(`${who}: ${name} must be a number, got ${show(value)}.`);
  }
}

/** From `from` (default 0) to `to` (default 1) along a line of `steps` training steps, then constant. */
export function linearSampling(options: { steps: number; from?: number; to?: number }): SamplingSchedule {
  checkNumbers('linearSampling', options, ['steps', 'from', 'to']);
  const { steps, from = 0, to = 1 } = options;
  if (!(steps > 0)) throw new ValueError(`linearSampling: steps must be above 0, got ${show(steps)}.`);
  return function linear(step) {
    return minimum(divide(step, steps), 1)
      .multiply(to - from)
      .add(from);
  };
}

/** 1 − k^step, with 0 < k < 1. */
export function exponentialSampling(options: { k: number }): SamplingSchedule {
  checkNumbers('exponentialSampling', options, ['k']);
  const { k } = options;
  if (!(k > 0 && k < 1)) throw new ValueError(`exponentialSampling: k must be between 0 and 1, got ${show(k)}.`);
  const base = new Tensor(Float64Array.of(k), []);
  return function exponential(step) {
    return subtract(1, power(base, step));
  };
}

/** 1 − k / (k + e^(step / k)), with k ≥ 1: a half after k · ln k steps. */
export function inverseSigmoidSampling(options: { k: number }): SamplingSchedule {
  checkNumbers('inverseSigmoidSampling', options, ['k']);
  const { k } = options;
  if (!(k >= 1)) throw new ValueError(`inverseSigmoidSampling: k must be at least 1, got ${show(k)}.`);
  return function inverseSigmoid(step) {
    // Far beyond the turn the exponential would overflow, where the probability is 1 anyway.
    const grown = exp(minimum(maximum(divide(step, k), 0), 700));
    return subtract(1, divide(k, grown.add(k)));
  };
}
