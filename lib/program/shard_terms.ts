// Into how many shards a batch may be divided, and when that pays.

/** What speaks for a division, in multiply-adds and elements. */
export interface Terms {
  /** Multiply-adds of all shards, and of those behind a sum over the batch, for which threads are worth their start. */
  readonly least: number;
  readonly leastPass: number;
  /** Elements that shards may hand out for each that they compute. */
  readonly share: number;
  /** Elements of the largest weights of an instruction: each shard reads them for itself. */
  readonly weights: number;
  /** Whether loops over cells may be divided. */
  readonly loops: boolean;
  /** Whether that may be divided whose vectors only samples fill. */
  readonly sparse: boolean;
  /** Whether shards are of two samples, for which something must read its weights at once. */
  readonly pairs: boolean;
}

// Samples that fill a vector of the widest instruction set, and those of a shard that need no further division.
const VECTOR = 16;
const GOOD_ROWS = 32;
const MOST_SHARDS = 8;
// How many more vectors a division may take.
const SPARE = 1.15;

// Of shards that keep their vectors full.
const LANES: Terms = {
  least: 1e6,
  leastPass: 1e5,
  share: 1 / 4,
  weights: Infinity,
  loops: true,
  sparse: true,
  pairs: false,
};

// Samples that fill a vector of the next instruction set: two threads do as many each sooner than one does a vector of
// the widest set, but their sums are those of two.
const HALF = 8;
const HALVES: Terms = { ...LANES, share: 1 / 2 };

// So few samples leave so much of a vector empty that one by one, with the units as lanes, two threads do them sooner
// than one thread together; and so few that one thread does, too.
const FEW = 12;
const FEWEST = 4;
// Multiply-adds of a sample that is worth a shard of its own, in a forward pass; twice as many where a backward pass follows.
const OF_SAMPLE = 2e5;
// Elements of weights that stay in a core's own cache from step to step; more of those that so few samples would leave
// half a vector empty; and fewer of those that the fewest, left together, read in pairs.
const NEAR = 64 * 1024;
const NEAR_OF_HALF = 256 * 1024;
const NEAR_OF_FEWEST = 32 * 1024;
// Of those that the fewest samples read in pairs apart from each other.
const NEAR_OF_PAIRS = 160 * 1024;

/**
 * The divisions of so many samples, the best first: a matter of the batch's size alone, so that bits do not depend on
 * the threads.
 *
 * @param updates Whether the program writes variables, as training does.
 */
export function* divisionsOf(rows: number, updates: boolean): Generator<{ shards: number; terms: Terms }> {
  if (rows > 1 && rows <= FEW) {
    const few = rows <= FEWEST;
    const least = few ? LANES.leastPass : rows * OF_SAMPLE * (updates ? 2 : 1);
    const terms = { ...LANES, least, share: 2, sparse: false };
    if (!updates && rows > 2 && rows % 2 === 0) {
      const weights = few ? NEAR_OF_PAIRS : Infinity;
      yield { shards: rows / 2, terms: { ...terms, weights, loops: false, pairs: true } };
    }
    const weights = updates ? Infinity : few ? NEAR_OF_FEWEST : rows < HALF ? NEAR_OF_HALF : NEAR;
    yield { shards: rows, terms: { ...terms, weights, loops: few } };
  }
  if (rows === 2 * HALF) yield { shards: 2, terms: HALVES };
  for (let shards = MOST_SHARDS; shards >= 2; shards /= 2) {
    const own = rows / shards;
    if (rows % shards !== 0 || (shards > 2 && own < GOOD_ROWS)) continue;
    if (shards * vectors(own) <= SPARE * vectors(rows)) yield { shards, terms: LANES };
  }
}

function vectors(rows: number): number {
  return Math.ceil(rows / VECTOR);
}
