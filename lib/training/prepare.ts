import type { PartialShape } from '../layers/layer.js';
import { ShapeError, show, StateError, ValueError } from '../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { showShape, type DType } from '../program/types.js';
import { arrangeRows, commonRows, fitSlot, rowsOf, type Arrays, type Rows, type Slot } from './slots.js';
import { Store, type Table } from './table.js';

/** What data is prepared for. */
export interface Receiver {
  readonly name: string;
  readonly built: boolean;
  readonly inputSlots: readonly Slot[];
  readonly outputSlots: readonly Slot[];
  build(shape: PartialShape | PartialShape[]): void;
}

/** Weights of the classes 0, 1, … in the loss. */
export type ClassWeight = Readonly<Record<number, number>> | ReadonlyMap<number, number>;

/** Sample weights: one array, or one per output (null: none). */
export type SampleWeight = TensorLike | readonly (TensorLike | null)[] | Readonly<Record<string, TensorLike>>;

export interface Given {
  readonly x: Arrays;
  readonly y?: Arrays | null;
  readonly sampleWeight?: SampleWeight | null;
  readonly classWeight?: ClassWeight | null;
}

/** The user's data as tensors or views in the shapes of a model's inputs. A model that does not know its input yet is built. */
export function inputsOf(who: string, model: Receiver, x: Arrays, mayBuild: boolean): Rows[] {
  const tensors = arrangeRows(`${who}: x`, x, model.inputSlots);
  if (!model.built) {
    if (!mayBuild)
      throw new StateError(
        `${who}: model '${model.name}' is not built yet. Give its first layer an inputShape, or fit it first.`,
      );
    if (tensors.some((t) => t.rank === 0))
      throw new ShapeError(`${who}: x: expected one row per sample, got a single number.`);
    const shapes = tensors.map((t) => [null, ...t.shape.slice(1)]);
    model.build(shapes.length === 1 ? shapes[0] : shapes);
  }
  return tensors.map((t, i) => fitSlot(`${who}: x`, t, model.inputSlots[i]));
}

/** Inputs, targets and weights checked against each other and copied into native memory. */
export async function tableOf(who: string, model: Receiver, given: Given, mayBuild = false): Promise<Table> {
  const x = inputsOf(who, model, given.x, mayBuild);
  const named = x.map((t, i) => ({ tensor: t, what: x.length > 1 ? `x '${model.inputSlots[i].name}'` : 'x' }));
  if (given.y == null) throw new ValueError(`${who}: y is missing.`);
  const y = arrangeRows(`${who}: y`, given.y, model.outputSlots);
  y.forEach((t, i) => named.push({ tensor: t, what: y.length > 1 ? `y '${model.outputSlots[i].name}'` : 'y' }));
  const weights = weightsOf(who, model, y, given);
  weights.forEach((t) => t && named.push({ tensor: t, what: 'sampleWeight' }));
  const rows = commonRows(who, named);
  const store = new Store();
  return {
    rows,
    release: () => store.release(),
    x: await all(x.map((t, i) => store.column(`${who}: x`, t, model.inputSlots[i].dtype))),
    y: await all(y.map((t, i) => store.column(`${who}: y`, t, targetDType(t, model.outputSlots[i])))),
    weights: await all(
      weights.map(async (t, i) => t && store.column(`${who}: sampleWeight`, t, model.outputSlots[i].dtype)),
    ),
  };
}

const all = <T>(list: readonly Promise<T>[]): Promise<T[]> => Promise.all(list);

/** Integers stay integers (they are classes); everything else takes the dtype of the output. */
function targetDType(t: Rows, slot: Slot): DType {
  return t.dtype === 'int32' ? 'int32' : slot.dtype;
}

function weightsOf(
  who: string,
  model: Receiver,
  y: readonly Rows[],
  { sampleWeight, classWeight }: Given,
): (Rows | null)[] {
  const slots = model.outputSlots;
  let weights: (Rows | null)[] = slots.map(() => null);
  if (sampleWeight != null) {
    if (slots.length > 1 && Array.isArray(sampleWeight) && sampleWeight.length === slots.length) {
      weights = sampleWeight.map((w: TensorLike | null) => (w === null ? null : rowsOf(w, `${who}: sampleWeight`)));
    } else {
      const shared =
        slots.length === 1
          ? arrangeRows(`${who}: sampleWeight`, sampleWeight as Arrays, slots)
          : [rowsOf(sampleWeight as TensorLike, `${who}: sampleWeight`)];
      weights = slots.map((_, i) => shared[i] ?? shared[0]);
    }
  }
  if (classWeight != null) {
    if (slots.length !== 1)
      throw new ValueError(`${who}: classWeight is for models of one output; this one has ${slots.length}.`);
    weights = [byClass(who, tensor(y[0]), classWeight, weights[0] && tensor(weights[0]))];
  }
  return weights;
}

/** The weight of each sample's class, times the weight it has already. */
function byClass(who: string, y: Tensor, classWeight: ClassWeight, given: Tensor | null): Tensor {
  const table =
    classWeight instanceof Map
      ? classWeight
      : new Map(Object.entries(classWeight).map(([k, v]) => [Number(k), v as number]));
  for (const [k, v] of table) {
    if (!Number.isInteger(k) || typeof v !== 'number' || !(v >= 0))
      throw new ValueError(`${who}: classWeight maps classes to weights of at least 0, got ${show(k)}: ${show(v)}.`);
  }
  const [rows, width] = [y.shape[0], y.rank > 1 ? y.shape[1] : 1];
  if (y.rank > 2)
    throw new ShapeError(`${who}: classWeight needs targets [batch] or [batch, classes], got ${showShape(y.shape)}.`);
  const weights = new Float32Array(rows);
  for (let r = 0; r < rows; r++) {
    let label = y.data[r * width];
    if (width > 1) {
      let best = 0;
      for (let c = 1; c < width; c++) if (y.data[r * width + c] > y.data[r * width + best]) best = c;
      label = best;
    }
    weights[r] = (table.get(label) ?? 1) * (given ? given.data[r] : 1);
  }
  if (given && given.rank !== 1)
    throw new ShapeError(`${who}: sampleWeight beside classWeight must be [batch], got ${showShape(given.shape)}.`);
  return new Tensor(weights, [rows]);
}
