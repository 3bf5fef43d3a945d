/** What a node is to a program beside what it computes. */
export interface Placement {
  /** Where it runs, unless that is the program's own device. */
  readonly device?: string;
  /** What it computes for a gradient waits for that in the host's memory (swap.ts). */
  readonly swaps?: boolean;
  /** It belongs to a gradient. */
  readonly backward?: boolean;
}

// That of what is being traced. Per JavaScript thread.
let current: Placement = {};

export function currentPlacement(): Placement {
  return current;
}

/** Where nodes and variables that are made now belong; undefined: to the program's own device. */
export function currentDevice(): string | undefined {
  return current.device;
}

/** Runs `body`, whose nodes get the placement. */
export function placed<R>(placement: Placement, body: () => R): R {
  const before = current;
  current = placement;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** Runs `body`, whose nodes and variables belong to the device ('cpu', 'gpu:0'; undefined: the program's own). */
export function onDevice<R>(device: string | undefined, body: () => R): R {
  return placed({ ...current, device }, body);
}
