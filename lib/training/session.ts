import { AsyncLocalStorage } from 'node:async_hooks';
import { freshSeed } from '../ops/random.js';
import { StateError } from '../program/errors.js';
import type { Compiled } from './compiled.js';
import { Programs, type Programmable } from './programs.js';

/** What a callback may ask of the model that is being fitted. */
const NESTED = ['evaluate', 'gradientFlow'];

interface Occupation {
  readonly what: string;
}

/** What a model keeps between calls of fit, evaluate and predict: its programs, its seed, and what it is busy with. */
export class Session {
  readonly programs: Programs;
  compiled: Compiled | null = null;
  private ownSeed: number | null = null;
  private occupation: Occupation | null = null;
  // Which occupation a callback was called from: it may look at the model that is being fitted.
  private readonly callers = new AsyncLocalStorage<Occupation>();

  constructor(private readonly model: Programmable) {
    this.programs = new Programs(model);
  }

  /** Of dropout and shuffling, unless fit is given one. */
  get seed(): number {
    return (this.ownSeed ??= freshSeed());
  }

  set seed(seed: number) {
    this.ownSeed = seed;
  }

  require(who: string): Compiled {
    if (!this.compiled)
      throw new StateError(
        `${who}: model '${this.model.name}' must be compiled first; call compile({optimizer, loss}).`,
      );
    return this.compiled;
  }

  /** Runs `body` as the only one; what a callback may do inside a fit is the exception. */
  async alone<R>(what: string, body: () => Promise<R>): Promise<R> {
    const outer = this.occupation;
    if (outer && !(NESTED.includes(what) && this.callers.getStore() === outer)) {
      throw new StateError(`${what}: model '${this.model.name}' is busy with ${outer.what}; await that first.`);
    }
    const own = { what };
    this.occupation = own;
    try {
      return await body();
    } finally {
      if (this.occupation === own) this.occupation = outer;
    }
  }

  /** Runs what belongs to the user. */
  async outside<R>(body: () => Promise<R>): Promise<R> {
    return this.occupation ? this.callers.run(this.occupation, body) : body();
  }
}
