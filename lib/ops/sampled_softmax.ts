import { operand, type Operand } from '../program/apply.js';
import { checkInteger, checkOptions, ShapeError, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { isFloating, sameShape, showShape, type DType } from '../program/types.js';
import { add, divide, equal, exp, expm1, floor, less, log, log1p, logicalAnd, minimum, multiply, negative, subtract, where } from './arithmetic.js'; // prettier-ignore
import { cast } from './cast.js';
import { arange, zeros } from './create.js';
import { cumsum } from './cumulative.js';
import { oneHot, take } from './indexing.js';
import { matmul } from './matmul.js';
import { uniform } from './random.js';
import { any, sum } from './reduce.js';
import { concatenate, expandDims, slice, transpose } from './shape.js';
import { softmaxCrossEntropy } from './softmax.js';

// Softmax over a sample of the classes (Jean et al. 2015), for vocabularies whose full softmax costs too much in training.

export interface CandidateOptions {
  /** Same seed, same classes at the same step. Default: the traced model's. */
  seed?: number;
  /** Of the random numbers and the counts. Default float32. */
  dtype?: DType;
}

/** Classes that were drawn, and what is needed to weigh them. */
export interface Candidates {
  /** int32 [numSampled]: the classes, all different as far as `drawn` goes. */
  readonly classes: TensorBase;
  /** bool [numSampled]: false for a place that stayed empty because the tries ran out. */
  readonly drawn: TensorBase;
  /** For classes of any shape, as numbers: how often each is expected in such a sample, in (0, 1]. */
  expectedCount(classes: TensorBase): TensorBase;
}

/** P(class) = log((class + 2) / (class + 1)) / log(numClasses + 1) */
const probability = (classes: TensorBase, numClasses: number): TensorBase =>
  divide(log1p(divide(1, add(classes, 1))), Math.log(numClasses + 1));

/** Tries that almost always find so many different classes; at most eight per class wanted. */
function triesFor(numSampled: number, numClasses: number): number {
  const limit = 8 * numSampled;
  const chance = Array.from({ length: numClasses }, (_, c) => Math.log1p(1 / (c + 1)) / Math.log(numClasses + 1));
  const enough = (tries: number) => {
    const missed = chance.map((p) => (1 - p) ** tries);
    const mean = missed.reduce((n, q) => n + 1 - q, 0);
    const variance = missed.reduce((n, q) => n + q * (1 - q), 0);
    return mean - 4 * Math.sqrt(variance) >= numSampled;
  };
  let [low, high] = [numSampled, limit];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (enough(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Different classes, drawn as TensorFlow's log_uniform_candidate_sampler does with `unique`: with the probabilities of
 * Zipf's law, until there are enough different ones. Classes must be numbered from the most frequent to the rarest.
 *
 * The tries are limited to eight per class that is wanted; beyond them places stay empty, and the expected counts are
 * those of the tries that were made.
 */
export function logUniformCandidates(
  numSampled: number,
  numClasses: number,
  options: CandidateOptions = {},
): Candidates {
  const who = 'logUniformCandidates';
  checkOptions(who, options, ['seed', 'dtype']);
  const { seed, dtype = 'float32' } = options;
  checkInteger(who, 'numClasses', numClasses, 1);
  checkInteger(who, 'numSampled', numSampled, 1);
  if (numSampled > numClasses)
    throw new ValueError(`${who}: numSampled must be at most the number of classes, ${numClasses}; got ${numSampled}.`);
  if (!isFloating(dtype)) throw new ValueError(`${who}: dtype must be float32 or float64, got ${dtype}.`);
  const tries = triesFor(numSampled, numClasses);
  const u = uniform([tries], 0, 1, { seed, dtype });
  const all = minimum(subtract(floor(exp(multiply(u, Math.log(numClasses + 1)))), 1), numClasses - 1);
  const places = arange(0, tries);
  const earlier = less(expandDims(places, 0), expandDims(places, 1)); // [try, earlier try]
  const again = any(logicalAnd(earlier, equal(expandDims(all, 0), expandDims(all, 1))), 1);
  const fresh = where(again, zeros([tries], dtype), 1);
  const found = cumsum(fresh, 0); // different ones after each try
  const before = subtract(found, fresh);
  // The k-th new class goes to place k; a matrix of zeros and ones moves it there.
  const counted = multiply(fresh, cast(less(before, numSampled), dtype));
  const place = cast(minimum(before, numSampled - 1), 'int32');
  const moves = multiply(oneHot(place, numSampled, dtype), expandDims(counted, 1)); // [tries, numSampled]
  const made = sum(cast(less(before, numSampled), dtype)); // tries until the last place was filled
  return {
    classes: cast(sum(multiply(moves, expandDims(all, 1)), 0), 'int32'),
    drawn: less(0.5, sum(moves, 0)),
    expectedCount: (classes) =>
      negative(expm1(multiply(made, log1p(negative(probability(cast(classes, dtype), numClasses)))))),
  };
}

export interface SampledSoftmaxOptions {
  /** Classes drawn for the whole batch. */
  numSampled?: number;
  /** Instead of numSampled: classes that were drawn already. */
  candidates?: Candidates;
  /** Same seed, same classes at the same step. Default: the traced model's. */
  seed?: number;
  /** Whether a drawn class that is a row's own does not count against it. Default true. */
  removeAccidentalHits?: boolean;
}

// Far below any logit, and still a number.
const NEVER = -1e9;

/**
 * The crossentropy of each row's class against classes drawn by `logUniformCandidates`, the same for all rows. The log of
 * how often a class is expected is subtracted from its logit, so that training leads where the full softmax would: the
 * loss of tf.nn.sampled_softmax_loss.
 *
 * @param weights [C, H], one row per class. @param biases [C]. @param inputs [N, H]. @param labels int32 [N].
 * @returns [N]; for training only, its numbers are not those of the full softmax.
 */
export function sampledSoftmaxCrossEntropy(
  weights: Operand,
  biases: Operand,
  inputs: Operand,
  labels: Operand,
  options: SampledSoftmaxOptions,
): TensorBase {
  const who = 'sampledSoftmaxCrossEntropy';
  checkOptions(who, options, ['numSampled', 'candidates', 'seed', 'removeAccidentalHits']);
  const [w, b, x] = [weights, biases, inputs].map((value) => operand(value, undefined, who));
  const t = operand(labels, 'int32', who);
  const [classes, features] = w.shape;
  if (w.rank !== 2 || !sameShape(b.shape, [classes]) || x.rank !== 2 || x.shape[1] !== features)
    throw new ShapeError(
      `${who}: expected weights [C, H], biases [C] and inputs [N, H], got ${[w, b, x].map((v) => showShape(v.shape)).join(', ')}.`,
    );
  if (!sameShape(t.shape, [x.shape[0]]) || t.dtype !== 'int32')
    throw new ShapeError(
      `${who}: expected int32 labels of shape [${x.shape[0]}], got ${t.dtype} ${showShape(t.shape)}.`,
    );
  const { numSampled, candidates, seed, removeAccidentalHits = true } = options;
  const { dtype } = x;
  const sample = candidates ?? logUniformCandidates(numSampled as number, classes, { seed, dtype });
  // One look-up for both, so that the gradient is scattered into one table of the weights' size.
  const needed = concatenate([t, sample.classes], 0);
  const count = t.size;
  const [ownRows, drawnRows] = parts(take(w, needed, 0), count);
  const [ownShift, drawnShift] = parts(subtract(take(b, needed, 0), log(sample.expectedCount(needed))), count);
  const own = add(sum(multiply(x, ownRows), -1), ownShift);
  // Empty places hold class 0 and are shut out whatever it gives.
  const drawn = matmul(x, transpose(drawnRows, [1, 0])); // [N, numSampled]
  const others = where(sample.drawn, add(drawn, drawnShift), NEVER);
  const kept = removeAccidentalHits
    ? where(equal(expandDims(t, 1), expandDims(sample.classes, 0)), NEVER, others)
    : others;
  return softmaxCrossEntropy(concatenate([expandDims(own, 1), kept], 1), zeros(t.shape, 'int32'));
}

/** The first `count` rows and the others. */
const parts = (x: TensorBase, count: number): [TensorBase, TensorBase] => [
  slice(x, [[0, count]]),
  slice(x, [[count, null]]),
];
