// The layer whose steps are being traced. Per JavaScript thread.
let current: string | undefined;

/** The name that kernels with several forms, or whose input can be wrong, are reported under; undefined: no such layer's. */
export function currentOwner(): string | undefined {
  return current;
}

/** Runs `body`, whose kernels belong to the layer of this name. */
export function ownedBy<R>(layer: string | undefined, body: () => R): R {
  const before = current;
  current = layer;
  try {
    return body();
  } finally {
    current = before;
  }
}
