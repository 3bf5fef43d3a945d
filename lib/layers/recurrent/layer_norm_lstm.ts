import { epsilonOf } from '../checks.js';
import { add } from '../../ops/arithmetic.js';
import { dense } from '../../ops/dense.js';
import type { LstmOptions } from '../../ops/rnn.js';
import type { TensorBase } from '../../program/tensor.js';
import type { PartialShape } from '../layer.js';
import { LSTMCell, ORDERS, type Gates, type LSTMCellOptions } from './lstm.js';
import {
  addNorm,
  NORM_EPSILON,
  joined,
  NORM_OPTIONS,
  normalize,
  normalizedInput,
  type Norm,
  type NormOptions,
} from './norm.js';

// LSTMs whose sums are normalised over the units at every step.

export interface LayerNormLSTMCellOptions extends LSTMCellOptions, NormOptions {}

/**
 * LSTM with layer normalization of the input's and the state's product and of the memory that the output sees (Ba,
 * Kiros & Hinton 2016). forgetBias defaults to 1, epsilon to 1e-5. [B, F] and [h, c] to [B, H].
 * @throws ValueError for an unknown option or one out of its range.
 */
export class LayerNormLSTMCell extends LSTMCell {
  private readonly epsilon: number;
  private inputNorm!: Norm; // [4 * H]
  private stateNorm!: Norm; // [4 * H]
  private memoryNorm!: Norm; // [H]

  constructor(options: LayerNormLSTMCellOptions) {
    super({ forgetBias: 1, ...options }, NORM_OPTIONS);
    this.epsilon = epsilonOf(this.name, options, NORM_EPSILON);
  }

  override build(inputShape: PartialShape): void {
    super.build(inputShape);
    const add = (part: string, size: number) => addNorm((o) => this.addWeight(o), part, size);
    this.inputNorm = add('x', 4 * this.units);
    this.stateNorm = add('h', 4 * this.units);
    this.memoryNorm = add('c', this.units);
  }

  protected override sums(x: TensorBase, h: TensorBase): Gates {
    const fromState = normalize(dense(h, this.recurrentKernel), this.stateNorm, this.epsilon);
    const fromInput = normalize(dense(x, this.kernel), this.inputNorm, this.epsilon);
    const both = add(fromState, fromInput);
    return this.gatesOf(this.bias ? add(both, this.bias) : both);
  }

  protected override seen(memory: TensorBase): TensorBase {
    return normalize(memory, this.memoryNorm, this.epsilon);
  }

  /** The input's product is normalised for all steps at once, ahead of the kernel. */
  protected override fused() {
    const run = super.fused();
    if (!run || this.options.usePeepholes) return null;
    const { stateNorm, memoryNorm, epsilon } = this;
    return (operands: LstmOptions) => {
      const x = normalizedInput(operands.x, this.kernel, this.inputNorm, this.bias, epsilon);
      const norm = { of: 'state', ...joined([stateNorm, memoryNorm]), epsilon } as const;
      return run({ ...operands, x, kernel: null, bias: null, norm });
    };
  }
}

const PARTS = { input: 'i', transform: 'c', forget: 'f', output: 'o' } as const;

/**
 * TensorFlow 1's LayerNormBasicLSTMCell: each gate's sum and the memory that is carried on are normalised. No bias,
 * forgetBias defaults to 1, epsilon to 1e-5. [B, F] and [h, c] to [B, H].
 * @throws ValueError for an unknown option or one out of its range.
 */
export class LayerNormBasicLSTMCell extends LSTMCell {
  private readonly epsilon: number;
  private readonly gateNorms = new Map<keyof Gates, Norm>(); // [H] each
  private memoryNorm!: Norm; // [H]

  constructor(options: LayerNormLSTMCellOptions) {
    super({ forgetBias: 1, useBias: false, ...options }, NORM_OPTIONS);
    this.epsilon = epsilonOf(this.name, options, NORM_EPSILON);
  }

  override build(inputShape: PartialShape): void {
    super.build(inputShape);
    const add = (part: string) => addNorm((o) => this.addWeight(o), part, this.units);
    for (const [part, gate] of Object.entries(PARTS)) this.gateNorms.set(gate, add(part));
    this.memoryNorm = add('state');
  }

  protected override sums(x: TensorBase, h: TensorBase): Gates {
    const plain = super.sums(x, h);
    const parts = Object.values(PARTS).map((gate) => [
      gate,
      normalize(plain[gate], this.gateNorms.get(gate) as Norm, this.epsilon),
    ]);
    return Object.fromEntries(parts) as Gates;
  }

  protected override carried(memory: TensorBase): TensorBase {
    return normalize(memory, this.memoryNorm, this.epsilon);
  }

  protected override fused() {
    const run = super.fused();
    if (!run || this.options.usePeepholes) return null;
    const { epsilon, order } = this;
    return (operands: LstmOptions) => {
      const gates = ORDERS[order].map((gate) => this.gateNorms.get(gate) as Norm);
      return run({ ...operands, norm: { of: 'gates', ...joined([...gates, this.memoryNorm]), epsilon } });
    };
  }
}
