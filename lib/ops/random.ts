import { apply } from '../program/apply.js';
import { checkChoice, checkOptions, ValueError } from '../program/errors.js';
import { currentGraph } from '../program/graph.js';
import type { Op } from '../program/op.js';
import { Tensor, type TensorBase } from '../program/tensor.js';
import { divided } from '../program/structural.js';
import { DTYPES, isFloating, sizeOf, type DType, type Shape } from '../program/types.js';
import { checkNumber, checkRate, checkShape } from './checks.js';

export { categorical, dropout, randint } from './draws.js';

// Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011) of (seed, step counter, stream, element), the same
// whatever the threads.

interface RandomAttrs extends Record<string, string | number | readonly number[] | undefined> {
  kind: string;
  seed: number;
  stream: number;
  a: number;
  b: number;
  shape: readonly number[];
  dtype: string;
  /** Stored as [shards, …part]; in a shard's part of axis `axis`, with what is inside of it, lie row / shards elements. */
  shards?: number;
  row?: number;
  axis?: number;
}

const randomOp: Op<RandomAttrs> = {
  name: 'random',
  infer(_, { shape, dtype, shards, axis }) {
    const stored = shards === undefined ? shape : [shards, ...divided(shape, axis as number, shards)];
    return [{ shape: stored, dtype: dtype as DType }];
  },
  // The same numbers, written where each shard finds its own.
  stacked: (attrs, axis, shards) => ({ ...attrs, shards, axis, row: sizeOf(attrs.shape.slice(axis)) }),
};

const FLOATING = DTYPES.filter(isFloating);

export interface RandomOptions {
  /** Same seed, same numbers. Default: the traced model's seed, or a fresh one. */
  seed?: number;
  dtype?: DType;
}

// Where seeds that nobody chose come from, once setRandomSeed was called. Per JavaScript thread.
let chosen: { seed: number; drawn: number } | undefined;

/** Makes everything random repeatable from here on: initial weights, dropout, shuffling. */
export function setRandomSeed(seed: number): void {
  chosen = { seed: checkSeed('setRandomSeed', seed), drawn: 0 };
}

/** A seed nobody chose; after setRandomSeed, the next of its sequence. */
export function freshSeed(): number {
  if (!chosen) return Math.floor(Math.random() * 2 ** 48);
  // SplitMix64 (Steele et al. 2014): neighbouring seeds and draws give unrelated numbers.
  let z = BigInt.asUintN(64, BigInt(chosen.seed) * 0xd1342543de82ef95n + BigInt(++chosen.drawn) * 0x9e3779b97f4a7c15n);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return Number((z ^ (z >> 31n)) >> 16n);
}

/** A whole number from 0 to 2⁵³ − 1, or an error that names `who`. */
export function checkSeed(who: string, seed: unknown): number {
  if (typeof seed !== 'number' || !Number.isSafeInteger(seed) || seed < 0)
    throw new ValueError(`${who}: seed must be an integer from 0 to 2^53 - 1, got ${String(seed)}.`);
  return seed;
}

/** @param numbers What the kernel calls a and b, by the names that the caller gave them. */
function draw(
  kind: string,
  shape: Shape,
  numbers: Readonly<Record<string, number>>,
  options: RandomOptions,
  who = `random.${kind}`,
): TensorBase {
  checkShape(who, shape);
  for (const [name, value] of Object.entries(numbers)) {
    if (typeof value === 'object')
      throw new ValueError(`${who}: ${name} must be a number, got an object; options come behind the numbers.`);
    checkNumber(who, name, value, name === 'stddev' ? 0 : undefined);
  }
  const [a, b = 0] = Object.values(numbers);
  checkOptions(who, options, ['seed', 'dtype']);
  const { dtype = 'float32' } = options;
  checkChoice(who, 'dtype', dtype, FLOATING);
  const source = currentGraph() ? rootSource() : undefined;
  const seed = options.seed === undefined ? (source?.seed ?? freshSeed()) : checkSeed(who, options.seed);
  const stream = source ? source.streams++ : 0;
  const counter = source?.counter ?? new Tensor(new Int32Array(1), []);
  return apply(randomOp, [counter], { kind, seed, stream, a, b, shape: [...shape], dtype });
}

/** How many random ops the traced function has so far. */
export function drawnSoFar(): number {
  return rootSource()?.streams ?? 0;
}

/** Runs `body` so that its random ops draw what they drew behind the first `drawn` ones. */
export function withDrawn<R>(drawn: number, body: () => R): R {
  const source = rootSource();
  if (!source) return body();
  const before = source.streams;
  source.streams = drawn;
  try {
    return body();
  } finally {
    source.streams = Math.max(before, source.streams);
  }
}

function rootSource() {
  let graph = currentGraph();
  while (graph && !graph.random && graph.parent) graph = graph.parent;
  return graph?.random;
}

/** Uniform in [minval, maxval). */
export const uniform = (shape: Shape, minval = 0, maxval = 1, options: RandomOptions = {}): TensorBase =>
  draw('uniform', shape, { minval, maxval }, options);
/** Normal with this mean and standard deviation. */
export const normal = (shape: Shape, mean = 0, stddev = 1, options: RandomOptions = {}): TensorBase =>
  draw('normal', shape, { mean, stddev }, options);
/** Normal, drawn again beyond two standard deviations. */
export const truncatedNormal = (shape: Shape, mean = 0, stddev = 1, options: RandomOptions = {}): TensorBase =>
  draw('truncatedNormal', shape, { mean, stddev }, options);
/** 1 / keep with probability `keep`, else 0: what inverted dropout multiplies with. */
export const dropoutMask = (shape: Shape, keep: number, options: RandomOptions = {}): TensorBase =>
  draw('bernoulli', shape, { keep: checkRate('random.dropoutMask', 'keep', keep) }, options, 'random.dropoutMask');
