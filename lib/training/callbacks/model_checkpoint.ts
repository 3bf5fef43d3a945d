import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { checkInteger, checkOptions, show, ValueError } from '../../program/errors.js';
import type { Logs } from '../compiled.js';
import { Callback } from './callback.js';
import { Monitor, MONITOR_OPTIONS, type MonitorOptions } from './monitor.js';

export interface ModelCheckpointOptions extends MonitorOptions {
  /**
   * Where to; `{epoch}` (from 1), `{batch}` and names of figures in braces are filled in, with Python's formats for
   * width and decimals if wanted: `weights.{epoch:02d}-{val_loss:.2f}.safetensors`.
   */
  filepath: string;
  /** Only when the figure got better. */
  saveBestOnly?: boolean;
  /** Only the weights, which is the default; else the whole model, for loadModel. */
  saveWeightsOnly?: boolean;
  /** 'epoch', or a number of batches, over all epochs; then the figures are those of the epoch so far. Default 'epoch'. */
  saveFreq?: 'epoch' | number;
  /** What a first epoch must beat. */
  initialValueThreshold?: number | null;
  verbose?: 0 | 1;
}

/** Writes the weights to a file at the end of every epoch, or every so many batches. */
export class ModelCheckpoint extends Callback {
  private readonly monitor: Monitor;
  private readonly every: number | null;
  private epoch = 0;
  private batches = 0;

  constructor(private readonly options: ModelCheckpointOptions) {
    super();
    checkOptions('modelCheckpoint', options ?? {}, [
      ...MONITOR_OPTIONS,
      'filepath',
      'saveBestOnly',
      'saveWeightsOnly',
      'saveFreq',
      'initialValueThreshold',
      'verbose',
    ]);
    if (typeof options?.filepath !== 'string' || options.filepath === '')
      throw new ValueError(`modelCheckpoint: filepath must be a path, got ${show(options?.filepath)}.`);
    this.monitor = new Monitor('modelCheckpoint', options);
    if (options.initialValueThreshold != null) this.monitor.reset(options.initialValueThreshold);
    const { saveFreq = 'epoch' } = options;
    const who = "saveFreq (where not 'epoch')";
    this.every = saveFreq === 'epoch' ? null : checkInteger('modelCheckpoint', who, saveFreq, 1);
    if (this.every !== null) this.onTrainBatchEnd = (batch, logs) => this.afterBatch(batch, logs);
  }

  get best(): number {
    return this.monitor.best;
  }

  override onTrainBegin(): void {
    this.batches = 0;
  }

  override onEpochBegin(epoch: number): void {
    this.epoch = epoch;
  }

  private async afterBatch(batch: number, logs: Logs): Promise<void> {
    if (++this.batches % (this.every as number) === 0) await this.save(logs, batch);
  }

  override async onEpochEnd(_epoch: number, logs: Logs): Promise<void> {
    if (this.every === null) await this.save(logs);
  }

  private async save(logs: Logs, batch?: number): Promise<void> {
    if (this.options.saveBestOnly) {
      const value = this.monitor.read(logs, this.params, this.epoch);
      if (value === null || !this.monitor.better(value)) return;
      this.monitor.best = value;
    }
    const path = this.pathFor({ epoch: this.epoch + 1, ...(batch === undefined ? {} : { batch: batch + 1 }), ...logs });
    await mkdir(dirname(path), { recursive: true });
    if (this.options.saveWeightsOnly ?? true) await this.model.saveWeights(path);
    else await this.model.save(path);
    if (this.options.verbose) console.log(`Epoch ${this.epoch + 1}: saved ${path}`);
  }

  private pathFor(values: Logs): string {
    return this.options.filepath.replace(
      /\{(\w+)(?::0?(\d*)(?:d|\.(\d+)f))?\}/g,
      (_, name: string, width = '', decimals) => {
        const value = values[name];
        if (value === undefined)
          throw new ValueError(
            `modelCheckpoint: there is no figure '${name}' for the file name; there are ${Object.keys(values).join(', ')}.`,
          );
        const whole = name === 'epoch' || name === 'batch';
        const text = whole && decimals === undefined ? String(value) : value.toFixed(Number(decimals ?? 4));
        return text.padStart(Number(width), '0');
      },
    );
  }
}
