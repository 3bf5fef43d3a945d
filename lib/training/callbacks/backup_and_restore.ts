import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkInteger, checkOptions, ShapeError, show, ValueError } from '../../program/errors.js';
import type { Tensor } from '../../program/tensor.js';
import { sameShape } from '../../program/types.js';
import type { Variable } from '../../program/variable.js';
import { checkFlag } from '../../ops/checks.js';
import { decodeMetadata, decodeTensors, writeTensors } from '../weights_file.js';
import { Callback } from './callback.js';

export interface BackupAndRestoreOptions {
  /** The folder of the backup; of one training at a time. */
  backupDir: string;
  /** 'epoch', or a number of batches; default 'epoch'. */
  saveFreq?: 'epoch' | number;
  /** Whether a training that came to its end deletes the backup; default true. */
  deleteCheckpoint?: boolean;
}

/** What a backup says beside its tensors. */
interface Note {
  /** Where to go on. */
  readonly epoch: number;
  readonly batch: number;
  readonly seed: number;
  /** Null where a schedule gives it. */
  readonly learningRate: number | null;
  /** Places of the weights that the optimizer follows, in its order. */
  readonly followed: readonly number[];
}
const KEY = 'seqnn backup';
const FILE = 'backup.safetensors';

/**
 * Lets a training that was cut off go on: the same call of fit, in a new process perhaps, takes up the weights, the
 * optimizer's state, the learning rate and the random numbers of the last backup, and ends with the bits that it would
 * have ended with. Give it last, so that it sees what the other callbacks set. What those remember, and the states of
 * stateful layers, are not part of a backup.
 */
export class BackupAndRestore extends Callback {
  private readonly path: string;
  private readonly folder: string;
  private readonly every: number | null;
  private readonly deletes: boolean;
  private epoch = 0;
  private seen = 0;
  private due = false;

  constructor(options: BackupAndRestoreOptions) {
    super();
    const who = 'backupAndRestore';
    checkOptions(who, options ?? {}, ['backupDir', 'saveFreq', 'deleteCheckpoint']);
    if (typeof options?.backupDir !== 'string' || options.backupDir === '')
      throw new ValueError(`${who}: backupDir must be a folder, got ${show(options?.backupDir)}.`);
    const { saveFreq = 'epoch' } = options;
    this.every = saveFreq === 'epoch' ? null : checkInteger(who, "saveFreq (where not 'epoch')", saveFreq, 1);
    this.folder = options.backupDir;
    this.path = join(options.backupDir, FILE);
    this.deletes = checkFlag(who, 'deleteCheckpoint', options.deleteCheckpoint ?? true);
    if (this.every !== null) this.onTrainBatchEnd = (batch) => this.afterBatch(batch);
  }

  override async onTrainBegin(): Promise<void> {
    this.seen = 0;
    let bytes;
    try {
      bytes = await readFile(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    const note = JSON.parse(decodeMetadata(this.path, bytes)[KEY] ?? 'null') as Note | null;
    if (!note) throw new ValueError(`backupAndRestore: ${this.path} is not a backup.`);
    this.restore(note, [...decodeTensors(this.path, bytes).values()]);
  }

  private restore(note: Note, values: readonly Tensor[]): void {
    const { model } = this;
    const { optimizer, weights } = model;
    optimizer.build(note.followed.map((i) => weights[i] ?? weights[0]));
    const variables = this.variables();
    const fits = (v: Variable, i: number) => values[i] !== undefined && sameShape(v.shape, values[i].shape);
    if (values.length !== variables.length || !variables.every(fits))
      throw new ShapeError(`backupAndRestore: ${this.path} is of another model or optimizer than '${model.name}'.`);
    variables.forEach((v, i) => v.assign(values[i]));
    if (note.learningRate !== null) optimizer.learningRate = note.learningRate;
    model.seed = note.seed;
    this.params.resume = { epoch: note.epoch, batch: note.batch };
  }

  override onEpochBegin(epoch: number): void {
    this.epoch = epoch;
  }

  override async onEpochEnd(epoch: number): Promise<void> {
    if (this.every === null || this.due) await this.save(epoch + 1, 0);
    this.due = false;
  }

  private async afterBatch(batch: number): Promise<void> {
    if (++this.seen % (this.every as number) !== 0) return;
    // At the end of the epoch other callbacks still have their say.
    if (batch + 1 === this.params.steps) this.due = true;
    else await this.save(this.epoch, batch + 1);
  }

  override async onTrainEnd(): Promise<void> {
    if (this.deletes) await rm(this.path, { force: true });
  }

  private variables(): readonly Variable[] {
    return [...this.model.weights, ...this.model.optimizer.variables];
  }

  private async save(epoch: number, batch: number): Promise<void> {
    const { optimizer, weights, seed } = this.model;
    const learningRate = optimizer.schedule ? null : optimizer.learningRate;
    const followed = optimizer.followed.map((v) => weights.indexOf(v));
    const note: Note = { epoch, batch, seed, learningRate, followed };
    await mkdir(this.folder, { recursive: true });
    const tensors = new Map(this.variables().map((v, i) => [`${i}:${v.name}`, v.value()]));
    await writeTensors(this.path, tensors, { [KEY]: JSON.stringify(note) });
  }
}
