import { checkOptions } from '../program/errors.js';
import type { RunState } from './compiled.js';
import type { BatchOptions, Model } from './model.js';
import { tableOf } from './prepare.js';
import type { Session } from './session.js';
import { inOrder } from './shuffle.js';
import type { Arrays } from './slots.js';
import { sourcesOf, specsOf, type BatchSpecs } from './table.js';
import type { Program } from '../program/program.js';

/** trainOnBatch: one step. */
export async function trainOnBatch(
  model: Model,
  session: Session,
  x: Arrays,
  y: Arrays,
  options: BatchOptions,
): Promise<unknown> {
  const compiled = session.require('trainOnBatch');
  return run('trainOnBatch', model, session, x, y, options, compiled.training, (specs) =>
    session.programs.train(specs, compiled, session.seed),
  );
}

/** testOnBatch: the figures without a step. */
export async function testOnBatch(
  model: Model,
  session: Session,
  x: Arrays,
  y: Arrays,
  options: BatchOptions,
): Promise<unknown> {
  const compiled = session.require('testOnBatch');
  return run('testOnBatch', model, session, x, y, options, compiled.evaluation, (specs) =>
    session.programs.evaluate(specs, compiled, session.seed),
  );
}

async function run(
  who: string,
  model: Model,
  session: Session,
  x: Arrays,
  y: Arrays,
  options: BatchOptions,
  state: RunState,
  make: (specs: BatchSpecs) => Promise<Program>,
): Promise<unknown> {
  checkOptions(who, options, ['sampleWeight', 'classWeight', 'returnDict']);
  const compiled = session.require(who);
  return session.alone(who, async () => {
    const { sampleWeight, classWeight } = options;
    const table = await tableOf(who, model, { x, y, sampleWeight, classWeight }, who === 'trainOnBatch');
    const program = await make(specsOf(table, table.rows));
    compiled.reset(state);
    await program.steps(sourcesOf(table), inOrder(table.rows), 0, 1, 0);
    table.release();
    const logs = compiled.logs(state);
    if (options.returnDict) return logs;
    const values = Object.values(logs);
    return values.length === 1 ? values[0] : values;
  });
}
