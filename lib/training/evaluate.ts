import { checkInteger, checkOptions, ValueError } from '../program/errors.js';
import type { CallbackLike } from './callbacks/callback.js';
import { CallbackList } from './callbacks/callback.js';
import type { Logs } from './compiled.js';
import { isIterable, StreamFeed, TableFeed, type BatchIterable, type Feed } from './feed.js';
import type { Model } from './model.js';
import { tableOf, type SampleWeight } from './prepare.js';
import { progressBar } from './progress.js';
import type { Session } from './session.js';
import { inOrder } from './shuffle.js';
import type { Arrays } from './slots.js';
import { checkSignal, checkVerbose, type Verbose } from './options.js';

export interface EvaluateOptions {
  batchSize?: number;
  sampleWeight?: SampleWeight;
  /** Batches to evaluate at most. */
  steps?: number;
  verbose?: Verbose;
  callbacks?: CallbackLike | readonly CallbackLike[];
  /** The figures by name instead of a list. */
  returnDict?: boolean;
  signal?: AbortSignal;
}
const OPTIONS: readonly (keyof EvaluateOptions)[] = [
  'batchSize',
  'sampleWeight',
  'steps',
  'verbose',
  'callbacks',
  'returnDict',
  'signal',
];

/** The figures over one run of a feed. */
export async function runEvaluation(
  session: Session,
  feed: Feed,
  signal: AbortSignal | undefined,
  after?: (done: number) => Promise<void>,
): Promise<Logs> {
  const compiled = session.require('evaluate');
  compiled.reset(compiled.evaluation);
  await feed.run(0, {
    program: (specs) => session.programs.evaluate(specs, compiled, session.seed),
    single: false,
    after,
    signal,
  });
  return compiled.logs(compiled.evaluation);
}

export async function evaluate(
  model: Model,
  session: Session,
  x: Arrays | BatchIterable,
  y: Arrays | null,
  options: EvaluateOptions,
): Promise<number | number[] | Logs> {
  checkOptions('evaluate', options, OPTIONS);
  const compiled = session.require('evaluate');
  const batchSize = checkInteger('evaluate', 'batchSize', options.batchSize ?? model.fixedBatch ?? 32, 1);
  const steps = options.steps === undefined ? null : checkInteger('evaluate', 'steps', options.steps, 1);
  const verbose = checkVerbose('evaluate', options.verbose, 0);
  checkSignal('evaluate', options.signal);
  return session.alone('evaluate', async () => {
    const feed = await feedOf();
    try {
      return await run(feed);
    } finally {
      await feed.close();
    }
  });

  async function run(feed: Feed): Promise<number | number[] | Logs> {
    const callbacks = new CallbackList(options.callbacks, model, {
      epochs: 1,
      steps: feed.batches,
      batchSize,
      verbose,
    });
    await callbacks.call('onTestBegin', {});
    const bar = progressBar(verbose);
    bar?.begin(feed.batches);
    const logs = await runEvaluation(session, feed, options.signal, async (done) =>
      bar?.update(done, () => compiled.logs(compiled.evaluation)),
    );
    bar?.end(logs, feed.batches);
    await callbacks.call('onTestEnd', logs);
    if (options.returnDict) return logs;
    const values = Object.values(logs);
    return values.length === 1 ? values[0] : values;
  }

  async function feedOf(): Promise<Feed> {
    if (isIterable(x)) {
      if (y != null) throw new ValueError('evaluate: y is part of the batches when x is an iterable of batches.');
      return new StreamFeed('evaluate', model, x, steps);
    }
    const table = await tableOf('evaluate', model, { x, y, sampleWeight: options.sampleWeight });
    return new TableFeed(table, inOrder(table.rows), batchSize, false, steps ?? Infinity);
  }
}
