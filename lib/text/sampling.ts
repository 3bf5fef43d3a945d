import { PhiloxStream } from '../data/philox.js';
import { checkSeed, freshSeed } from '../ops/random.js';
import { checkInteger, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { showShape } from '../program/types.js';

export interface SamplingOptions {
  /** The logits are divided by it: below 1 likely tokens get likelier; 0 takes the likeliest. Default 1. */
  temperature?: number;
  /** Only the k likeliest tokens. Default: all. */
  topK?: number;
  /** Only the likeliest tokens that together reach this probability (Holtzman et al. 2020), at least one. Default 1. */
  topP?: number;
  /** Same seed, same draws. Default: a fresh one. */
  seed?: number;
}
export const SAMPLING_OPTIONS = ['temperature', 'topK', 'topP', 'seed'] as const;

/** A token and its share of what is drawn from. */
interface Candidate {
  readonly token: number;
  readonly weight: number;
}

/** Draws tokens from logits, one after the other. */
export class Sampler {
  private readonly temperature: number;
  private readonly topK: number;
  private readonly topP: number;
  private readonly random: PhiloxStream;

  constructor(
    options: SamplingOptions = {},
    private readonly who = 'sampler',
  ) {
    checkOptions(who, options, SAMPLING_OPTIONS);
    const { temperature = 1, topK, topP = 1, seed } = options;
    if (typeof temperature !== 'number' || !(temperature >= 0 && temperature < Infinity))
      throw new ValueError(`${who}: temperature must be a number of at least 0, got ${show(temperature)}.`);
    if (typeof topP !== 'number' || !(topP > 0 && topP <= 1))
      throw new ValueError(`${who}: topP must be a number above 0, at most 1, got ${show(topP)}.`);
    this.temperature = temperature;
    this.topK = topK === undefined ? Infinity : checkInteger(who, 'topK', topK, 1);
    this.topP = topP;
    this.random = new PhiloxStream(seed === undefined ? freshSeed() : checkSeed(who, seed), 0);
  }

  /**
   * One token from logits [C], which may lack any constant; −∞ is never drawn.
   *
   * @throws ValueError for NaN, +∞, or when nothing can be drawn.
   */
  next(logits: ArrayLike<number>): number {
    const likeliest = this.likeliest(logits);
    // Every draw takes its random number, so that a later one does not depend on what earlier ones were drawn from.
    const u = this.random.uniform();
    if (this.temperature === 0) return likeliest;
    const candidates = this.candidates(logits, logits[likeliest]);
    let left = u * total(candidates);
    for (const { token, weight } of candidates) {
      left -= weight;
      if (left < 0) return token;
    }
    return candidates[candidates.length - 1].token;
  }

  private likeliest(logits: ArrayLike<number>): number {
    let best = -1;
    let highest = -Infinity;
    for (let i = 0; i < logits.length; i++) {
      const x = logits[i];
      if (Number.isNaN(x) || x === Infinity)
        throw new ValueError(`${this.who}: the logit of token ${i} is ${x}, expected a number or -Infinity.`);
      if (x > highest) [best, highest] = [i, x];
    }
    if (best < 0)
      throw new ValueError(`${this.who}: none of ${logits.length} tokens can be drawn; all logits are -Infinity.`);
    return best;
  }

  private candidates(logits: ArrayLike<number>, highest: number): Candidate[] {
    let all = Array.from(logits, (x, token) => ({ token, weight: Math.exp((x - highest) / this.temperature) }));
    all = all.filter(({ weight }) => weight > 0);
    if (this.topK >= all.length && this.topP === 1) return all;
    // Stable: of equally likely tokens the one of the lower number stays.
    all.sort((a, b) => b.weight - a.weight);
    if (this.topK < all.length) all.length = this.topK;
    const enough = this.topP * total(all);
    let sum = 0;
    const last = all.findIndex(({ weight }) => (sum += weight) >= enough);
    return last < 0 ? all : all.slice(0, last + 1);
  }
}

const total = (candidates: readonly Candidate[]): number => candidates.reduce((sum, { weight }) => sum + weight, 0);

/** Draws tokens one after the other, by `next(logits)`. */
export function sampler(options: SamplingOptions = {}): Sampler {
  return new Sampler(options);
}

/**
 * One token for each row of logits.
 *
 * @param logits [B, C], or [C] for one. @returns int32 [B], or a scalar.
 */
export function sampleLogits(logits: TensorLike, options: SamplingOptions = {}): Tensor {
  const { shape, data } = tensor(logits, undefined, undefined, 'sampleLogits');
  if (shape.length !== 1 && shape.length !== 2)
    throw new ShapeError(`sampleLogits: expected logits [B, C] or [C], got ${showShape(shape)}.`);
  const draws = new Sampler(options, 'sampleLogits');
  const [rows, classes] = shape.length === 2 ? shape : [1, shape[0]];
  const tokens = Int32Array.from({ length: rows }, (_, i) => draws.next(data.subarray(i * classes, (i + 1) * classes)));
  return new Tensor(tokens, shape.slice(0, -1));
}
