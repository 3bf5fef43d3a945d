import { zeros } from '../../ops/create.js';
import { flip } from '../../ops/shape.js';
import { show, ValueError } from '../../program/errors.js';
import type { TensorBase } from '../../program/tensor.js';
import { Layer, type CallArgs, type LayerConfig, type PartialShape } from '../layer.js';
import { fusedSequenceOf, outputSizeOf, stateSizes, type CellLayer, type FusedSequence, type RNNCell } from './cell.js';

export interface StackedRNNCellsOptions extends LayerConfig {
  cells: readonly CellLayer[];
}

/** Cells on top of each other as one cell; its states are theirs, one after the other. */
export class StackedRNNCells extends Layer implements RNNCell {
  readonly cells: readonly CellLayer[];
  readonly stateSize: readonly number[];
  readonly outputSize: number;
  readonly memory: readonly boolean[];

  constructor(options: StackedRNNCellsOptions) {
    super(options, ['cells']);
    if (!Array.isArray(options.cells) || options.cells.length === 0)
      throw new ValueError(`${this.name}: expected a list of cells, got ${show(options.cells)}.`);
    this.cells = options.cells.map((cell) => this.track(checkCell(this.name, cell)));
    this.stateSize = this.cells.flatMap((cell) => [...stateSizes(cell)]);
    this.outputSize = outputSizeOf(this.cells[this.cells.length - 1]);
    this.memory = this.cells.flatMap((cell) => stateSizes(cell).map((_, i) => cell.memory?.[i] ?? false));
  }

  override build(inputShape: PartialShape): void {
    let features = inputShape[inputShape.length - 1];
    for (const cell of this.cells) {
      cell.build([...inputShape.slice(0, -1), features]);
      features = outputSizeOf(cell);
    }
  }

  /** Each cell with its part of the states. */
  private parts<S>(states: readonly S[]): [CellLayer, readonly S[]][] {
    let at = 0;
    return this.cells.map((cell) => {
      const count = stateSizes(cell).length;
      at += count;
      return [cell, states.slice(at - count, at)];
    });
  }

  getInitialState(batch: number): readonly TensorBase[] {
    return this.cells.flatMap((cell) => initialStates(cell, batch));
  }

  call(inputs: TensorBase, states: readonly TensorBase[], kwargs?: CallArgs): [TensorBase, TensorBase[]] {
    let output = inputs;
    const next = this.parts(states).flatMap(([cell, own]) => {
      const [y, after] = cell.call(output, own, kwargs);
      output = y;
      return after as TensorBase[];
    });
    return [output, next];
  }

  /** Layer by layer is the same as step by step, and each layer is then one kernel. */
  fusedSequence(masked?: boolean): FusedSequence | null {
    const runs = this.cells.map((cell) => fusedSequenceOf(cell, masked));
    if (runs.some((run) => run === null)) return null;
    return ({ x, states, mask, goBackwards, training }) => {
      let outputs = x;
      let last = x;
      const ordered = mask && goBackwards ? flip(mask, 1) : mask;
      const parts = states && this.parts(states);
      const after = runs.flatMap((run, k) => {
        const first = k === 0;
        const result = (run as FusedSequence)({
          x: outputs,
          states: parts && parts[k][1],
          mask: first ? mask : ordered,
          goBackwards: first && goBackwards,
          training,
        });
        ({ outputs, last } = result);
        return [...result.states];
      });
      return { outputs, last, states: after };
    };
  }
}

/** A cell's states before the first step. */
export function initialStates(cell: CellLayer, batch: number): readonly TensorBase[] {
  return cell.getInitialState?.(batch) ?? stateSizes(cell).map((n) => zeros([batch, n], cell.dtype));
}

export function checkCell(who: string, cell: unknown): CellLayer {
  if (!(cell instanceof Layer))
    throw new ValueError(
      `${who}: expected a cell (a layer with stateSize and call(inputs, states)), got ${show(cell)}.`,
    );
  const sizes = [(cell as unknown as RNNCell).stateSize].flat();
  if (sizes.length === 0 || sizes.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new ValueError(
      `${who}: stateSize of the cell '${cell.name}' must be a size or a list of sizes, got ${show((cell as unknown as RNNCell).stateSize)}.`,
    );
  }
  return cell as CellLayer;
}
