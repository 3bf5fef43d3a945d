import { load } from './load.cjs';

type Elements = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Native memory: a variable's, or the data and results of a run. */
export interface NativeBuffer {
  read<A extends Elements>(offset: number, into: A): A;
  write(offset: number, from: Elements): void;
  /** Gives the memory back before the collector comes round; no run may need it any more. */
  release(): void;
  /** Puts it on a device, which the programs that use it then run on. */
  to(device: string): void;
}

/** Rows of a run's input: buffer, base, row stride, and the strides of a row's own axes, in elements. */
export type NativeSource = readonly [NativeBuffer, number, number, ...number[]];

/** Which of its ways a kernel takes, the layer it belongs to ('' for none), and where it runs. */
export type NativeForm = readonly [op: string, form: string, layer: string, device: string];

/** A decoded program bound to its variables. */
export interface NativeProgram {
  run(inputs: readonly Elements[], outputs: readonly Elements[]): void;
  steps(
    sources: readonly NativeSource[],
    order: Uint32Array,
    from: number,
    count: number,
    milliseconds: number,
    results: readonly NativeBuffer[],
  ): Promise<number>;
  forms(): NativeForm[];
}

/** What the addon was built with and what it found. */
export interface About {
  isa: string;
  isas: string[];
  threads: number;
  cores: number;
  /** Where buffers and programs go that name no device (SEQNN_DEVICE). */
  device: string;
  /** How many GPUs this build can use, and what they are or why there is none. */
  gpu: { count: number; description: string };
  compiler: string;
}

/** A library that a build may use: whether this one does, and its version or why not. */
export interface FoundLibrary {
  found: boolean;
  reason: string;
}

interface Addon {
  Buffer: new (dtype: number, elements: number) => NativeBuffer;
  Program: new (encoded: Uint8Array, variables: readonly NativeBuffer[]) => NativeProgram;
  opNames(): string[];
  setThreads(threads: number): void;
  about(): About;
  gpuLibraries(): Record<string, FoundLibrary>;
}

let addon: Addon | undefined;

/** The addon of this JavaScript thread, loaded at first use. @throws when there is none for this platform. */
export function native(): Addon {
  addon ??= load() as Addon;
  return addon;
}
