import { show, StateError, ValueError } from '../program/errors.js';
import type { Program } from '../program/program.js';
import { tableOf, type Given, type Receiver } from './prepare.js';
import { inOrder, shuffle } from './shuffle.js';
import { sourcesOf, specsOf, type BatchSpecs, type Table } from './table.js';

/** How long native code works before it reports. It ends sooner where somebody waits to read a weight or to predict. */
export const CHUNK_MS = 50;
const FIRST_CHUNK = 64;

/** What drives the batches of one epoch. */
export interface Drive {
  /** Of the order of the rows in this run, where they are shuffled. */
  readonly seed?: number;
  /** The program for batches of these shapes. */
  program(specs: BatchSpecs): Promise<Program>;
  /** How the batch of `rows` rows from order[from] on is run where it is not one step of the program. */
  walk?(table: Table, order: Uint32Array, from: number, rows: number): Promise<void>;
  /** Whether somebody wants to hear of every batch. */
  readonly single: boolean;
  before?(batch: number): Promise<void>;
  /** After `done` batches. */
  after?(done: number): Promise<void>;
  stopped?(): boolean;
  readonly signal?: AbortSignal;
}

/** Where batches come from. */
export interface Feed {
  /** Per epoch, when it is known. */
  readonly batches: number | null;
  /** Runs one epoch, or what is left of it after `from` batches; returns the number of batches of all of it. */
  run(epoch: number, drive: Drive, from?: number): Promise<number>;
  /** Lets go of the data. */
  close(): Promise<void>;
}

/** Rows of a table in order or shuffled, in batches of one size and a smaller last one. */
export class TableFeed implements Feed {
  readonly batches: number;

  /**
   * @param order The rows to use.
   * @param shuffled Every epoch anew, by the seed of the run.
   * @param limit Batches per epoch at most.
   */
  constructor(
    private readonly table: Table,
    private readonly order: Uint32Array,
    private readonly batchSize: number,
    private readonly shuffled: boolean,
    limit = Infinity,
  ) {
    this.batches = Math.min(Math.ceil(order.length / batchSize), limit);
  }

  async run(epoch: number, drive: Drive, from = 0): Promise<number> {
    const { batchSize, batches } = this;
    let order = this.order;
    if (this.shuffled) {
      order = order.slice();
      await shuffle(order, drive.seed ?? 0, epoch);
    }
    const full = Math.min(Math.floor(order.length / batchSize), batches);
    const done = await this.stretch(order, Math.min(from, full), full, batchSize, drive);
    if (done < full || full === batches || drive.stopped?.()) return done;
    return this.stretch(order, full, full + 1, order.length - full * batchSize, drive);
  }

  /** Batches first … last − 1, each of `rows` rows. Returns how far it came. */
  private async stretch(order: Uint32Array, first: number, last: number, rows: number, drive: Drive): Promise<number> {
    if (first === last) return first;
    if (drive.walk) return this.walk(order, first, last, rows, drive);
    const program = await drive.program(specsOf(this.table, rows));
    const sources = sourcesOf(this.table);
    let done = first;
    let most = FIRST_CHUNK;
    while (done < last && !drive.stopped?.()) {
      drive.signal?.throwIfAborted();
      if (drive.single) await drive.before?.(done);
      const count = drive.single ? 1 : Math.min(last - done, most);
      const steps = await program.steps(sources, order, done * this.batchSize, count, CHUNK_MS);
      done += steps;
      most = Math.max(FIRST_CHUNK, steps * 4);
      await drive.after?.(done);
    }
    drive.signal?.throwIfAborted();
    return done;
  }

  async close(): Promise<void> {
    this.table.release();
  }

  private async walk(order: Uint32Array, first: number, last: number, rows: number, drive: Drive): Promise<number> {
    let done = first;
    while (done < last && !drive.stopped?.()) {
      drive.signal?.throwIfAborted();
      if (drive.single) await drive.before?.(done);
      await drive.walk?.(this.table, order, done * this.batchSize, rows);
      await drive.after?.(++done);
    }
    return done;
  }
}

