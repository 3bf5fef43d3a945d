import { checkInteger, checkOptions, ShapeError } from '../program/errors.js';
import { Tensor, tensor } from '../program/tensor.js';
import { allocate, bytesPerElement, DTYPES, sizeOf, type Spec } from '../program/types.js';
import type { Program } from '../program/program.js';
import { native } from '../runtime/addon.js';
import { CallbackList, type CallbackLike } from './callbacks/callback.js';
import { CHUNK_MS } from './feed.js';
import type { Model } from './model.js';
import { checkFlag } from '../ops/checks.js';
import { checkSignal } from './options.js';
import { inputsOf } from './prepare.js';
import type { Session } from './session.js';
import { inOrder } from './shuffle.js';
import type { Arrays, Rows } from './slots.js';
import { batchSpec, Store, type Column } from './table.js';

export interface PredictOptions {
  batchSize?: number;
  /** True keeps dropout on; each call then draws other numbers. */
  training?: boolean;
  signal?: AbortSignal;
  /** Of which onPredictBegin and onPredictEnd are called. */
  callbacks?: CallbackLike | readonly CallbackLike[];
}
const OPTIONS: readonly (keyof PredictOptions)[] = ['batchSize', 'training', 'signal', 'callbacks'];

/** Results are read back in pieces of about this size. */
const PIECE_BYTES = 1 << 20;
/** predictSync runs up to so many rows as one program. */
const ONE_PROGRAM_ROWS = 1024;

/** All rows of equal number, or an error. */
function rowsOf(who: string, model: Model, x: readonly Rows[]): number {
  const rows = x[0].shape[0];
  x.forEach((t, i) => {
    if (t.shape[0] !== rows)
      throw new ShapeError(
        `${who}: x '${model.inputSlots[0].name}' has ${rows} samples and '${model.inputSlots[i].name}' has ${t.shape[0]}.`,
      );
  });
  return rows;
}

export async function predict(
  model: Model,
  session: Session,
  given: Arrays,
  options: PredictOptions,
): Promise<Tensor | Tensor[]> {
  checkOptions('predict', options, OPTIONS);
  const batchSize = checkInteger('predict', 'batchSize', options.batchSize ?? model.fixedBatch ?? 32, 1);
  const training = checkFlag('predict', 'training', options.training ?? false);
  checkSignal('predict', options.signal);
  options.signal?.throwIfAborted();
  const x = inputsOf('predict', model, given, false);
  const rows = rowsOf('predict', model, x);
  const params = { epochs: 1, steps: Math.ceil(rows / batchSize), batchSize, verbose: 0 } as const;
  const callbacks = new CallbackList(options.callbacks, model, params);
  await callbacks.call('onPredictBegin', {});
  const store = new Store();
  const columns = await Promise.all(x.map((t, i) => store.column('predict: x', t, model.inputSlots[i].dtype)));
  try {
    return await run();
  } finally {
    store.release();
  }

  async function run() {
    const results = new Results();
    const full = Math.floor(rows / batchSize);
    const make = (batch: number) =>
      session.programs.predict(
        columns.map((c) => batchSpec(c, batch)),
        training,
        session.seed,
      );
    if (full > 0)
      await stretch(await make(batchSize), columns, results, {
        rows,
        from: 0,
        batch: batchSize,
        count: full,
        signal: options.signal,
      });
    const rest = rows - full * batchSize;
    if (rest > 0 || rows === 0)
      await stretch(await make(rest), columns, results, {
        rows,
        from: full * batchSize,
        batch: rest,
        count: 1,
        signal: options.signal,
      });
    await callbacks.call('onPredictEnd', {});
    return results.done();
  }
}

interface Stretch {
  readonly rows: number;
  readonly from: number;
  readonly batch: number;
  readonly count: number;
  readonly signal?: AbortSignal;
}

