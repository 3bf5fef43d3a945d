// Philox4x32-10 (Salmon et al. 2011): four random words for each counter, so that any element of a stream can be had alone.

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** The upper 32 bits of a product of two unsigned words, from its 16-bit halves. */
function mulHigh(a: number, b: number): number {
  const [al, ah, bl, bh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const low = Math.imul(al, bl) >>> 0;
  const middle = (Math.imul(ah, bl) >>> 0) + (low >>> 16);
  const carry = (Math.imul(al, bh) >>> 0) + (middle & 0xffff);
  return ((Math.imul(ah, bh) >>> 0) + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

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

  private refill(): void {
    let [c0, c1, c2, c3] = [this.block++, 0, this.stream >>> 0, 0];
    let [k0, k1] = [this.seed >>> 0, Math.floor(this.seed / 2 ** 32) >>> 0];
    for (let round = 0; round < 10; round++) {
      const [h0, l0, h1, l1] = [mulHigh(M0, c0), Math.imul(M0, c0), mulHigh(M1, c2), Math.imul(M1, c2)];
      [c0, c1, c2, c3] = [(h1 ^ c1 ^ k0) >>> 0, l1 >>> 0, (h0 ^ c3 ^ k1) >>> 0, l0 >>> 0];
      [k0, k1] = [(k0 + W0) >>> 0, (k1 + W1) >>> 0];
    }
    this.words.set([c0, c1, c2, c3]);
    this.used = 0;
  }
}
