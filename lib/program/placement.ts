// The device that what is being traced shall run on, where that is not the program's own. Per JavaScript thread.
let current: string | undefined;

/** Where nodes and variables that are made now belong; undefined: to the program's own device. */
export function currentDevice(): string | undefined {
  return current;
}

/** Runs `body`, whose nodes and variables belong to the device ('cpu', 'gpu:0'; undefined: the program's own). */
export function onDevice<R>(device: string | undefined, body: () => R): R {
  const before = current;
  current = device;
  try {
    return body();
  } finally {
    current = before;
  }
}
