import * as activations from '../../activations/index.js';
import * as initializers from '../../initializers/index.js';
import { add, clip, multiply } from '../../ops/arithmetic.js';
import { dense } from '../../ops/dense.js';
import { lstm } from '../../ops/rnn.js';
import { slice, split } from '../../ops/shape.js';
import { checkChoice, checkInteger, show, ValueError } from '../../program/errors.js';
import { tensor, Tensor, type TensorBase } from '../../program/tensor.js';
import { allocate } from '../../program/types.js';
import type { Variable } from '../../program/variable.js';
import type { LayerConfig, PartialShape } from '../layer.js';
import { ruleNames, ruleOf, type WeightRules } from '../weight_rules.js';
import { CELL_OPTIONS, GatedCell, kernelName, type CellOptions } from './gates.js';
import { cellOptions, SequenceLayer, type SequenceOptions } from './sequence.js';

/** Orders of the kernel's blocks of columns: Keras' and TensorFlow 1's (c and j are the candidate). */
export const ORDERS = { ifco: ['i', 'f', 'c', 'o'], ijfo: ['i', 'c', 'f', 'o'] } as const;

/** What an LSTM has beside what every cell has. */
export interface LSTMOwnOptions extends WeightRules<'peephole' | 'projection'> {
  /** Of the gates; default 'sigmoid'. */
  recurrentActivation?: activations.ActivationLike;
  /** Start the forget gate's bias at 1 (Jozefowicz et al. 2015); default true, with a forgetBias false. */
  unitForgetBias?: boolean;
  /** Added to the forget gate's sum at run time, as TensorFlow 1 does with 1; default 0. */
  forgetBias?: number;
  /** Diagonal weights from the memory to the gates (Gers & Schmidhuber 2000); default false. */
  usePeepholes?: boolean;
  /** Keep the memory within ±cellClip; default null: no limit. */
  cellClip?: number | null;
  /** Project the output to fewer units, which are then the state (Sak et al. 2014); default null: no projection. */
  projectionUnits?: number | null;
  /** Columns of the kernels: 'ifco' (Keras, default) or 'ijfo' (TensorFlow 1). */
  gateOrder?: keyof typeof ORDERS;
}
const OWN: readonly string[] = [
  'recurrentActivation',
  'unitForgetBias',
  'forgetBias',
  'usePeepholes',
  'cellClip',
  'projectionUnits',
  'gateOrder',
  ...ruleNames('peephole', 'projection'),
];

export interface LSTMCellOptions extends CellOptions, LSTMOwnOptions, LayerConfig {}
export interface LSTMOptions extends CellOptions, LSTMOwnOptions, SequenceOptions {}

/** The sums that become an LSTM's gates. */
export type Gates = Readonly<Record<'i' | 'f' | 'c' | 'o', TensorBase>>;

/** Long short-term memory (Hochreiter & Schmidhuber 1997); columns i, f, c, o, states h, c. */
export class LSTMCell extends GatedCell {
  readonly stateSize: readonly number[];
  /** The second state is a memory: state dropout leaves it alone. */
  readonly memory = [false, true];
  readonly recurrentActivation: activations.Activation;
  protected readonly forgetBias: number;
  protected readonly order: keyof typeof ORDERS;
  private readonly cellClip: number | null;
  private peepholes: Variable | null = null; // [3, H], rows i, f, o
  private projection: Variable | null = null; // [H, P]

  constructor(
    protected override readonly options: LSTMCellOptions,
    own: readonly string[] = [],
  ) {
    super(options, [...OWN, ...own], 4, options.projectionUnits ?? options.units);
    const { recurrentActivation, forgetBias = 0, cellClip = null, gateOrder = 'ifco', projectionUnits } = options;
    if (projectionUnits != null) checkInteger(this.name, 'projectionUnits', projectionUnits, 1);
    if (!Number.isFinite(forgetBias))
      throw new ValueError(`${this.name}: forgetBias must be a number, got ${show(forgetBias)}.`);
    if (cellClip !== null && !(cellClip > 0 && Number.isFinite(cellClip)))
      throw new ValueError(`${this.name}: cellClip must be a positive number or null, got ${show(cellClip)}.`);
    this.order = checkChoice(this.name, 'gateOrder', gateOrder, ['ifco', 'ijfo']);
    this.forgetBias = forgetBias;
    this.cellClip = cellClip;
    this.stateSize = [this.outputSize, this.units];
    this.recurrentActivation = activations.get(recurrentActivation === undefined ? 'sigmoid' : recurrentActivation);
  }

