// Models and their training.

import { checkCallsOf } from '../layers/call_args.js';
import { GraphModel } from './graph_model.js';
import { Sequential } from './sequential.js';

checkCallsOf({ GraphModel, Sequential });

export * as callbacks from './callbacks/index.js';
export { Callback, type CallbackLike, type Hooks } from './callbacks/index.js';
export type { CompileOptions, Logs, LossLike, MetricLike } from './compiled.js';
export type { EvaluateOptions } from './evaluate.js';
export type { FitOptions } from './fit.js';
export type { GradientFlow, GradientFlowOptions, Norms } from './gradient_flow.js';
export { GraphModel, model, type GraphModelOptions } from './graph_model.js';
export { History } from './history.js';
export { loadModel, type LoadOptions } from './load.js';
export { Model, type SummaryOptions } from './model.js';
export type { KernelForm } from './programs.js';
export type { PredictOptions } from './predict.js';
export type { CustomObjects } from './unpack.js';
export { Sequential, sequential, type SequentialOptions } from './sequential.js';
export type { Stream, StreamOptions } from './stream.js';
