import { checkInteger, checkOptions, show, ValueError } from '../../program/errors.js';
import type { Logs } from '../compiled.js';
import { Callback } from './callback.js';
import { Monitor, MONITOR_OPTIONS, type MonitorOptions } from './monitor.js';

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied with; default 0.1. */
  factor?: number;
  /** Epochs without improvement before that; default 10. */
  patience?: number;
  /** Epochs to wait after a change. */
  cooldown?: number;
  minLR?: number;
  /** 1: says when the rate is lowered. */
  verbose?: 0 | 1;
}

/** Lowers the learning rate when a figure stops getting better. */
export class ReduceLROnPlateau extends Callback {
  private readonly monitor: Monitor;
  private readonly factor: number;
  private readonly patience: number;
  private readonly cooldown: number;
  private wait = 0;
  private resting = 0;

  constructor(private readonly options: ReduceLROnPlateauOptions = {}) {
    super();
    const who = 'reduceLROnPlateau';
    checkOptions(who, options, [...MONITOR_OPTIONS, 'factor', 'patience', 'cooldown', 'minLR', 'verbose']);
    this.monitor = new Monitor(who, { minDelta: 1e-4, ...options });
    this.factor = options.factor ?? 0.1;
    if (typeof this.factor !== 'number' || !(this.factor > 0 && this.factor < 1))
      throw new ValueError(`${who}: factor must lie between 0 and 1, got ${show(this.factor)}.`);
    this.patience = checkInteger(who, 'patience', options.patience ?? 10, 0);
    this.cooldown = checkInteger(who, 'cooldown', options.cooldown ?? 0, 0);
  }

  override onTrainBegin(): void {
    this.wait = this.resting = 0;
    this.monitor.reset();
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const { optimizer } = this.model;
    logs.learningRate = optimizer.learningRate;
    const value = this.monitor.read(logs, this.params, epoch);
    if (value === null) return;
    if (this.resting > 0) {
      this.resting--;
      this.wait = 0;
    }
    if (this.monitor.better(value)) {
      this.monitor.best = value;
      this.wait = 0;
      return;
    }
    if (this.resting > 0 || ++this.wait < this.patience) return;
    const lowest = this.options.minLR ?? 0;
    if (optimizer.learningRate > lowest) {
      optimizer.learningRate = Math.max(optimizer.learningRate * this.factor, lowest);
      this.resting = this.cooldown;
      this.wait = 0;
      if (this.options.verbose) sayRate(epoch, optimizer.learningRate);
    }
  }
}

export interface LearningRateSchedulerOptions {
  /** 1: says the rate of every epoch. */
  verbose?: 0 | 1;
}

/** Sets the learning rate at the start of every epoch. */
export class LearningRateScheduler extends Callback {
  /** @param schedule (epoch, current rate) → new rate. */
  constructor(
    private readonly schedule: (epoch: number, rate: number) => number,
    private readonly options: LearningRateSchedulerOptions = {},
  ) {
    super();
    if (typeof schedule !== 'function')
      throw new ValueError(`learningRateScheduler: expected a function (epoch, rate) => rate, got ${show(schedule)}.`);
    checkOptions('learningRateScheduler', options, ['verbose']);
  }

  override onEpochBegin(epoch: number): void {
    const { optimizer } = this.model;
    optimizer.learningRate = this.schedule(epoch, optimizer.learningRate);
    if (this.options.verbose) sayRate(epoch, optimizer.learningRate);
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    logs.learningRate = this.model.optimizer.learningRate;
  }
}

function sayRate(epoch: number, rate: number): void {
  console.log(`Epoch ${epoch + 1}: learning rate ${rate}`);
}
