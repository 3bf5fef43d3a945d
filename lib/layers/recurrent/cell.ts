import type { TensorBase } from '../../program/tensor.js';
import type { CallArgs, Layer } from '../layer.js';
import type { Draws } from './draws.js';

/** One step of a recurrent layer. A layer of your own is a cell when it has these members. */
export interface RNNCell {
  /** Size of each state's last axis. */
  readonly stateSize: number | readonly number[];
  /** Size of the output's last axis; default that of the first state. */
  readonly outputSize?: number;
  /** [B, F] and the states [B, H] to [output, next states]. */
  call(inputs: any, states: any, kwargs?: CallArgs): any;
  /** The states before the first step; default zeros. */
  getInitialState?(batch: number): readonly TensorBase[];
  /** How to compute all steps in one kernel, perhaps with a mask; null or absent: step by step. */
  fusedSequence?(masked?: boolean): FusedSequence | null;
  /** Whether that kernel can do something to the states between the steps; default no. */
  readonly fusesBetween?: boolean;
  /** Which states are a memory that state dropout must leave alone (an LSTM's c); default none. */
  readonly memory?: readonly boolean[];
}

/** A whole sequence for a cell. */
export interface SequenceCall {
  /** [B, T, F] */
  readonly x: TensorBase;
  /** [B, H] each, or null for zeros. */
  readonly states: readonly TensorBase[] | null;
  /** bool [B, T]; a false step keeps the states. */
  readonly mask: TensorBase | null;
  /** From the last step to the first. */
  readonly goBackwards: boolean;
  readonly training: boolean;
  readonly part?: Part;
  /** What a wrapper does to the states between the steps. */
  readonly between?: Between;
}

/** As the options of the fused ops of these names. */
export interface Between {
  readonly zoneout?: readonly (TensorBase | number)[];
  readonly stateDropoutMask?: TensorBase;
}

/** What a part of a longer sequence has from the whole. */
export interface Part {
  /** Random masks of its steps. */
  readonly draws: Draws;
  /** bool [B, T] in the order of computation: whether there was a real step by then; null without a mask. */
  readonly reached: TensorBase | null;
  /** The output before its first step [B, H]. */
  readonly before: TensorBase;
}

/** The outputs in the order of computation [B, T, H], the one of the last step [B, H], and the last states. */
export interface SequenceResult {
  readonly outputs: TensorBase | null;
  readonly last: TensorBase;
  readonly states: readonly TensorBase[];
}

/** All steps in one kernel per cell; a step that is masked gives the output before it. */
export type FusedSequence = (call: SequenceCall) => SequenceResult & { readonly outputs: TensorBase };

/** How to compute all steps of a cell in one kernel, on the cell's device; null where it has no such way. */
export function fusedSequenceOf(cell: CellLayer, masked?: boolean): FusedSequence | null {
  const run = cell.fusedSequence?.(masked) ?? null;
  return run && ((call) => cell.placed(() => run(call)));
}

/** Sizes of a cell's states as a list. */
export function stateSizes(cell: RNNCell): readonly number[] {
  return typeof cell.stateSize === 'number' ? [cell.stateSize] : cell.stateSize;
}

export function outputSizeOf(cell: RNNCell): number {
  return cell.outputSize ?? stateSizes(cell)[0];
}

export type CellLayer = Layer & RNNCell;
