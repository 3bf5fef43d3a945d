import { show, suggestion, ValueError } from '../../program/errors.js';
import type { Logs } from '../compiled.js';
import type { FitParams } from '../history.js';
import type { Model } from '../model.js';

type Answer = void | Promise<void>;

/** What a callback can listen to; each may be async. `logs` holds the figures so far, by name. */
export interface Hooks {
  onTrainBegin?(logs: Logs): Answer;
  onTrainEnd?(logs: Logs): Answer;
  onEpochBegin?(epoch: number, logs: Logs): Answer;
  onEpochEnd?(epoch: number, logs: Logs): Answer;
  /** Listening to single batches makes training report after each of them, which small models feel. */
  onTrainBatchBegin?(batch: number, logs: Logs): Answer;
  onTrainBatchEnd?(batch: number, logs: Logs): Answer;
  /** onTrainBatchBegin and onTrainBatchEnd under their older names. */
  onBatchBegin?(batch: number, logs: Logs): Answer;
  onBatchEnd?(batch: number, logs: Logs): Answer;
  /** Every few hundredths of a second while an epoch runs, after `done` of its batches. */
  onProgress?(done: number, readLogs: () => Logs): Answer;
  onTestBegin?(logs: Logs): Answer;
  onTestEnd?(logs: Logs): Answer;
  onPredictBegin?(logs: Logs): Answer;
  onPredictEnd?(logs: Logs): Answer;
}

/** Base of callbacks as classes: the model that is trained and what fit was asked for. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export interface Callback extends Hooks {}
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export class Callback {
  protected model!: Model;
  protected params!: FitParams;

  setModel(model: Model): void {
    this.model = model;
  }

  setParams(params: FitParams): void {
    this.params = params;
  }
}

/** A callback object, or hooks as plain functions. */
export type CallbackLike = Callback | Hooks;

// As an object, so that the compiler sees to it that none is missing.
const HOOKS = Object.keys({
  onTrainBegin: true,
  onTrainEnd: true,
  onEpochBegin: true,
  onEpochEnd: true,
  onTrainBatchBegin: true,
  onTrainBatchEnd: true,
  onBatchBegin: true,
  onBatchEnd: true,
  onProgress: true,
  onTestBegin: true,
  onTestEnd: true,
  onPredictBegin: true,
  onPredictEnd: true,
} satisfies Record<keyof Hooks, true>);

function check(callback: unknown): CallbackLike {
  if (typeof callback !== 'object' || callback === null)
    throw new ValueError(`callbacks: expected callbacks or objects of hooks, got ${show(callback)}.`);
  if (callback instanceof Callback) return callback;
  for (const [name, hook] of Object.entries(callback)) {
    const known = HOOKS.includes(name);
    if (typeof hook === 'function' && !known)
      throw new ValueError(`callbacks: unknown hook '${name}'.${suggestion(name, HOOKS)}`);
    if (known && hook != null && typeof hook !== 'function')
      throw new ValueError(`callbacks: ${name} must be a function, got ${show(hook)}.`);
  }
  return callback;
}

/** All callbacks of one run. */
export class CallbackList {
  private readonly list: readonly CallbackLike[];

  constructor(given: CallbackLike | readonly CallbackLike[] | undefined, model: Model, params: FitParams) {
    this.list = [given ?? []].flat().map(check);
    for (const callback of this.list) {
      if (!(callback instanceof Callback)) continue;
      callback.setModel(model);
      callback.setParams(params);
    }
  }

  /** Whether somebody listens to one of these. */
  listens(...hooks: (keyof Hooks)[]): boolean {
    return this.list.some((c) => hooks.some((h) => typeof c[h] === 'function'));
  }

  /** Calls a hook of all callbacks, one after the other. */
  async call<H extends keyof Hooks>(hook: H, ...args: Parameters<NonNullable<Hooks[H]>>): Promise<void> {
    for (const callback of this.list) {
      const fn = callback[hook] as ((...a: unknown[]) => Answer) | undefined;
      if (fn) await fn.apply(callback, args);
    }
  }
}
