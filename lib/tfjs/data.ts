import type { Operand } from '../program/apply.js';
import { checkInteger, show, ValueError } from '../program/errors.js';
import { stack } from '../ops/shape.js';
export * from '../data/index.js';
type Sample = { xs: Operand; ys: Operand };
const stacked = (all: Sample[]) => ({ xs: stack(all.map(({ xs }) => xs)), ys: stack(all.map(({ ys }) => ys)) });

/** Items that are made anew in each pass; `model.fit` takes one of batches {xs, ys}. */
export class Dataset<T> {
  constructor(readonly pass: () => AsyncIterable<T>) {}
  [Symbol.asyncIterator] = (): AsyncIterator<T> => this.pass()[Symbol.asyncIterator]();

  /** Passes one after the other, by default without end; an empty one is the last. */
  repeat(count = -1): Dataset<T> {
    const { pass } = this;
    return new Dataset(async function* () {
      for (let left = count, seen = 1; left !== 0 && seen > 0; left--) {
        seen = 0;
        for await (const item of pass()) if (++seen) yield item;
      }
    });
  }

  /** Each `size` items {xs, ys} as one, stacked along a new first axis; the last one may be smaller. */
  batch(this: Dataset<Sample>, size: number): Dataset<ReturnType<typeof stacked>> {
    const [{ pass }, full] = [this, checkInteger('data.batch', 'size', size, 1)];
    return new Dataset(async function* () {
      const items: Sample[] = [];
      for await (const item of pass()) if (items.push(item) === full) yield stacked(items.splice(0));
      if (items.length > 0) yield stacked(items);
    });
  }
}

/** What an iterator gives, also an async one; `fn` makes a new one for each pass. */
export function generator<T>(fn: () => Iterator<T> | AsyncIterator<T>): Dataset<T> {
  if (typeof fn !== 'function') throw new ValueError(`data.generator: expected a function, got ${show(fn)}.`);
  return new Dataset(() => ({ [Symbol.asyncIterator]: () => fn() as AsyncIterator<T> }));
}
