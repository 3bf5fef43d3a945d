import { reshape } from '../ops/shape.js';
import type { Graph, SymbolicTensor } from '../program/graph.js';
import { Tensor, type TensorBase } from '../program/tensor.js';
import { allocate, sizeOf, type TypedArray } from '../program/types.js';
import { Variable } from '../program/variable.js';

/** What a layer carries from step to step. */
export interface Memory {
  /** A copy, for the user. */
  value(): Tensor;
  /** Back to what it was before the first step. */
  forget(): void;
}

/** A state of a recurrent layer; the program itself reads and replaces it. */
export class State implements Memory {
  readonly variable: Variable;

  constructor(
    private readonly first: () => Tensor,
    name: string,
  ) {
    this.variable = new Variable(first(), name, false);
  }

  value(): Tensor {
    return this.variable.value();
  }

  forget(): void {
    this.variable.assign(this.first());
  }
}

/**
 * The past inputs of a causal convolution, in a ring: a step replaces the oldest row and reads the rows that the taps
 * meet, so that it costs the same for every dilation.
 */
export class Past implements Memory {
  /** Input of the program: the rows that all taps but the last meet, [B, K − 1, F], oldest first. */
  readonly window: Tensor;
  readonly symbol: SymbolicTensor;
  /** Output of the program: the row to take in, [B, F]. */
  readonly row: Tensor;
  readonly next: TensorBase;
  private readonly ring: TypedArray;
  private readonly rows: number;
  /** The oldest row, which the next one replaces. */
  private oldest = 0;

  /**
   * @param x What is convolved, [B, 1, F].
   * @param taps How many rows before its own a step reads.
   * @param dilation From one of these rows to the next.
   */
  constructor(
    graph: Graph,
    readonly x: TensorBase,
    readonly taps: number,
    readonly dilation: number,
  ) {
    const [batch, , features] = x.shape;
    const zeros = (shape: number[]) => new Tensor(allocate(x.dtype, sizeOf(shape)), shape, x.dtype);
    this.rows = taps * dilation;
    this.window = zeros([batch, taps, features]);
    this.symbol = graph.input(this.window, false);
    this.row = zeros([batch, features]);
    this.next = reshape(x, [batch, features]);
    this.ring = allocate(x.dtype, this.rows * batch * features);
  }

  /** Fills the window for the next step. */
  recall(): void {
    const { taps, ring } = this;
    const { data } = this.window;
    const [batch, features] = this.row.shape;
    for (let tap = 0; tap < taps; tap++) {
      const row = ((this.oldest + tap * this.dilation) % this.rows) * batch * features;
      for (let b = 0; b < batch; b++) {
        const [from, to] = [row + b * features, (b * taps + tap) * features];
        for (let f = 0; f < features; f++) data[to + f] = ring[from + f];
      }
    }
  }

  /** Takes in the row of the step that was just made. */
  remember(): void {
    const { data } = this.row;
    this.ring.set(data, this.oldest * data.length);
    this.oldest = (this.oldest + 1) % this.rows;
  }

  /** [B, (K − 1)·dilation, F], oldest first. */
  value(): Tensor {
    const { rows, ring, row } = this;
    const [batch, features] = row.shape;
    const result = new Tensor(allocate(row.dtype, ring.length), [batch, rows, features], row.dtype);
    for (let i = 0; i < rows; i++) {
      const from = ((this.oldest + i) % rows) * batch * features;
      for (let b = 0; b < batch; b++)
        result.data.set(ring.subarray(from + b * features, from + (b + 1) * features), (b * rows + i) * features);
    }
    return result;
  }

  forget(): void {
    this.ring.fill(0);
    this.oldest = 0;
  }
}
