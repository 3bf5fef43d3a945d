import { keepForReplay } from '../ops/checkpoint.js';
import { currentOwner, ownedBy } from '../program/owner.js';
import type { Layer } from './layer.js';
import type { Carry } from './recurrent/carry.js';
import type { CellLayer } from './recurrent/cell.js';

// What a call of a layer hands on to the layers inside it. Per JavaScript thread, empty between calls.

/** Looks on while layers are traced. */
export interface Watcher {
  /** Hears of what a model or a layer around it got from a layer. */
  gave(layer: Layer, results: unknown): void;
  /** What a recurrent layer shall run in the place of its cell, with the same states. */
  cellFor(layer: Layer, cell: CellLayer): CellLayer;
}

interface Context {
  readonly training: boolean;
  readonly storedElements?: number;
  readonly shapesOnly: boolean;
  readonly watcher?: Watcher;
  readonly carry?: Carry;
}

let current: Context = { training: false, shapesOnly: false };

// What is computed again for a gradient has been looked at already.
keepForReplay(() => {
  const then = { ...current, watcher: undefined };
  const owner = currentOwner();
  return (body) => ownedBy(owner, () => inside(then, body));
});

function inside<R>(context: Context, body: () => R): R {
  const before = current;
  current = context;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** Runs `body` with layers in training or not; undefined keeps what is. */
export function withTraining<R>(training: boolean | undefined, body: () => R): R {
  return training === undefined ? body() : inside({ ...current, training }, body);
}

/** Runs `body` only to learn the shapes of its results: layers must not keep anything of the batch they see. */
export function forShapesOnly<R>(body: () => R): R {
  return inside({ ...current, shapesOnly: true }, body);
}

/** Whether a layer's call is part of training: what the call itself says, else what the outer call said. */
export function isTraining(kwargs?: { training?: boolean }): boolean {
  return kwargs?.training ?? current.training;
}

export function inferringShapes(): boolean {
  return current.shapesOnly;
}

/** Runs `body` with somebody looking on. */
export function withWatcher<R>(watcher: Watcher, body: () => R): R {
  return inside({ ...current, watcher }, body);
}

export function watcher(): Watcher | undefined {
  return current.watcher;
}

/** Runs `body` with recurrent layers that hand their states on. */
export function withCarry<R>(carry: Carry, body: () => R): R {
  return inside({ ...current, carry }, body);
}

export function carry(): Carry | undefined {
  return current.carry;
}

/** Runs `body`, which makes layers whose weights are to be read from a file that holds so many elements. */
export function withStoredWeights<R>(elements: number, body: () => R): R {
  return inside({ ...current, storedElements: elements }, body);
}

/** Of the file from which the weights that are made now will be read; undefined: they get first values of their own. */
export function storedElements(): number | undefined {
  return current.storedElements;
}
