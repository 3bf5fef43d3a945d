import type { Hooks } from './callback.js';
import { EarlyStopping, type EarlyStoppingOptions } from './early_stopping.js';
import { LearningRateScheduler, ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './learning_rate.js';
import { ModelCheckpoint, type ModelCheckpointOptions } from './model_checkpoint.js';
import { TerminateOnNaN } from './terminate_on_nan.js';

// What can listen to a training; plain objects of hooks can, too.

export { Callback, type CallbackLike, type Hooks } from './callback.js';
export { EarlyStopping, LearningRateScheduler, ModelCheckpoint, ReduceLROnPlateau, TerminateOnNaN };
export type { EarlyStoppingOptions, ModelCheckpointOptions, ReduceLROnPlateauOptions };

export const earlyStopping = (options?: EarlyStoppingOptions): EarlyStopping => new EarlyStopping(options);
export const modelCheckpoint = (options: ModelCheckpointOptions): ModelCheckpoint => new ModelCheckpoint(options);
export const reduceLROnPlateau = (options?: ReduceLROnPlateauOptions): ReduceLROnPlateau =>
  new ReduceLROnPlateau(options);
export const learningRateScheduler = (schedule: (epoch: number, rate: number) => number): LearningRateScheduler =>
  new LearningRateScheduler(schedule);
export const terminateOnNaN = (): TerminateOnNaN => new TerminateOnNaN();
/** Hooks as plain functions. */
export const lambda = (hooks: Hooks): Hooks => hooks;
