import { multiply, where } from '../../ops/arithmetic.js';
import { checkFlag } from '../../ops/checks.js';
import { expandDims, flip, slice } from '../../ops/shape.js';
import { assign } from '../../ops/update.js';
import { ShapeError, StateError } from '../../program/errors.js';
import { ownedBy } from '../../program/owner.js';
import { currentDevice } from '../../program/placement.js';
import { Tensor, tensor, type TensorBase, type TensorLike } from '../../program/tensor.js';
import { allocate, sameShape, showShape, sizeOf } from '../../program/types.js';
import { Variable } from '../../program/variable.js';
import { about } from '../../runtime/machine.js';
import { carry, inferringShapes, isTraining, watcher } from '../context.js';
import { Layer, type CallArgs, type Inputs, type LayerConfig, type PartialShape } from '../layer.js';
import { stateSizes, type CellLayer } from './cell.js';
import { both, stepsBefore } from './lengths.js';
import { PATHS, type Path } from './paths.js';
import { inSegments } from './segments.js';
import { checkCell } from './stacked.js';

/** What every recurrent layer takes. */
export interface SequenceOptions extends LayerConfig {
  /** Give the output of every step, not only of the last. */
  returnSequences?: boolean;
  /** Give the last states, too: [output, ...states]. */
  returnState?: boolean;
  /** From the last step to the first; outputs come in that order. */
  goBackwards?: boolean;
  /** Start each batch with the states in which the previous one ended; the batch size is then fixed. */
  stateful?: boolean;
  /** For compatibility: the steps are always run natively, with the same numbers. */
  unroll?: boolean;
  /**
   * The memory of a long sequence, for more time; the same numbers. On the CPU only the states at about sqrt(T) steps are
   * kept for the gradient, and the others are computed a second time (Chen et al. 2016), about a third more time. On a GPU
   * the steps run in sqrt(T) segments, and what a segment keeps for the gradient waits in the host's memory; the GPU needs
   * it for one segment at a time, and the sequence with the outputs as a whole. What counts is where the weights lie when
   * the first batch of a shape is trained on. Default: false.
   */
  swapMemory?: boolean;
  /** Masked steps give 0 instead of repeating the previous output. */
  zeroOutputForMask?: boolean;
}
const SEQUENCE: readonly string[] = [
  'returnSequences',
  'returnState',
  'goBackwards',
  'stateful',
  'unroll',
  'swapMemory',
  'zeroOutputForMask',
];

/** The options of a layer that belong to its cell. */
export function cellOptions<O extends object>(options: O & LayerConfig, names: readonly string[]): O & LayerConfig {
  const own = Object.entries(options).filter(([name]) => names.includes(name));
  return { ...Object.fromEntries(own), dtype: options.dtype } as O & LayerConfig;
}

/** A cell over the steps of [B, T, F]. */
export abstract class SequenceLayer extends Layer {
  readonly cell: CellLayer;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly swapMemory: boolean;
  readonly zeroOutputForMask: boolean;
  private states: Variable[] = [];

  constructor(options: SequenceOptions, own: readonly string[], makeCell: () => unknown) {
    super(options, [...SEQUENCE, ...own]);
    this.cell = this.track(checkCell(this.name, makeCell()));
    const flag = (name: keyof SequenceOptions) => checkFlag(this.name, name, options[name] ?? false);
    this.returnSequences = flag('returnSequences');
    this.returnState = flag('returnState');
    this.goBackwards = flag('goBackwards');
    this.stateful = flag('stateful');
    this.swapMemory = flag('swapMemory');
    this.zeroOutputForMask = flag('zeroOutputForMask');
    this.supportsMasking = true;
  }

  /** How the steps are computed: 'fused' (one kernel) or 'scan' (the cell at every step). */
  get path(): string {
    return this.choosePath(false).name;
  }

  /** Whether what is traced now is for a GPU. */
  private get onGpu(): boolean {
    return (currentDevice() ?? this.weights[0]?.runsOn ?? about().device) !== 'cpu';
  }