  override build(inputShape: PartialShape): void {
    super.build(inputShape);
    const { usePeepholes = false, projectionUnits } = this.options;
    if (usePeepholes)
      this.peepholes = this.addWeight({
        name: 'peephole_kernel',
        shape: [3, this.units],
        ...ruleOf(this.options, 'peephole'),
      });
    if (projectionUnits != null)
      this.projection = this.addWeight({
        name: 'projection_kernel',
        shape: [this.units, projectionUnits],
        ...ruleOf(this.options, 'projection'),
      });
  }

  protected override biasOptions(columns: number) {
    const { unitForgetBias = this.forgetBias === 0 } = this.options;
    const plain = super.biasOptions(columns);
    if (!unitForgetBias) return plain;
    return { ...plain, initializer: this.withUnitForget(initializers.get(plain.initializer ?? 'zeros')) };
  }

  private withUnitForget(initializer: initializers.Initializer): initializers.Initializer {
    const { units } = this;
    const at = ORDERS[this.order].indexOf('f') * units;
    return ([columns], dtype) => {
      const data = allocate(dtype, columns);
      const part = (n: number) => tensor(initializer([n], dtype), undefined, dtype).data;
      data.set(part(at), 0);
      data.fill(1, at, at + units);
      data.set(part(columns - at - units), at + units);
      return new Tensor(data, [columns], dtype);
    };
  }

  /** The blocks of columns by what they are. */
  protected gatesOf(sums: TensorBase): Gates {
    const parts = split(sums, 4, -1);
    return Object.fromEntries(ORDERS[this.order].map((gate, k) => [gate, parts[k]])) as unknown as Gates;
  }

  protected sums(x: TensorBase, h: TensorBase): Gates {
    return this.gatesOf(add(dense(x, this.kernel, this.bias), dense(h, this.recurrentKernel)));
  }

  protected step(x: TensorBase, [, c]: readonly TensorBase[], dropped: TensorBase): TensorBase[] {
    const z = this.sums(x, dropped);
    const gate = this.recurrentActivation;
    const seeing = (sum: TensorBase, row: number, memory: TensorBase) =>
      this.peepholes ? add(sum, multiply(slice(this.peepholes, [row]), memory)) : sum;
    const forget = this.forgetBias === 0 ? z.f : add(z.f, this.forgetBias);
    const kept = multiply(gate(seeing(forget, 1, c)), c);
    let next = add(kept, multiply(gate(seeing(z.i, 0, c)), this.activation(z.c)));
    if (this.cellClip !== null) next = clip(next, -this.cellClip, this.cellClip);
    next = this.carried(next);
    const h = multiply(gate(seeing(z.o, 2, next)), this.activation(this.seen(next)));
    return [this.projection ? dense(h, this.projection) : h, next];
  }

  /** The memory that goes on to the next step. */
  protected carried(memory: TensorBase): TensorBase {
    return memory;
  }

  /** The memory that the output is made of. */
  protected seen(memory: TensorBase): TensorBase {
    return memory;
  }

  /** A gate's peephole would have to see the memory before a zone. */
  override get fusesBetween(): boolean {
    return !this.peepholes;
  }

  protected fused() {
    const recurrentActivation = kernelName(this.recurrentActivation);
    if (kernelName(this.activation) === undefined || recurrentActivation === undefined || this.projection) return null;
    const { peepholes, cellClip, forgetBias, order: gateOrder } = this;
    return (operands: Parameters<typeof lstm>[0]) =>
      lstm({
        ...operands,
        recurrentActivation,
        peepholes,
        cellClip: cellClip ?? undefined,
        forgetBias: forgetBias || undefined,
        gateOrder: gateOrder === 'ifco' ? undefined : gateOrder,
      });
  }
}

export class LSTM extends SequenceLayer {
  constructor(options: LSTMOptions) {
    const own = [...CELL_OPTIONS, ...OWN];
    super(options, own, () => new LSTMCell(cellOptions(options, own)));
  }
}
