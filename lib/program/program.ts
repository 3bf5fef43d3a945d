import { setImmediate } from 'node:timers/promises';
import { native, type NativeBuffer, type NativeForm, type NativeProgram, type NativeSource } from '../runtime/addon.js';
import { encode } from './encode.js';
import { SeqnnError } from './errors.js';
import type { Graph, SymbolicTensor } from './graph.js';
import { layingOut, layOut } from './layout.js';
import type { Parts } from './parts.js';
import { shard, sharding } from './shard.js';
import { Tensor } from './tensor.js';
import { allocate, sizeOf, type Spec, type TypedArray } from './types.js';

/** A traced function with fixed shapes, ready to run. */
export class Program {
  /** Shapes and dtypes of the inputs, by the number in which they were made. */
  readonly inputSpecs: readonly Spec[];
  readonly outputSpecs: readonly Spec[];
  /** Bytes in which its values lie while it runs, without what kernels take for themselves. */
  readonly arenaBytes: number;
  private readonly program: NativeProgram;
  private readonly used: readonly number[];
  // Kept so that the weights live as long as the program that points at them.
  private readonly variables: readonly NativeBuffer[];

  /** @param outputs Symbols of the graph; what neither they nor an update needs is dropped. */
  constructor(
    graph: Graph,
    outputs: readonly SymbolicTensor[],
    encoded = encode(shard(layOut(graph, outputs)), graph.precision),
  ) {
    this.inputSpecs = graph.inputs.map(({ shape, dtype }) => ({ shape, dtype }));
    this.outputSpecs = outputs.map(({ shape, dtype }) => ({ shape, dtype }));
    const { bytes, variables, inputs, arena } = encoded;
    this.arenaBytes = arena;
    this.variables = variables.map((v) => v.buffer);
    this.used = inputs;
    this.program = new (native().Program)(bytes, this.variables);
  }

  /** The same in parts of a few milliseconds, for a caller that must let the event loop turn between them. */
  static *inParts(graph: Graph, outputs: readonly SymbolicTensor[]): Parts<Program> {
    const laid = yield* layingOut(graph, outputs);
    yield;
    const sharded = yield* sharding(laid);
    yield;
    const encoded = encode(sharded, graph.precision);
    yield;
    return new Program(graph, outputs, encoded);
  }

  /**
   * Runs once, on this thread. The inputs must have the program's shapes and dtypes.
   *
   * @param kept Tensors of an earlier run that the results may go to, by output number; where there is none a new one is made.
   */
  run(inputs: readonly Tensor[], kept: readonly (Tensor | undefined)[] = []): Tensor[] {
    const outputs = this.outputSpecs.map(
      ({ shape, dtype }, i) => kept[i] ?? new Tensor(allocate(dtype, sizeOf(shape)), shape, dtype),
    );
    this.program.run(
      this.used.map((i) => inputs[i].data),
      outputs.map((o) => o.data),
    );
    return outputs;
  }

  /**
   * Runs `count` steps off this thread, step s on the rows order[from + s·batch …], until they are done or
   * `milliseconds` are over or the script has read a variable or run a program in between.
   *
   * @param sources Where the rows of each input are, by input number.
   * @param results One buffer per output that gets the steps' results one after the other; none: they are dropped.
   * @returns How many steps were done, at least one of them.
   */
  async steps(
    sources: readonly NativeSource[],
    order: Uint32Array,
    from: number,
    count: number,
    milliseconds: number,
    results: readonly NativeBuffer[] = [],
  ): Promise<number> {
    const used = this.used.map((i) => {
      const source = sources[i];
      if (!source) throw new SeqnnError(`steps: input ${i} has no source.`);
      return source;
    });
    for (;;) {
      // None, where the script read something before the first, or in a worker thread that is being ended: native calls
      // do nothing there, and only the event loop's turn ends it.
      const done = await this.program.steps(used, order, from, count, milliseconds, results).catch(failed);
      if (done > 0 || count === 0) return done;
      await setImmediate();
    }
  }

  /** Of its kernels that take one of several ways, in their order, on the devices that it would run on now. */
  get forms(): readonly NativeForm[] {
    return this.program.forms();
  }
}

/** A failure of the computing thread, which has no stack: it gets that of the script that waits. */
function failed(error: Error): never {
  throw new SeqnnError(error.message, { cause: error });
}

export type { NativeBuffer, NativeSource, TypedArray };
