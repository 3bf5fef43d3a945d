import { join } from 'node:path';
import { checkInteger, checkOptions, show, ValueError } from '../../program/errors.js';
import type { Logs } from '../compiled.js';
import { namedWeights } from '../gradient_names.js';
import { checkFlag } from '../../ops/checks.js';
import type { Arrays } from '../slots.js';
import { Callback } from './callback.js';
import { EventFile } from './event_file.js';

export interface TensorBoardOptions {
  /** Where the folders `train` and `validation` are made; default 'logs'. */
  logDir?: string;
  /** Histograms of all weights every so many epochs; default 0: none. */
  histogramFreq?: number;
  /** A batch [x, y] of which the gradients' histograms and norms are written with those of the weights. */
  gradientData?: readonly [x: Arrays, y: Arrays] | null;
  /** When the figures of the training are written: 'epoch', 'batch' or every so many batches; default 'epoch'. */
  updateFreq?: 'epoch' | 'batch' | number;
  /** Also batches per second, per epoch; default false. */
  writeStepsPerSecond?: boolean;
}

/** Batches between two writes to the disk. */
const FLUSH = 100;

/**
 * Writes event files for TensorBoard: `epoch_loss`, a line per metric and `epoch_learning_rate` in `train`, the same of
 * the validation data in `validation`, histograms `layer/weight/histogram` and `layer/weight/gradient`, and gradient
 * norms `gradient_norm/layer`. Steps are epochs; `batch_loss` and the like count batches.
 */
export class TensorBoard extends Callback {
  private readonly train: EventFile;
  private readonly validation: EventFile;
  private readonly histogramFreq: number;
  private readonly gradientData: readonly [Arrays, Arrays] | null;
  private readonly writeStepsPerSecond: boolean;
  private batches = 0;
  private began = 0;

  constructor(options: TensorBoardOptions = {}) {
    super();
    const who = 'tensorBoard';
    const { logDir = 'logs', histogramFreq = 0, gradientData = null, updateFreq = 'epoch' } = options;
    checkOptions(who, options, ['logDir', 'histogramFreq', 'gradientData', 'updateFreq', 'writeStepsPerSecond']);
    if (typeof logDir !== 'string' || logDir === '')
      throw new ValueError(`${who}: logDir must be a folder, got ${show(logDir)}.`);
    this.histogramFreq = checkInteger(who, 'histogramFreq', histogramFreq, 0);
    if (gradientData !== null && !(Array.isArray(gradientData) && gradientData.length === 2))
      throw new ValueError(`${who}: gradientData must be [x, y], got ${show(gradientData)}.`);
    this.gradientData = gradientData as [Arrays, Arrays] | null;
    this.writeStepsPerSecond = checkFlag(who, 'writeStepsPerSecond', options.writeStepsPerSecond ?? false);
    this.train = new EventFile(join(logDir, 'train'));
    this.validation = new EventFile(join(logDir, 'validation'));
    if (updateFreq === 'epoch') return;
    const every = updateFreq === 'batch' ? 1 : checkInteger(who, 'updateFreq (where not a word)', updateFreq, 1);
    this.onTrainBatchEnd = (_, logs) => this.afterBatch(logs, every);
  }

  override onEpochBegin(): void {
    this.began = performance.now();
  }

  private async afterBatch(logs: Logs, every: number): Promise<void> {
    const step = this.batches++;
    if (step % every !== 0) return;
    for (const [name, value] of Object.entries(logs)) this.train.scalar(`batch_${name}`, value, step);
    if (step % FLUSH === 0) await this.train.flush();
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    for (const [name, value] of Object.entries(logs)) {
      if (name === 'learningRate') continue;
      if (name.startsWith('val_')) this.validation.scalar(`epoch_${name.slice(4)}`, value, epoch);
      else this.train.scalar(`epoch_${name}`, value, epoch);
    }
    this.train.scalar('epoch_learning_rate', this.model.optimizer.learningRate, epoch);
    const { steps } = this.params;
    if (this.writeStepsPerSecond && steps !== null)
      this.train.scalar('epoch_steps_per_second', (steps * 1000) / (performance.now() - this.began), epoch);
    if (this.histogramFreq > 0 && epoch % this.histogramFreq === 0) await this.writeHistograms(epoch);
    await Promise.all([this.train.flush(), this.validation.flush()]);
  }

  private async writeHistograms(epoch: number): Promise<void> {
    const { layers, weights } = this.model;
    for (const { name, variable } of namedWeights(layers, weights))
      this.train.histogram(`${name}/histogram`, variable.value().data, epoch);
    if (!this.gradientData) return;
    const flow = await this.model.gradientFlow(...this.gradientData, { perStep: false, values: true });
    flow.values.forEach((t, i) => this.train.histogram(`${flow.weights.names[i]}/gradient`, t.data, epoch));
    flow.layers.names.forEach((name, i) => this.train.scalar(`gradient_norm/${name}`, flow.layers.norms[i], epoch));
  }
}
