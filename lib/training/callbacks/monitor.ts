import { show, suggestion, ValueError } from '../../program/errors.js';
import type { Logs } from '../compiled.js';
import { validates, type FitParams } from '../history.js';

export type Mode = 'auto' | 'min' | 'max';

export interface MonitorOptions {
  /** Name of the figure to watch; default val_loss. */
  monitor?: string;
  /** Whether less or more is better; auto: more for accuracies and the like, less otherwise. */
  mode?: Mode;
  /** What counts as better must differ by this much. */
  minDelta?: number;
}
export const MONITOR_OPTIONS = ['monitor', 'mode', 'minDelta'] as const;

/** Watches one figure. */
export class Monitor {
  readonly name: string;
  best: number;
  private readonly sign: 1 | -1;
  private readonly minDelta: number;

  constructor(
    private readonly who: string,
    { monitor = 'val_loss', mode = 'auto', minDelta = 0 }: MonitorOptions,
  ) {
    if (!['auto', 'min', 'max'].includes(mode))
      throw new ValueError(`${who}: mode must be 'auto', 'min' or 'max', got ${show(mode)}.`);
    if (typeof minDelta !== 'number' || Number.isNaN(minDelta))
      throw new ValueError(`${who}: minDelta must be a number, got ${show(minDelta)}.`);
    this.name = monitor;
    const rising = !/loss$/i.test(monitor) && /acc|auc|precision|recall|f1|fbeta|r2|similarity/i.test(monitor);
    this.sign = mode === 'max' || (mode === 'auto' && rising) ? 1 : -1;
    this.minDelta = Math.abs(minDelta);
    this.best = -Infinity * this.sign;
  }

  /**
   * The figure, or null where an epoch has none as validationFreq leaves it out.
   *
   * @throws when nothing of this name is measured.
   */
  read(logs: Logs, params: FitParams, epoch: number): number | null {
    const value = logs[this.name];
    if (value !== undefined) return value;
    if (this.name.startsWith('val_') && params.validationFreq !== undefined && !validates(params, epoch)) return null;
    throw new ValueError(`${this.who}: there is no figure '${this.name}'.${suggestion(this.name, Object.keys(logs))}`);
  }

  better(value: number, than = this.best): boolean {
    return (value - than) * this.sign > this.minDelta;
  }

  reset(best = -Infinity * this.sign): void {
    this.best = best;
  }
}
