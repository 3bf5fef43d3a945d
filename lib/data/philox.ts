import type { Parts } from '../program/parts.js';

// Philox4x32-10 (Salmon et al. 2011): four random words for each counter, so that any part of a stream can be had alone.

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** The upper 32 bits of a product of two unsigned words, from its 16-bit halves. */
function mulHigh(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const middle = (Math.imul(ah, bl) >>> 0) + (Math.imul(al, bl) >>> 16);
  const carry = (Math.imul(al, bh) >>> 0) + (middle & 0xffff);
  return (Math.imul(ah, bh) + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

interface List {
  readonly length: number;
  [place: number]: unknown;
}

// Places of a list that are drawn before others may go on: a fraction of a millisecond.
const PART = 4096;

/** Uniform numbers in [0, 1) of one (seed, stream), in the order of its counter. */
export class PhiloxStream {
  private readonly words = new Uint32Array(4);
  private block = 0;
  private used = 4;

  /** @param seed A whole number up to 2^53 - 1. @param stream Streams of one seed are independent of each other. */
  constructor(
    private readonly seed: number,
    private readonly stream: number,
  ) {}

  uniform(): number {
    if (this.used === 4) this.refill();
    return this.words[this.used++] / 2 ** 32;
  }

  /** A whole number in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Puts a list in a random order, in place (Fisher–Yates), in parts. */
  *shuffling<L extends List>(list: L): Parts<L> {
    const places: List = list;
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [places[i], places[j]] = [places[j], places[i]];
      if (i % PART === 0) yield;
    }
    return list;
  }

  private refill(): void {
    let c0 = this.block++ >>> 0;
    let c1 = 0;
    let c2 = this.stream >>> 0;
    let c3 = 0;
    let k0 = this.seed >>> 0;
    let k1 = Math.floor(this.seed / 2 ** 32) >>> 0;
    for (let round = 0; round < 10; round++) {
      const high0 = mulHigh(M0, c0);
      const high1 = mulHigh(M1, c2);
      const low0 = Math.imul(M0, c0);
      c0 = (high1 ^ c1 ^ k0) >>> 0;
      c1 = Math.imul(M1, c2) >>> 0;
      c2 = (high0 ^ c3 ^ k1) >>> 0;
      c3 = low0 >>> 0;
      k0 = (k0 + W0) >>> 0;
      k1 = (k1 + W1) >>> 0;
    }
    this.words[0] = c0;
    this.words[1] = c1;
    this.words[2] = c2;
    this.words[3] = c3;
    this.used = 0;
  }
}
