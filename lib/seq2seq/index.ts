import { checkCallsOf } from '../layers/call_args.js';
import { AttentionCell, type AttentionCellOptions } from './attention_cell.js';
import { AttentionRNN, type AttentionRNNOptions } from './attention_rnn.js';
import { Decoder, type DecoderOptions } from './decoder.js';
import { AdditiveMechanism, DotMechanism, GeneralMechanism, type AdditiveOptions } from './mechanisms.js';
import { MultiHeadMechanism, type MultiHeadOptions } from './multi_head.js';
import { ScheduledSamplingCell, type ScheduledSamplingCellOptions } from './scheduled_sampling.js';

import * as classes from './classes.js';

export * from './classes.js';

checkCallsOf(classes);
export type {
  AdditiveOptions,
  AttentionCellOptions,
  AttentionRNNOptions,
  DecoderOptions,
  MultiHeadOptions,
  ScheduledSamplingCellOptions,
};
export type { Beginning, GenerateOptions } from './decoder.js';
export type { DecodeOptions, DecodeStep, Hypothesis, StepResult } from './hypothesis.js';
export { AttentionMechanism, type Glimpse, type Memory } from './mechanism.js';
export { exponentialSampling, inverseSigmoidSampling, linearSampling, type SamplingSchedule } from './sampling.js';
export { beamSearch, greedy, type BeamSearchOptions } from './search.js';

/** Bahdanau's scores, for an attentionCell. */
export const additive = (options: AdditiveOptions) => new AdditiveMechanism(options);
/** Luong's dot product, for an attentionCell. */
export const dot = () => new DotMechanism();
/** Luong's product with a trained matrix between, for an attentionCell. */
export const general = () => new GeneralMechanism();
/** Several scaled dot products side by side, for an attentionCell. */
export const multiHead = (options: MultiHeadOptions) => new MultiHeadMechanism(options);
/** A cell that looks at a memory at every step. */
export const attentionCell = (options: AttentionCellOptions) => new AttentionCell(options);
/** An attentionCell over the steps of [x, memory, ...states]. */
export const attentionRNN = (options: AttentionRNNOptions) => new AttentionRNN(options);
/** Tokens and a memory to logits, with teacher forcing or scheduled sampling; greedy and beam search. */
export const decoder = (options: DecoderOptions) => new Decoder(options);
/** A cell on tokens that is fed its own choices with a probability. */
export const scheduledSamplingCell = (options: ScheduledSamplingCellOptions) => new ScheduledSamplingCell(options);
