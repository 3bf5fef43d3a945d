// The layer whose steps are being traced. Per JavaScript thread.
let current: string | undefined;

/** The name that kernels with several forms are reported under; undefined: no recurrent layer's. */
export function currentOwner(): string | undefined {
  return current;
}

/** Runs `body`, whose recurrent kernels and loops belong to the layer of this name. */
export function ownedBy<R>(layer: string | undefined, body: () => R): R {
  const before = current;
  current = layer;
  try {
    return body();
  } finally {
    current = before;
  }
}
