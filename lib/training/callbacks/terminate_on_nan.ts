import type { Logs } from '../compiled.js';
import { Callback } from './callback.js';

/** Ends the training when the loss is no longer a number. */
export class TerminateOnNaN extends Callback {
  override onProgress(_done: number, readLogs: () => Logs): void {
    if (!Number.isFinite(readLogs().loss)) this.model.stopTraining = true;
  }
}