/** Batches as an iterable gives them: [x, y], [x, y, sampleWeight] or {xs, ys}. */
export type BatchIterable = Iterable<unknown> | AsyncIterable<unknown>;

export function isIterable(value: unknown): value is BatchIterable {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

/** One batch of an iterable as data. */
function batchOf(who: string, item: unknown): Given {
  if (Array.isArray(item) && (item.length === 2 || item.length === 3))
    return { x: item[0], y: item[1], sampleWeight: item[2] };
  if (typeof item === 'object' && item !== null && 'xs' in item && 'ys' in item)
    return { x: item.xs as Given['x'], y: item.ys as Given['y'] };
  throw new ValueError(`${who}: expected batches [x, y], [x, y, sampleWeight] or {xs, ys}, got ${show(item)}.`);
}

/** Batches of an iterable. It is started anew when it ends; with a limit, an epoch goes on where the last one stopped. */
export class StreamFeed implements Feed {
  batches: number | null;
  private iterator: Iterator<unknown> | AsyncIterator<unknown> | null = null;
  private waiting = false;

  constructor(
    private readonly who: string,
    private readonly model: Receiver,
    private readonly iterable: BatchIterable,
    private readonly limit: number | null,
    private readonly extra: Pick<Given, 'classWeight'> = {},
  ) {
    this.batches = limit;
  }

  private start(): Iterator<unknown> | AsyncIterator<unknown> {
    const { iterable } = this;
    return Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
  }

  async run(_epoch: number, drive: Drive, from = 0): Promise<number> {
    let done = 0;
    let fresh = this.iterator === null;
    this.iterator ??= this.start();
    while (done < (this.limit ?? Infinity) && !drive.stopped?.()) {
      drive.signal?.throwIfAborted();
      const { value, done: ended } = await this.next(this.iterator, drive.signal);
      if (ended) {
        this.iterator = null;
        if (this.limit === null && done > 0) break;
        if (fresh)
          throw new StateError(
            `${this.who}: the iterable of batches ended after ${done} batches${this.limit === null ? '' : ` of ${this.limit}`}. Give an iterable that can be started anew, not a finished generator.`,
          );
        this.iterator = this.start();
        fresh = true;
        continue;
      }
      fresh = false;
      if (done < from) {
        done++;
        continue;
      }
      await drive.before?.(done);
      const table = await tableOf(this.who, this.model, { ...batchOf(this.who, value), ...this.extra }, true);
      if (drive.walk) {
        await drive.walk(table, inOrder(table.rows), 0, table.rows);
      } else {
        const program = await drive.program(specsOf(table, table.rows));
        await program.steps(sourcesOf(table), inOrder(table.rows), 0, 1, CHUNK_MS);
      }
      table.release();
      done++;
      await drive.after?.(done);
    }
    drive.signal?.throwIfAborted();
    if (this.limit === null) {
      this.batches = done;
      this.iterator = null;
    }
    return done;
  }

  private async next(iterator: Iterator<unknown> | AsyncIterator<unknown>, signal: AbortSignal | undefined) {
    this.waiting = true;
    const result = await unlessAborted(iterator.next(), signal);
    this.waiting = false; // but not where the signal came first
    return result;
  }

  /** Lets the iterable close what it has open. One that still owes a batch does so behind it, which nobody waits for. */
  async close(): Promise<void> {
    const { iterator } = this;
    this.iterator = null;
    const closed = (async () => await iterator?.return?.())();
    if (this.waiting) closed.catch(() => {});
    else await closed;
  }
}

/** What comes, or the signal's reason as soon as it is aborted. */
async function unlessAborted<R>(coming: R | PromiseLike<R>, signal: AbortSignal | undefined): Promise<R> {
  if (!signal) return coming;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => (stop = () => reject(signal.reason as Error)));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([coming, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
