import { setImmediate } from 'node:timers/promises';
import { checkInteger, checkOptions, show, ValueError } from '../program/errors.js';
import { checkSeed } from '../ops/random.js';
import { CallbackList, type CallbackLike } from './callbacks/callback.js';
import type { Logs } from './compiled.js';
import { runEvaluation } from './evaluate.js';
import { isIterable, StreamFeed, TableFeed, type BatchIterable, type Drive, type Feed } from './feed.js';
import { History, validates, type FitParams } from './history.js';
import type { Model } from './model.js';
import { checkFlag } from '../ops/checks.js';
import { checkSignal, checkVerbose, type Verbose } from './options.js';
import { tableOf, type ClassWeight, type SampleWeight } from './prepare.js';
import { progressBar } from './progress.js';
import type { Session } from './session.js';
import { inOrder } from './shuffle.js';
import type { Arrays } from './slots.js';
import { checkStepAligned } from './step_aligned.js';
import { ChunkWalk } from './tbptt.js';

export interface FitOptions {
  epochs?: number;
  batchSize?: number;
  /** [x, y], [x, y, sampleWeight], {xs, ys} or an iterable of batches. */
  validationData?:
    readonly [Arrays, Arrays] | readonly [Arrays, Arrays, SampleWeight] | { xs: Arrays; ys: Arrays } | BatchIterable;
  /** The last part of the rows, which is not trained on. */
  validationSplit?: number;
  validationBatchSize?: number;
  validationSteps?: number;
  /**
   * Validates after every so many epochs, or after those of a list, counted from 1; default 1. The `val_` figures of the
   * others are missing.
   */
  validationFreq?: number | readonly number[];
  /** Whether every epoch has an order of its own; default true. */
  shuffle?: boolean;
  callbacks?: CallbackLike | readonly CallbackLike[];
  classWeight?: ClassWeight;
  sampleWeight?: SampleWeight;
  /** Number of the first epoch, to go on with a training. */
  initialEpoch?: number;
  stepsPerEpoch?: number;
  verbose?: Verbose;
  /**
   * Truncated backpropagation through time (Williams & Peng 1990): each batch [B, T, ...] is walked in chunks of so many
   * steps. The states of the recurrent layers go on from chunk to chunk, the gradient does not, and every chunk ends with
   * an update of the weights. Memory does not depend on T. All layers must give one output per step.
   */
  tbptt?: number;
  /** Ends the training; the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Same seed, same order and dropout, bit for bit. */
  seed?: number;
}
const OPTIONS: readonly (keyof FitOptions)[] = [
  'epochs',
  'batchSize',
  'validationData',
  'validationSplit',
  'validationBatchSize',
  'validationSteps',
  'validationFreq',
  'shuffle',
  'callbacks',
  'classWeight',
  'sampleWeight',
  'initialEpoch',
  'stepsPerEpoch',
  'verbose',
  'tbptt',
  'signal',
  'seed',
];

interface Feeds {
  readonly train: Feed;
  readonly validation: Feed | null;
}

interface Plan extends FitParams {
  readonly initialEpoch: number;
  readonly shuffle: boolean;
  readonly validationBatchSize: number;
  readonly validationSteps: number | null;
  readonly tbptt: number | null;
}

function planOf(model: Model, session: Session, options: FitOptions): Plan {
  const who = 'fit';
  checkOptions(who, options, OPTIONS);
  const integer = (name: keyof FitOptions, fallback: number, low: number) =>
    checkInteger(who, name, options[name] ?? fallback, low);
  const epochs = integer('epochs', 1, 0);
  const batchSize = integer('batchSize', model.fixedBatch ?? 32, 1);
  checkSignal(who, options.signal);
  const split = options.validationSplit;
  if (split !== undefined && (typeof split !== 'number' || !(split >= 0 && split < 1)))
    throw new ValueError(`fit: validationSplit must be a number from 0 to below 1, got ${show(split)}.`);
  if (options.seed !== undefined) session.seed = checkSeed(who, options.seed);
  return {
    epochs,
    batchSize,
    initialEpoch: integer('initialEpoch', 0, 0),
    validationBatchSize: integer('validationBatchSize', batchSize, 1),
    validationSteps: options.validationSteps === undefined ? null : integer('validationSteps', 1, 1),
    validationFreq: validationFreqOf(who, options.validationFreq ?? 1),
    shuffle: checkFlag(who, 'shuffle', options.shuffle ?? true),
    verbose: checkVerbose(who, options.verbose, 1),
    tbptt: options.tbptt === undefined ? null : integer('tbptt', 1, 1),
    steps: options.stepsPerEpoch === undefined ? null : integer('stepsPerEpoch', 1, 1),
  };
}

function validationFreqOf(who: string, freq: number | readonly number[]): number | readonly number[] {
  const name = 'validationFreq';
  if (!Array.isArray(freq)) return checkInteger(who, name, freq, 1);
  return freq.map((epoch, i) => checkInteger(who, `${name}[${i}]`, epoch, 1));
}