  private choosePath(masked: boolean, cell = this.cell): Path {
    return PATHS.find((p) => p.accepts(cell, masked)) as Path;
  }

  override build(inputShape: PartialShape | readonly PartialShape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as PartialShape;
    if (shape.length !== 3)
      throw new ShapeError(`${this.name}: expected [batch, steps, features], got ${showShape(shape)}.`);
    this.cell.build([shape[0], shape[2]]);
  }

  override computeMask(_inputs: Inputs, mask: CallArgs['mask']): CallArgs['mask'] {
    const own = this.returnSequences ? firstMask(mask) : null;
    return this.returnState ? [own, ...stateSizes(this.cell).map(() => null)] : own;
  }

  protected override get callArgs(): readonly string[] {
    return ['initialState', 'sequenceLength'];
  }

  /**
   * @param inputs [B, T, F], or [x, ...initial states].
   * @param kwargs Beside the usual, `sequenceLength` (whole numbers [B]): steps from there on are not computed, their
   * outputs are 0, and the states are those of the last step before (dynamic_rnn of TensorFlow 1).
   */
  call(inputs: TensorBase | readonly TensorBase[], kwargs: CallArgs = {}): any {
    const [x, ...given] = (Array.isArray(inputs) ? inputs : [inputs]) as TensorBase[];
    if (x.rank !== 3)
      throw new ShapeError(`${this.name}: expected [batch, steps, features], got ${showShape(x.shape)}.`);
    if (x.shape[1] === 0) throw new ShapeError(`${this.name}: a sequence of 0 steps has no output.`);
    const carried = this.carried(x.shape[0]);
    const states = this.startingStates(x.shape[0], given.length > 0 ? given : (kwargs.initialState ?? null), carried);
    const lengths = kwargs.sequenceLength as TensorLike | null | undefined;
    const real = lengths == null ? null : stepsBefore(this.name, lengths, x);
    const mask = both(this.checkMask(firstMask(kwargs.mask), x), real);
    const call = { x: this.floating(x), states, mask, goBackwards: this.goBackwards, training: isTraining(kwargs) };
    const cell = watcher()?.cellFor(this, this.cell) ?? this.cell;
    const path = this.choosePath(mask !== null, cell);
    // Whoever watches the cell wants every step in sight.
    const inParts = this.swapMemory && cell === this.cell && !inferringShapes();
    const result = ownedBy(this.name, () =>
      inParts
        ? inSegments(path, cell, call, this.returnSequences, this.onGpu)
        : path.run(cell, call, this.returnSequences),
    );
    [this.states, carried].forEach((kept) => kept.forEach((variable, i) => assign(variable, result.states[i])));
    const found = (this.returnSequences ? result.outputs : result.last) as TensorBase;
    const output = this.zeroOutputForMask
      ? this.hide(found, mask)
      : this.hide(found, this.returnSequences ? real : null);
    return this.returnState ? [output, ...result.states] : output;
  }

  /** One step [B, 1, F] from the states before it: the output as `call` shapes it, and the states after it. */
  advance(x: TensorBase, states: readonly TensorBase[]): { output: TensorBase; states: readonly TensorBase[] } {
    const call = { x: this.floating(x), states, mask: null, goBackwards: false, training: false };
    const result = this.choosePath(false).run(this.cell, call, this.returnSequences);
    return { output: this.returnSequences ? (result.outputs as TensorBase) : result.last, states: result.states };
  }

  private checkMask(mask: TensorBase | null, x: TensorBase): TensorBase | null {
    if (!mask) return null;
    if (mask.rank !== 2 || mask.shape[0] !== x.shape[0] || mask.shape[1] !== x.shape[1]) {
      throw new ShapeError(
        `${this.name}: the mask has shape ${showShape(mask.shape)}, expected ${showShape(x.shape.slice(0, 2))}.`,
      );
    }
    return mask;
  }