/** Runs `count` batches and reads their results back. */
async function stretch(
  program: Program,
  columns: readonly Column[],
  results: Results,
  { rows, from, batch, count, signal }: Stretch,
): Promise<void> {
  const sources = columns.map((c) => c.source);
  const order = inOrder(rows);
  const bytes = Math.max(...program.outputSpecs.map((s) => sizeOf(s.shape) * bytesPerElement(s.dtype)), 1);
  const most = Math.max(1, Math.min(count, Math.floor(PIECE_BYTES / bytes)));
  const buffers = program.outputSpecs.map(
    (s) => new (native().Buffer)(DTYPES.indexOf(s.dtype), sizeOf(s.shape) * most),
  );
  results.open(program.outputSpecs, rows);
  for (let done = 0; done < count;) {
    signal?.throwIfAborted();
    const steps = await program.steps(
      sources,
      order,
      from + done * batch,
      Math.min(most, count - done),
      CHUNK_MS,
      buffers,
    );
    results.tensors.forEach((t, k) => {
      const size = sizeOf(program.outputSpecs[k].shape);
      const row = size / (batch || 1);
      const at = (from + done * batch) * row;
      buffers[k].read(0, t.data.subarray(at, at + size * steps));
    });
    done += steps;
  }
  for (const buffer of buffers) buffer.release();
}

/** One tensor per output for all rows, filled piece by piece. */
class Results {
  tensors: Tensor[] = [];

  open(specs: readonly Spec[], rows: number): void {
    if (this.tensors.length > 0) return;
    this.tensors = specs.map(({ shape, dtype }) => {
      const all = [rows, ...shape.slice(1)];
      return new Tensor(allocate(dtype, sizeOf(all)), all, dtype);
    });
  }

  done(): Tensor | Tensor[] {
    return this.tensors.length === 1 ? this.tensors[0] : this.tensors;
  }
}

/** The program of the last call, so that the next one of the same shape starts at once. */
export class SyncPredictor {
  private program: Program | null = null;
  private shape: readonly number[] = [];
  private dtype = '';

  forget(): void {
    this.program = null;
  }

  run(model: Model, session: Session, given: Arrays, options: PredictOptions | undefined): Tensor | Tensor[] {
    if (
      this.program &&
      options === undefined &&
      given instanceof Tensor &&
      given.dtype === this.dtype &&
      same(given.shape, this.shape)
    )
      return this.program.run([given])[0];
    if (options) checkOptions('predictSync', options, ['batchSize', 'training']);
    const training = checkFlag('predictSync', 'training', options?.training ?? false);
    const x = inputsOf('predictSync', model, given, false).map((t, i) => inDType(tensor(t), model.inputSlots[i].dtype));
    const rows = rowsOf('predictSync', model, x);
    const fixed = options?.batchSize ?? model.fixedBatch;
    const batch =
      fixed === null
        ? Math.min(rows, ONE_PROGRAM_ROWS)
        : Math.min(rows, checkInteger('predictSync', 'batchSize', fixed, 1));
    if (batch === rows) {
      const program = session.programs.predictNow(x, training, session.seed);
      if (options === undefined && x.length === 1 && x[0] === given && program.outputSpecs.length === 1) {
        [this.program, this.shape, this.dtype] = [program, x[0].shape, x[0].dtype];
      }
      const results = program.run(x);
      return results.length === 1 ? results[0] : results;
    }
    return inBatches(session, x, rows, batch, training);
  }
}

function inBatches(
  session: Session,
  x: readonly Tensor[],
  rows: number,
  batch: number,
  training: boolean,
): Tensor | Tensor[] {
  const results = new Results();
  for (let from = 0; from < rows; from += batch) {
    const count = Math.min(batch, rows - from);
    const part = x.map((t) => {
      const row = sizeOf(t.shape.slice(1));
      return new Tensor(t.data.subarray(from * row, (from + count) * row), [count, ...t.shape.slice(1)], t.dtype);
    });
    const program = session.programs.predictNow(part, training, session.seed);
    results.open(program.outputSpecs, rows);
    program.run(part).forEach((t, k) => (results.tensors[k].data as Float32Array).set(t.data, (from * t.size) / count));
  }
  return results.done();
}

function inDType(t: Tensor, dtype: Tensor['dtype']): Tensor {
  if (t.dtype === dtype) return t;
  const data = allocate(dtype, t.size);
  data.set(t.data);
  return new Tensor(data, t.shape, dtype);
}

function same(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
