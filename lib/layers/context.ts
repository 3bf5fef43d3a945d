// What a call of a layer hands on to the layers inside it. Per JavaScript thread, empty between calls.

interface Context {
  readonly training: boolean;
  readonly shapesOnly: boolean;
}

let current: Context = { training: false, shapesOnly: false };

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
