import * as activations from '../../activations/index.js';
import { checkFlag } from '../../ops/checks.js';
import { multiply } from '../../ops/arithmetic.js';
import { dropoutMask } from '../../ops/random.js';
import { zeros } from '../../ops/create.js';
import { checkInteger } from '../../program/errors.js';
import type { TensorBase } from '../../program/tensor.js';
import type { Variable } from '../../program/variable.js';
import { checkRate } from '../checks.js';
import { isTraining } from '../context.js';
import { dropOut } from '../dropout.js';
import { Layer, type CallArgs, type LayerConfig, type PartialShape } from '../layer.js';
import { ruleNames, ruleOf, type WeightRule, type WeightRules } from '../weight_rules.js';
import type { FusedSequence, RNNCell, SequenceCall } from './cell.js';

/** What the built-in cells share. */
export interface CellOptions extends WeightRules<'kernel' | 'recurrent' | 'bias'> {
  units: number;
  /** Default 'tanh'. */
  activation?: activations.ActivationLike;
  useBias?: boolean;
  /** Of the inputs, one mask for all steps. */
  dropout?: number;
  /** Of the state, one mask for all steps. */
  recurrentDropout?: number;
  /** Of the dropout. */
  seed?: number;
}
export const CELL_OPTIONS: readonly string[] = [
  'units',
  'activation',
  'useBias',
  ...ruleNames('kernel', 'recurrent', 'bias'),
  'dropout',
  'recurrentDropout',
  'seed',
];

/** Operands that every fused recurrent function takes. */
interface Operands {
  x: TensorBase;
  kernel: Variable;
  recurrentKernel: Variable;
  bias: Variable | null;
  initialState: readonly TensorBase[] | null;
  goBackwards: boolean;
  mask: TensorBase | null;
  recurrentDropoutMask: TensorBase | null;
  activation?: string;
  zoneout?: readonly (TensorBase | number)[];
  stateDropoutMask?: TensorBase;
}

/** What the recurrent kernels call an activation; undefined: they do not know it. */
export function kernelName({ fused, inCells }: activations.Activation): string | undefined {
  return fused ?? inCells;
}

/**
 * Base of SimpleRNN's, LSTM's and GRU's cells: kernels of `gates` blocks of columns, and dropout.
 * Projected outputs have a size of their own.
 */
export abstract class GatedCell extends Layer implements RNNCell {
  readonly units: number;
  readonly outputSize: number;
  readonly activation: activations.Activation;
  kernel!: Variable; // [F, gates * H]
  recurrentKernel!: Variable; // [H, gates * H]; with a projection [P, gates * H]
  bias: Variable | null = null;
  abstract readonly stateSize: number | readonly number[];

  constructor(
    protected readonly options: CellOptions & LayerConfig,
    own: readonly string[],
    private readonly gates: number,
    outputSize: number = options.units,
  ) {
    super(options, [...CELL_OPTIONS, ...own]);
    this.units = checkInteger(this.name, 'units', options.units, 1);
    this.outputSize = outputSize;
    this.activation = activations.get(options.activation === undefined ? 'tanh' : options.activation);
    checkRate(this.name, 'dropout', options.dropout ?? 0);
    checkRate(this.name, 'recurrentDropout', options.recurrentDropout ?? 0);
  }

  override build(inputShape: PartialShape): void {
    const useBias = checkFlag(this.name, 'useBias', this.options.useBias ?? true);
    const columns = this.gates * this.units;
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [this.featuresOf(inputShape), columns],
      ...ruleOf(this.options, 'kernel'),
    });
    this.recurrentKernel = this.addWeight({
      name: 'recurrent_kernel',
      shape: [this.outputSize, columns],
      ...ruleOf(this.options, 'recurrent', 'orthogonal'),
    });
    if (useBias) this.bias = this.addWeight({ name: 'bias', ...this.biasOptions(columns) });
  }

  protected biasOptions(columns: number): WeightRule & { shape: readonly number[] } {
    return { shape: [columns], ...ruleOf(this.options, 'bias', 'zeros') };
  }

  /** The state's dropout mask, or null when there is none. */
  private recurrentMask(batch: number, training: boolean): TensorBase | null {
    const { recurrentDropout: rate = 0, seed } = this.options;
    if (!training || rate === 0) return null;
    const shape = [batch, this.outputSize];
    return rate === 1 ? zeros(shape, this.dtype) : dropoutMask(shape, 1 - rate, { dtype: this.dtype, seed });
  }

  private dropInputs(x: TensorBase, noiseShape: readonly number[], training: boolean): TensorBase {
    const { dropout: rate = 0, seed } = this.options;
    return training && rate > 0 ? dropOut(x, rate, noiseShape, seed) : x;
  }

  /** One step; random masks are those of the whole call, since the step counter does not move within one. */
  call(inputs: TensorBase, states: any, kwargs?: CallArgs): [TensorBase, TensorBase[]] {
    const training = isTraining(kwargs);
    const list: readonly TensorBase[] = Array.isArray(states) ? states : [states];
    const x = this.dropInputs(inputs, inputs.shape, training);
    const mask = this.recurrentMask(inputs.shape[0], training);
    const next = this.step(x, list, mask ? multiply(list[0], mask) : list[0]);
    return [next[0], next];
  }

  /** The next states, the output first. `dropped` is the state that enters the recurrent products. */
  protected abstract step(x: TensorBase, states: readonly TensorBase[], dropped: TensorBase): TensorBase[];

  /** The fused function with the cell's own options, or null when an activation is not among the kernels'. */
  protected abstract fused(): ((operands: Operands) => { outputs: TensorBase; states: TensorBase[] }) | null;

  get fusesBetween(): boolean {
    return true;
  }

  fusedSequence(): FusedSequence | null {
    const run = this.fused();
    if (!run) return null;
    return (call) => {
      const { outputs, states } = run(this.operands(call));
      return { outputs, last: states[0], states };
    };
  }

  private operands({ x, states, mask, goBackwards, training, between }: SequenceCall): Operands {
    const [batch, , features] = x.shape;
    return {
      x: this.dropInputs(x, [batch, 1, features], training),
      kernel: this.kernel,
      recurrentKernel: this.recurrentKernel,
      bias: this.bias,
      initialState: states,
      goBackwards,
      mask,
      recurrentDropoutMask: this.recurrentMask(batch, training),
      activation: kernelName(this.activation),
      ...between,
    };
  }
}
