import { CellWrapper, type CellWrapperOptions } from '../layers/recurrent/cell_wrapper.js';
import { outputSizeOf, stateSizes } from '../layers/recurrent/cell.js';
import { initialStates } from '../layers/recurrent/stacked.js';
import { Dense } from '../layers/dense.js';
import type { CallArgs, Layer, PartialShape } from '../layers/layer.js';
import { zeros } from '../ops/create.js';
import { concatenate } from '../ops/shape.js';
import { checkChoice, checkInteger, ShapeError, show, StateError, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { AttentionMechanism, type Memory } from './mechanism.js';
import { AdditiveMechanism, DotMechanism, GeneralMechanism } from './mechanisms.js';

const STYLES = ['luong', 'bahdanau'] as const;
const MECHANISMS = {
  additive: (units: number) => new AdditiveMechanism({ units }),
  dot: () => new DotMechanism(),
  general: () => new GeneralMechanism(),
} as const;

export interface AttentionCellOptions extends CellWrapperOptions {
  /** How values are scored: 'additive' (of the cell's size), 'dot', 'general' (default), or a mechanism. */
  attention?: keyof typeof MECHANISMS | AttentionMechanism;
  /**
   * 'luong' (default): the new output h asks, and tanh(W [context, h]) is the output and joins the next input.
   * 'bahdanau': the first state before the step asks, the context joins this step's input, and the output is [h, context].
   */
  style?: (typeof STYLES)[number];
  /** Size of the output in style 'luong'; default the cell's. */
  attentionSize?: number;
}

/**
 * A cell that looks at a memory at every step (Bahdanau et al. 2015, Luong et al. 2015). Inputs are [B, F], the memory
 * [B, S, M] is given by the layer around the cell: an attentionRNN or a decoder.
 *
 * @throws ValueError for an unknown option; StateError where no memory was given.
 */
export class AttentionCell extends CellWrapper {
  readonly attention: AttentionMechanism;
  readonly style: (typeof STYLES)[number];
  override readonly stateSize: number | readonly number[];
  private readonly combine: Dense | null;
  private memorySize: number | null = null;
  private lookedAt: Memory | null = null;
  private seen: ((weights: TensorBase) => void) | null = null;

  constructor(options: AttentionCellOptions) {
    super(options, ['attention', 'style', 'attentionSize']);
    const { attention = 'general', style = 'luong', attentionSize } = options;
    this.style = checkChoice(this.name, 'style', style, STYLES);
    this.attention = this.track(this.mechanism(attention));
    if (this.style === 'bahdanau') {
      if (attentionSize !== undefined)
        throw new ValueError(`${this.name}: attentionSize belongs to style 'luong', this one is 'bahdanau'.`);
      this.combine = null;
      this.stateSize = this.cell.stateSize;
      return;
    }
    const units = checkInteger(this.name, 'attentionSize', attentionSize ?? outputSizeOf(this.cell), 1);
    this.combine = this.track(new Dense({ units, activation: 'tanh', useBias: false }));
    this.stateSize = [...stateSizes(this.cell), units];
  }

  private mechanism(given: unknown): AttentionMechanism {
    if (given instanceof AttentionMechanism) return given;
    if (typeof given !== 'string')
      throw new ValueError(`${this.name}: expected the name of an attention or a mechanism, got ${show(given)}.`);
    const names = Object.keys(MECHANISMS) as (keyof typeof MECHANISMS)[];
    return MECHANISMS[checkChoice(this.name, 'attention', given, names)](outputSizeOf(this.cell));
  }

  /** Features of the memory, which must be known to make the weights. */
  expectMemory(shape: PartialShape): void {
    const size = shape.length === 3 ? shape[2] : null;
    if (size == null)
      throw new ShapeError(`${this.name}: expected a memory [batch, steps, features], got ${showShape(shape)}.`);
    this.memorySize = size;
  }

  private get contextSize(): number {
    if (this.memorySize === null)
      throw new StateError(`${this.name}: has no memory; use the cell in an attentionRNN or a decoder.`);
    return this.attention.contextSize(this.memorySize);
  }

  override get outputSize(): number {
    return this.combine?.units ?? outputSizeOf(this.cell) + this.contextSize;
  }

  override build(inputShape: PartialShape): void {
    const context = this.contextSize;
    const output = outputSizeOf(this.cell);
    const [batch] = inputShape;
    this.cell.build([batch, this.featuresOf(inputShape) + (this.combine?.units ?? context)]);
    const query = this.combine ? output : stateSizes(this.cell)[0];
    this.attention.build([
      [batch, query],
      [batch, null, this.memorySize],
    ]);
    this.combine?.build([batch, context + output]);
  }

  override getInitialState(batch: number): readonly TensorBase[] {
    return this.complete(initialStates(this.cell, batch), batch);
  }

  /** The states of the wrapped cell with the one that this cell adds. */
  complete(states: readonly TensorBase[], batch: number): readonly TensorBase[] {
    if (!this.combine || states.length !== stateSizes(this.cell).length) return states;
    return [...states, zeros([batch, this.combine.units], this.dtype)];
  }

  /** Runs `body` with something to look at. @param seen Is told the weights [N, S] of every step that is traced. */
  looking<R>(memory: Memory, body: () => R, seen: ((weights: TensorBase) => void) | null = null): R {
    const before = [this.lookedAt, this.seen] as const;
    [this.lookedAt, this.seen] = [memory, seen];
    try {
      return body();
    } finally {
      [this.lookedAt, this.seen] = before;
    }
  }

  call(inputs: TensorBase, states: any, kwargs?: CallArgs): [TensorBase, TensorBase[]] {
    const { lookedAt: memory, combine } = this;
    if (!memory) throw new StateError(`${this.name}: has no memory; use the cell in an attentionRNN or a decoder.`);
    const given: readonly TensorBase[] = Array.isArray(states) ? states : [states];
    if (!combine) {
      const { context, weights } = this.attention.call(given[0], memory);
      this.seen?.(weights);
      const [output, next] = this.inner(concatenate([inputs, context], -1), given, kwargs);
      return [concatenate([output, context], -1), next];
    }
    const own = given.slice(0, -1);
    const [output, next] = this.inner(concatenate([inputs, given[given.length - 1]], -1), own, kwargs);
    const { context, weights } = this.attention.call(output, memory);
    this.seen?.(weights);
    const combined: TensorBase = combine.call(concatenate([context, output], -1));
    return [combined, [...next, combined]];
  }
}

/** The attention cells in a cell, at any depth. */
export function attentionCellsOf(cell: Layer): AttentionCell[] {
  return cell instanceof AttentionCell ? [cell] : cell.tracked.flatMap(attentionCellsOf);
}

/** Runs `body` with every one of the cells looking at a memory of its own. */
export function withMemories<R>(
  cells: readonly AttentionCell[],
  memories: readonly Memory[],
  body: () => R,
  seen: ((weights: TensorBase) => void) | null = null,
): R {
  return cells.reduceRight<() => R>((inner, cell, i) => () => cell.looking(memories[i], inner, seen), body)();
}

/** What each of the cells makes of the values before the first step. */
export function memoriesOf(cells: readonly AttentionCell[], values: TensorBase, mask: TensorBase | null): Memory[] {
  return cells.map((cell) => ({ values, mask, keys: cell.attention.prepare(values) }));
}
