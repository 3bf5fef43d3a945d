import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { checkOptions, show, ValueError } from '../../program/errors.js';
import type { Logs } from '../compiled.js';
import { Callback } from './callback.js';
import { Monitor, MONITOR_OPTIONS, type MonitorOptions } from './monitor.js';

export interface ModelCheckpointOptions extends MonitorOptions {
  /** Where to; `{epoch}` and names of figures in braces are filled in: `weights.{epoch}-{val_loss}.safetensors`. */
  filepath: string;
  /** Only when the figure got better. */
  saveBestOnly?: boolean;
  /** Only the weights, which is the default; else the whole model, for loadModel. */
  saveWeightsOnly?: boolean;
  /** What a first epoch must beat. */
  initialValueThreshold?: number | null;
  verbose?: 0 | 1;
}

/** Writes the weights to a file at the end of every epoch. */
export class ModelCheckpoint extends Callback {
  private readonly monitor: Monitor;

  constructor(private readonly options: ModelCheckpointOptions) {
    super();
    checkOptions('modelCheckpoint', options ?? {}, [
      ...MONITOR_OPTIONS,
      'filepath',
      'saveBestOnly',
      'saveWeightsOnly',
      'initialValueThreshold',
      'verbose',
    ]);
    if (typeof options?.filepath !== 'string' || options.filepath === '')
      throw new ValueError(`modelCheckpoint: filepath must be a path, got ${show(options?.filepath)}.`);
    this.monitor = new Monitor('modelCheckpoint', options);
    if (options.initialValueThreshold != null) this.monitor.reset(options.initialValueThreshold);
  }

  get best(): number {
    return this.monitor.best;
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (this.options.saveBestOnly) {
      const value = this.monitor.read(logs);
      if (!this.monitor.better(value)) return;
      this.monitor.best = value;
    }
    const path = this.pathFor(epoch, logs);
    await mkdir(dirname(path), { recursive: true });
    if (this.options.saveWeightsOnly ?? true) await this.model.saveWeights(path);
    else await this.model.save(path);
    if (this.options.verbose) console.log(`Epoch ${epoch + 1}: saved ${path}`);
  }

  private pathFor(epoch: number, logs: Logs): string {
    return this.options.filepath.replace(/\{(\w+)\}/g, (_, name: string) => {
      if (name === 'epoch') return String(epoch + 1);
      if (logs[name] === undefined)
        throw new ValueError(
          `modelCheckpoint: there is no figure '${name}' for the file name; there are epoch, ${Object.keys(logs).join(', ')}.`,
        );
      return logs[name].toFixed(4);
    });
  }
}
