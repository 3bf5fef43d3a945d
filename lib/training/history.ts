import type { Logs } from './compiled.js';

/** What `fit` returns: the figures of every epoch, by name. */
export class History {
  readonly history: Record<string, number[]> = {};
  /** Numbers of the epochs that were run, from 0. */
  readonly epoch: number[] = [];
  /** Those of them that were validated: the places of the `val_` figures. */
  readonly validated: number[] = [];

  /** @param params What fit was asked for. */
  constructor(readonly params: FitParams) {}

  add(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    if (validates(this.params, epoch)) this.validated.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
  }
}

export interface FitParams {
  readonly epochs: number;
  /** Batches per epoch; null until the first epoch over an iterable is over. */
  steps: number | null;
  readonly batchSize: number;
  readonly verbose: 0 | 1 | 2;
  /** Validated is after every so many epochs, or after those of the list, counted from 1; without it, never. */
  readonly validationFreq?: number | readonly number[];
  /** Set in onTrainBegin, it is where the training goes on instead of at initialEpoch. */
  resume?: { readonly epoch: number; /** Batches of that epoch that are done. */ readonly batch: number };
}

/** Whether an epoch, counted from 0, ends with a validation. */
export function validates({ validationFreq }: FitParams, epoch: number): boolean {
  if (validationFreq === undefined) return false;
  return typeof validationFreq === 'number' ? (epoch + 1) % validationFreq === 0 : validationFreq.includes(epoch + 1);
}