export async function fit(
  model: Model,
  session: Session,
  x: Arrays | BatchIterable,
  y: Arrays | null,
  options: FitOptions,
): Promise<History> {
  const compiled = session.require('fit');
  const plan = planOf(model, session, options);
  options.signal?.throwIfAborted();
  return session.alone('fit', async () => {
    if (plan.tbptt !== null) checkStepAligned(model.layers);
    const feeds = await feedsOf(model, x, y, options, plan);
    try {
      return await run(feeds);
    } finally {
      await feeds.train.close();
      await feeds.validation?.close();
    }
  });

  async function run({ train, validation }: Feeds): Promise<History> {
    const chunks = plan.tbptt === null ? null : new ChunkWalk(model, session, compiled, plan.tbptt, options.signal);
    await setImmediate();
    const params: FitParams = {
      epochs: plan.epochs,
      steps: train.batches,
      batchSize: plan.batchSize,
      verbose: plan.verbose,
      validationFreq: validation ? plan.validationFreq : undefined,
    };
    const history = new History(params);
    const callbacks = new CallbackList(options.callbacks, model, params);
    const bar = progressBar(plan.verbose);
    const user = (call: () => Promise<void>) => session.outside(call);
    const readLogs = () => compiled.logs(compiled.training);
    const single = callbacks.listens('onTrainBatchBegin', 'onTrainBatchEnd', 'onBatchBegin', 'onBatchEnd');
    const drive: Drive = {
      // Read when it is used: a callback may have brought it back from a backup.
      get seed() {
        return session.seed;
      },
      program: (specs) => session.programs.train(specs, compiled, session.seed),
      walk: chunks ? (...batch) => chunks.batch(...batch) : undefined,
      single,
      signal: options.signal,
      stopped: () => model.stopTraining,
      before: (batch) =>
        user(async () => {
          await callbacks.call('onTrainBatchBegin', batch, {});
          await callbacks.call('onBatchBegin', batch, {});
        }),
      after: async (done) => {
        bar?.update(done, readLogs);
        if (single) {
          const logs = readLogs();
          await user(async () => {
            await callbacks.call('onTrainBatchEnd', done - 1, logs);
            await callbacks.call('onBatchEnd', done - 1, logs);
          });
        }
        if (callbacks.listens('onProgress')) await user(() => callbacks.call('onProgress', done, readLogs));
      },
    };
    model.stopTraining = false;
    await user(() => callbacks.call('onTrainBegin', {}));
    let logs: Logs = {};
    const start = params.resume ?? { epoch: plan.initialEpoch, batch: 0 };
    for (let { epoch } = start; epoch < plan.epochs && !model.stopTraining; epoch++) {
      compiled.reset(compiled.training);
      await user(() => callbacks.call('onEpochBegin', epoch, {}));
      bar?.begin(train.batches, { epoch, epochs: plan.epochs });
      const batches = await train.run(epoch, drive, epoch === start.epoch ? start.batch : 0);
      params.steps = batches;
      logs = readLogs();
      if (validation && validates(params, epoch)) {
        await user(() => callbacks.call('onTestBegin', {}));
        const figures = await runEvaluation(session, validation, options.signal);
        await user(() => callbacks.call('onTestEnd', figures));
        for (const [name, value] of Object.entries(figures)) logs[`val_${name}`] = value;
      }
      await user(() => callbacks.call('onEpochEnd', epoch, logs));
      bar?.end(logs, batches);
      history.add(epoch, logs);
    }
    compiled.optimizer.finalizeVariableValues(model.trainableWeights);
    await user(() => callbacks.call('onTrainEnd', logs));
    return history;
  }
}

async function feedsOf(
  model: Model,
  x: Arrays | BatchIterable,
  y: Arrays | null,
  options: FitOptions,
  plan: Plan,
): Promise<Feeds> {
  const { classWeight, sampleWeight, validationSplit } = options;
  if (isIterable(x)) {
    for (const name of ['validationSplit', 'sampleWeight', 'batchSize'] as const) {
      if (options[name] !== undefined)
        throw new ValueError(`fit: ${name} cannot be given with an iterable of batches.`);
    }
    if (y != null) throw new ValueError('fit: y is part of the batches when x is an iterable of batches.');
    return {
      train: new StreamFeed('fit', model, x, plan.steps, { classWeight }),
      validation: await validationOf(model, options, plan),
    };
  }
  const table = await tableOf('fit', model, { x, y, sampleWeight, classWeight }, true);
  if (options.batchSize !== undefined && plan.batchSize > table.rows)
    throw new ValueError(`fit: batchSize ${plan.batchSize} is larger than the data, ${table.rows} samples.`);
  const limit = plan.steps ?? Infinity;
  if (!validationSplit)
    return {
      train: new TableFeed(table, inOrder(table.rows), plan.batchSize, plan.shuffle, limit),
      validation: await validationOf(model, options, plan),
    };
  if (options.validationData !== undefined)
    throw new ValueError('fit: give validationData or validationSplit, not both.');
  const kept = Math.floor(table.rows * (1 - validationSplit));
  if (kept === 0 || kept === table.rows)
    throw new ValueError(
      `fit: validationSplit ${validationSplit} leaves ${kept} of ${table.rows} samples to train on and ${table.rows - kept} to validate on.`,
    );
  return {
    train: new TableFeed(table, inOrder(kept), plan.batchSize, plan.shuffle, limit),
    validation: new TableFeed(
      table,
      inOrder(table.rows - kept, kept),
      plan.validationBatchSize,
      false,
      plan.validationSteps ?? Infinity,
    ),
  };
}

async function validationOf(
  model: Model,
  { validationData: data }: FitOptions,
  { validationBatchSize, validationSteps }: Plan,
): Promise<Feed | null> {
  if (data === undefined || data === null) return null;
  const who = 'fit: validationData';
  if (isIterable(data)) return new StreamFeed(who, model, data, validationSteps);
  let given;
  if (Array.isArray(data) && (data.length === 2 || data.length === 3))
    given = { x: data[0], y: data[1], sampleWeight: data[2] };
  else if (typeof data === 'object' && 'xs' in data) given = { x: data.xs, y: data.ys };
  else
    throw new ValueError(`${who}: expected [x, y], [x, y, sampleWeight] or an iterable of batches, got ${show(data)}.`);
  const table = await tableOf(who, model, given, true);
  return new TableFeed(table, inOrder(table.rows), validationBatchSize, false, validationSteps ?? Infinity);
}
