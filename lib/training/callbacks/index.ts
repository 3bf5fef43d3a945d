import { BackupAndRestore, type BackupAndRestoreOptions } from './backup_and_restore.js';
import type { Hooks } from './callback.js';
import { CSVLogger, type CSVLoggerOptions } from './csv_logger.js';
import { EarlyStopping, type EarlyStoppingOptions } from './early_stopping.js';
import {
  LearningRateScheduler,
  ReduceLROnPlateau,
  type LearningRateSchedulerOptions,
  type ReduceLROnPlateauOptions,
} from './learning_rate.js';
import { ModelCheckpoint, type ModelCheckpointOptions } from './model_checkpoint.js';
import { SwapEMAWeights, type SwapEMAWeightsOptions } from './swap_ema_weights.js';
import { TensorBoard, type TensorBoardOptions } from './tensor_board.js';
import { TerminateOnNaN } from './terminate_on_nan.js';

// What can listen to a training; plain objects of hooks can, too.

export { Callback, type CallbackLike, type Hooks } from './callback.js';
export {
  BackupAndRestore,
  CSVLogger,
  EarlyStopping,
  LearningRateScheduler,
  ModelCheckpoint,
  ReduceLROnPlateau,
  SwapEMAWeights,
  TensorBoard,
  TerminateOnNaN,
};
export type {
  BackupAndRestoreOptions,
  CSVLoggerOptions,
  EarlyStoppingOptions,
  LearningRateSchedulerOptions,
  ModelCheckpointOptions,
  ReduceLROnPlateauOptions,
  SwapEMAWeightsOptions,
  TensorBoardOptions,
};

export const backupAndRestore = (options: BackupAndRestoreOptions): BackupAndRestore => new BackupAndRestore(options);
export const csvLogger = (options: CSVLoggerOptions): CSVLogger => new CSVLogger(options);
export const earlyStopping = (options?: EarlyStoppingOptions): EarlyStopping => new EarlyStopping(options);
export const modelCheckpoint = (options: ModelCheckpointOptions): ModelCheckpoint => new ModelCheckpoint(options);
export const reduceLROnPlateau = (options?: ReduceLROnPlateauOptions): ReduceLROnPlateau =>
  new ReduceLROnPlateau(options);
/** @param schedule (epoch from 0, current rate) → rate of the epoch. */
export const learningRateScheduler = (
  schedule: (epoch: number, rate: number) => number,
  options?: LearningRateSchedulerOptions,
): LearningRateScheduler => new LearningRateScheduler(schedule, options);
export const swapEMAWeights = (options?: SwapEMAWeightsOptions): SwapEMAWeights => new SwapEMAWeights(options);
export const tensorBoard = (options?: TensorBoardOptions): TensorBoard => new TensorBoard(options);
export const terminateOnNaN = (): TerminateOnNaN => new TerminateOnNaN();
/** Hooks as plain functions. */
export const lambda = (hooks: Hooks): Hooks => hooks;
/** lambda under Keras' name. */
export const lambdaCallback = lambda;
