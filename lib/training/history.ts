import type { Logs } from './compiled.js';

/** What `fit` returns: the figures of every epoch, by name. */
export class History {
  readonly history: Record<string, number[]> = {};
  /** Numbers of the epochs that were run, from 0. */
  readonly epoch: number[] = [];

  /** @param params What fit was asked for. */
  constructor(readonly params: FitParams) {}

  add(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
  }
}

export interface FitParams {
  readonly epochs: number;
  /** Batches per epoch; null until the first epoch over an iterable is over. */
  steps: number | null;
  readonly batchSize: number;
  readonly verbose: 0 | 1 | 2;
  /** Set in onTrainBegin, it is where the training goes on instead of at initialEpoch. */
  resume?: { readonly epoch: number; /** Batches of that epoch that are done. */ readonly batch: number };
}