  private hide(output: TensorBase, mask: TensorBase | null): TensorBase {
    if (!mask) return output;
    const ordered = this.goBackwards ? flip(mask, 1) : mask;
    return where(expandDims(this.returnSequences ? ordered : slice(ordered, [null, -1]), -1), output, 0);
  }

  /** What the call gives, else what a stateful layer kept, else null for the cell's own. */
  private startingStates(
    batch: number,
    given: TensorBase | readonly TensorBase[] | null,
    carried: readonly Variable[],
  ): readonly TensorBase[] | null {
    const sizes = stateSizes(this.cell);
    if (this.stateful && !inferringShapes()) this.keepStates(batch, sizes);
    // Products, so that the backward pass still sees the old states after they were replaced.
    if (carried.length > 0 && carry()?.resumes) return carried.map((v) => multiply(v, 1));
    if (given === null) {
      if (this.states.length > 0 && !inferringShapes()) return this.states.map((v) => multiply(v, 1));
      return this.cell.getInitialState ? this.cell.getInitialState(batch) : null;
    }
    const list = Array.isArray(given) ? (given as readonly TensorBase[]) : [given as TensorBase];
    if (list.length !== sizes.length)
      throw new ShapeError(`${this.name}: initialState has ${list.length} tensor(s), expected ${sizes.length}.`);
    list.forEach(({ shape }, i) => {
      if (shape.length !== 2 || shape[0] !== batch || shape[1] !== sizes[i]) {
        throw new ShapeError(
          `${this.name}: initialState ${i} has shape ${showShape(shape)}, expected [${batch}, ${sizes[i]}].`,
        );
      }
    });
    return list.map((s) => this.floating(s));
  }

  private newStates(batch: number, sizes: readonly number[]): Variable[] {
    const zero = (n: number) => new Tensor(allocate(this.dtype, batch * n), [batch, n], this.dtype);
    return sizes.map((n, i) => new Variable(zero(n), `${this.name}/state_${i}`, false));
  }

  /** Where the states are left for the next part of the sequences, if there is one; a stateful layer keeps its own. */
  private carried(batch: number): readonly Variable[] {
    if (this.stateful || inferringShapes()) return [];
    return carry()?.take(() => this.newStates(batch, stateSizes(this.cell))) ?? [];
  }

  private keepStates(batch: number, sizes: readonly number[]): void {
    if (this.states.length === 0) {
      this.states = this.newStates(batch, sizes);
    } else if (this.states[0].shape[0] !== batch) {
      throw new StateError(
        `${this.name}: this stateful layer keeps states of ${this.states[0].shape[0]} samples and got a batch of ${batch}; use one batch size.`,
      );
    }
  }

  override get stateCount(): number {
    return this.stateful ? stateSizes(this.cell).length : 0;
  }

  override getStates(): Tensor[] {
    if (this.stateful && this.states.length === 0)
      throw new StateError(`${this.name}: getStates before the first batch, which makes the states.`);
    return this.states.map((v) => v.value());
  }

  override setStates(values: readonly TensorLike[]): void {
    this.checkStates(values);
    const sizes = stateSizes(this.cell);
    const given = values.map((v) => tensor(v, undefined, this.dtype, `${this.name}: setStates`));
    const batch = this.states[0]?.shape[0] ?? this.batchInputShape?.[0] ?? given[0].shape[0];
    given.forEach(({ shape }, i) => {
      if (!sameShape(shape, [batch, sizes[i]]))
        throw new ShapeError(
          `${this.name}: setStates: state ${i} has shape ${showShape(shape)}, expected ${showShape([batch, sizes[i]])}.`,
        );
    });
    this.keepStates(batch, sizes);
    given.forEach((t, i) => this.states[i].assign(t));
  }

  override resetStates(): void {
    super.resetStates();
    for (const v of this.states) v.assign(new Tensor(allocate(v.dtype, sizeOf(v.shape)), v.shape, v.dtype));
  }
}

function firstMask(mask: CallArgs['mask']): TensorBase | null {
  return (Array.isArray(mask) ? (mask[0] as TensorBase | null) : (mask as TensorBase | null | undefined)) ?? null;
}
