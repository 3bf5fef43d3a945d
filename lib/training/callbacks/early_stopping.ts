import { checkInteger, checkOptions, ValueError, show } from '../../program/errors.js';
import type { Tensor } from '../../program/tensor.js';
import type { Logs } from '../compiled.js';
import { Callback } from './callback.js';
import { Monitor, MONITOR_OPTIONS, type MonitorOptions } from './monitor.js';

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement before the training ends; default 0. */
  patience?: number;
  /** What the figure must beat. */
  baseline?: number | null;
  /** Whether the model gets the weights of its best epoch back. */
  restoreBestWeights?: boolean;
  /** Epochs before this one do not count. */
  startFromEpoch?: number;
  verbose?: 0 | 1;
}

/** Ends the training when a figure stops getting better. */
export class EarlyStopping extends Callback {
  /** The epoch at whose end training stopped, counted from 0; 0 while it did not. */
  stoppedEpoch = 0;
  bestEpoch = 0;
  private readonly monitor: Monitor;
  private readonly patience: number;
  private wait = 0;
  private weights: Tensor[] | null = null;

  constructor(private readonly options: EarlyStoppingOptions = {}) {
    super();
    checkOptions('earlyStopping', options, [
      ...MONITOR_OPTIONS,
      'patience',
      'baseline',
      'restoreBestWeights',
      'startFromEpoch',
      'verbose',
    ]);
    this.monitor = new Monitor('earlyStopping', options);
    this.patience = checkInteger('earlyStopping', 'patience', options.patience ?? 0, 0);
    if (options.baseline != null && typeof options.baseline !== 'number')
      throw new ValueError(`earlyStopping: baseline must be a number, got ${show(options.baseline)}.`);
  }

  get best(): number {
    return this.monitor.best;
  }

  override onTrainBegin(): void {
    this.wait = 0;
    this.stoppedEpoch = 0;
    this.bestEpoch = 0;
    this.weights = null;
    this.monitor.reset();
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    if (epoch < (this.options.startFromEpoch ?? 0)) return;
    const value = this.monitor.read(logs, this.params, epoch);
    if (value === null) return;
    const { baseline, restoreBestWeights } = this.options;
    // The first epoch is the best so far, also where its figure is NaN.
    if (restoreBestWeights && this.weights === null) this.remember(epoch);
    this.wait++;
    if (this.monitor.better(value)) {
      this.monitor.best = value;
      this.bestEpoch = epoch;
      if (restoreBestWeights) this.remember(epoch);
      if (baseline == null || this.monitor.better(value, baseline)) this.wait = 0;
      return;
    }
    if (this.wait >= this.patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  override onTrainEnd(): void {
    if (this.stoppedEpoch > 0 && this.options.verbose) console.log(`Epoch ${this.stoppedEpoch + 1}: early stopping`);
    if (this.weights) this.model.setWeights(this.weights);
  }

  private remember(epoch: number): void {
    this.bestEpoch = epoch;
    this.weights = this.model.getWeights();
  }
}
