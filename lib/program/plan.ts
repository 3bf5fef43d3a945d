import { ValueError } from './errors.js';
import type { SymbolicTensor } from './graph.js';
import type { Lowered } from './lower.js';
import { bytesPerElement, sameShape, sizeOf } from './types.js';

const ALIGNMENT = 64;

// What decode.cc accepts; whether the machine has the memory shows when it is asked for it.
const MAX_BYTES = 1e12;

/** Where every value of a program lives in its arena. */
export interface MemoryPlan {
  /** Byte offsets by root symbol. */
  readonly offsets: ReadonlyMap<SymbolicTensor, number>;
  readonly bytes: number;
}

/** Follows aliases to the symbol that owns the memory. */
export function rootOf(aliases: ReadonlyMap<SymbolicTensor, SymbolicTensor>, symbol: SymbolicTensor): SymbolicTensor {
  let root = symbol;
  for (let next = aliases.get(root); next; next = aliases.get(root)) root = next;
  return root;
}

export function bytesOf(symbol: SymbolicTensor): number {
  return sizeOf(symbol.shape) * bytesPerElement(symbol.dtype);
}

/**
 * Gives every value that is alive at the same time its own place; dead values' places are used again.
 *
 * @param before Values that are there when the program starts (its inputs).
 * @param after Values that must outlive it (its outputs).
 * @param elsewhere Values that do not live in the arena (variables, constants, parameters).
 */
export function planMemory(
  { instructions, aliases }: Lowered,
  before: readonly SymbolicTensor[],
  after: readonly SymbolicTensor[],
  elsewhere: (root: SymbolicTensor) => boolean,
): MemoryPlan {
  const root = (s: SymbolicTensor) => rootOf(aliases, s);
  const lastUse = new Map<SymbolicTensor, number>();
  instructions.forEach((it, i) => {
    for (const x of [...it.outputs, ...it.inputs]) if (x) lastUse.set(root(x), i);
  });
  for (const x of after) lastUse.set(root(x), Infinity);
  const space = new Space();
  const offsets = new Map<SymbolicTensor, number>();
  const dying = new Map<number, SymbolicTensor[]>();
  const enter = (symbol: SymbolicTensor, offset: number) => {
    offsets.set(symbol, offset);
    const end = lastUse.get(symbol) ?? -1;
    if (end !== Infinity) dying.set(end, [...(dying.get(end) ?? []), symbol]);
  };
  for (const input of before) enter(input, space.take(bytesOf(input)));
  instructions.forEach((it, i) => {
    const taken = new Set<SymbolicTensor>();
    it.outputs.forEach((output, o) => {
      if (!output) return;
      const own = root(output);
      if (offsets.has(own) || elsewhere(own)) return;
      const heir = it.inputs.find((x, k) => x && it.inPlace(o, k) && canTake(x, output, i, taken));
      if (heir) {
        taken.add(root(heir));
        enter(own, offsets.get(root(heir)) as number);
      } else {
        enter(own, space.take(bytesOf(own)));
      }
    });
    for (const dead of dying.get(i) ?? []) if (!taken.has(dead)) space.free(offsets.get(dead) as number, bytesOf(dead));
  });
  if (space.high > MAX_BYTES)
    throw new ValueError(`a program would need ${(space.high / 1e9).toFixed(0)} GB of working memory.`);
  return { offsets, bytes: space.high };

  function canTake(
    input: SymbolicTensor,
    output: SymbolicTensor,
    at: number,
    taken: ReadonlySet<SymbolicTensor>,
  ): boolean {
    const own = root(input);
    return (
      offsets.has(own) &&
      lastUse.get(own) === at &&
      !taken.has(own) &&
      sameShape(input.shape, output.shape) &&
      bytesOf(own) === bytesOf(output) &&
      input.dtype === output.dtype
    );
  }
}

/** A best-fit allocator over a line of bytes that grows. */
class Space {
  high = 0;
  private holes: { at: number; size: number }[] = [];

  take(bytes: number): number {
    const size = round(bytes);
    let best = -1;
    this.holes.forEach((hole, i) => {
      if (hole.size >= size && (best < 0 || hole.size < this.holes[best].size)) best = i;
    });
    if (best < 0) {
      const at = this.high;
      this.high += size;
      return at;
    }
    const hole = this.holes[best];
    const at = hole.at;
    hole.at += size;
    hole.size -= size;
    if (hole.size === 0) this.holes.splice(best, 1);
    return at;
  }

  free(at: number, bytes: number): void {
    const size = round(bytes);
    const k = this.firstBehind(at);
    this.holes.splice(k, 0, { at, size });
    for (let j = Math.max(0, k - 1); j + 1 < this.holes.length && j <= k;) {
      const [a, b] = [this.holes[j], this.holes[j + 1]];
      if (a.at + a.size === b.at) {
        a.size += b.size;
        this.holes.splice(j + 1, 1);
      } else {
        j += 1;
      }
    }
  }

  /** The place of the first hole behind a byte; holes lie in order. */
  private firstBehind(at: number): number {
    let [low, high] = [0, this.holes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.holes[middle].at > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function round(bytes: number): number {
  return Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
}
