import type { Graph, Source, SymbolicTensor } from './graph.js';
import type { layOut } from './layout.js';
import { handOn, lower, place, type Instruction } from './lower.js';
import type { AttrValue, Op } from './op.js';
import { placeInstructions } from './place.js';
import { planMemory, rootOf, type MemoryPlan } from './plan.js';
import { swapOut } from './swap.js';
import { DTYPES, PRECISIONS, type Precision, type Spec } from './types.js';
import type { Variable } from './variable.js';

const MAGIC = 0x314e5153;
const NOTHING: MemoryPlan = { offsets: new Map(), bytes: 0 };
const HOME = { arena: 0, variable: 1, constant: 2, parameter: 3, aside: 4 } as const;

/** A program as native/runtime/decode.cc reads it, and the variables it refers to by number. */
export interface Encoded {
  readonly bytes: Uint8Array;
  readonly variables: Variable[];
  /** Inputs that the program really reads: number of the graph's input for each of the program's. */
  readonly inputs: number[];
  /** Bytes of working memory, without what kernels take for themselves and what waits in the host's memory. */
  readonly arena: number;
}

/** Lowers, plans and writes a program that has been laid out. */
export function encode({ graph, outputs }: ReturnType<typeof layOut>, precision: Precision): Encoded {
  const encoder = new Encoder(precision);
  encoder.root(graph, outputs);
  return encoder.finish();
}

class Encoder {
  private readonly strings = new Map<string, number>();
  private readonly stream: number[] = [];
  private readonly constants: Uint8Array[] = [];
  private constantBytes = 0;
  private readonly variables: Variable[] = [];
  private readonly inputs: number[] = [];
  private arena = 0;

  constructor(precision: Precision) {
    this.stream.push(PRECISIONS.indexOf(precision));
  }

  root(graph: Graph, outputs: readonly SymbolicTensor[]): void {
    const copied = withCopies(graph, outputs, 0);
    const swapped = swapOut(graph, copied.lowered, copied.results);
    const { aside } = swapped;
    const { lowered, results, devices, home, runsOn } = placeInstructions(graph, swapped.lowered, copied.results);
    const used = new Set<SymbolicTensor>();
    for (const it of lowered.instructions) for (const x of it.inputs) if (x) used.add(rootOf(lowered.aliases, x));
    const inputs = graph.nodes
      .filter((n) => n.source?.kind === 'input' && used.has(n.outputs[0]))
      .map((n) => n.outputs[0]);
    // Inputs and results lie on the program's own device, the first.
    const plans = devices.map((_, d) =>
      planMemory(
        lowered,
        d === 0 ? inputs : [],
        d === 0 ? results : [],
        (s) => (s.node.source !== undefined && s.node.source.kind !== 'input') || home(s) !== d || aside.has(s),
      ),
    );
    const asides = devices.map((_, d) =>
      aside.size === 0 ? NOTHING : planMemory(lowered, [], [], (s) => !aside.has(s) || home(s) !== d),
    );
    this.arena = plans.reduce((n, { bytes }) => n + bytes, 0);
    this.program(
      lowered,
      devices.map((name, d) => ({ name, bytes: plans[d].bytes, aside: asides[d].bytes })),
      results,
      (s) => {
        const source = s.node.source;
        if (source?.kind === 'variable') return [HOME.variable, home(s), place(this.variables, source.variable)];
        if (source?.kind === 'constant') return [HOME.constant, 0, this.constant(s)];
        if (aside.has(s)) return [HOME.aside, home(s), asides[home(s)].offsets.get(s) as number];
        return [HOME.arena, home(s), plans[home(s)].offsets.get(s) as number];
      },
      runsOn,
      inputs,
    );
  }

  /** Inputs of a body are parameters; so are its stacked outputs, behind them. Returns the bytes of its own memory. */
  private body(graph: Graph, states: number): number {
    const { lowered, results } = withCopies(graph, graph.outputs, states);
    const stacked = new Map(results.slice(states).map((s, i) => [rootOf(lowered.aliases, s), graph.inputs.length + i]));
    const parameters = new Map(graph.inputs.map((s, i) => [s, i]));
    const plan = planMemory(lowered, [], results, (s) => s.node.source !== undefined || stacked.has(s));
    this.program(
      lowered,
      [{ name: '', bytes: plan.bytes, aside: 0 }],
      results.slice(0, states),
      (s) => {
        const parameter = stacked.get(s) ?? parameters.get(s);
        if (parameter !== undefined) return [HOME.parameter, 0, parameter];
        if (s.node.source?.kind === 'constant') return [HOME.constant, 0, this.constant(s)];
        return [HOME.arena, 0, plan.offsets.get(s) as number];
      },
      () => 0,
      [],
    );
    return plan.bytes;
  }

  private program(
    { instructions, aliases }: ReturnType<typeof lower>,
    devices: readonly { name: string; bytes: number; aside: number }[],
    outputs: readonly SymbolicTensor[],
    home: (root: SymbolicTensor) => [kind: number, device: number, place: number],
    runsOn: (it: Instruction) => number,
    inputs: readonly SymbolicTensor[],
  ): void {
    const buffers = new Map<SymbolicTensor, number>();
    const number = (s: SymbolicTensor | null) => {
      if (!s) return -1;
      if (!buffers.has(s)) buffers.set(s, buffers.size);
      return buffers.get(s) as number;
    };
    for (const s of inputs) number(s);
    for (const s of outputs) number(s);
    for (const it of instructions) [...it.inputs, ...it.outputs].forEach(number);

    const homes = new Map<SymbolicTensor, [number, number, number]>();
    const places = devices.flatMap(({ name, bytes, aside }) => [this.string(name), bytes, aside]);
    this.stream.push(devices.length, ...places, buffers.size);
    for (const s of buffers.keys()) {
      const root = rootOf(aliases, s);
      if (!homes.has(root)) homes.set(root, home(root));
      const [where, device, at] = homes.get(root) as [number, number, number];
      this.stream.push(where, device, DTYPES.indexOf(s.dtype), s.shape.length, ...s.shape, at);
    }
    this.stream.push(inputs.length);
    for (const s of inputs) {
      const { shards = 1, ...source } = s.node.source as Extract<Source, { kind: 'input' }>;
      const block = shards > 1 ? s.shape.slice(1) : s.shape;
      const logical = source.perm.map((_, d) => block[source.perm.indexOf(d)] * (d === 0 ? shards : 1));
      this.inputs.push(source.number);
      this.stream.push(number(s), source.batched ? 1 : 0, shards, logical.length, ...logical, ...source.perm);
    }
    this.stream.push(outputs.length, ...outputs.map(number));

    const bodies = instructions.flatMap((it) =>
      it.bodies.map((graph) => ({
        graph,
        states: it.attrs.states as number,
        shards: it.attrs.shards as number | undefined,
      })),
    );
    this.stream.push(bodies.length);
    for (const { graph, states, shards = 0 } of bodies) this.arena += shards * this.body(graph, states);
    this.stream.push(instructions.length);
    let firstBody = 0;
    for (const it of instructions) {
      this.stream.push(runsOn(it));
      this.instruction(it, number, firstBody);
      firstBody += it.bodies.length;
    }
  }

  private instruction(it: Instruction, number: (s: SymbolicTensor | null) => number, firstBody: number): void {
    this.stream.push(
      this.string(it.op),
      it.inputs.length,
      ...it.inputs.map(number),
      it.outputs.length,
      ...it.outputs.map(number),
    );
    const attrs = Object.entries(it.attrs).filter(([, value]) => value !== undefined);
    this.stream.push(attrs.length);
    for (const [name, value] of attrs) {
      const values = this.values(value);
      this.stream.push(this.string(name), values.length, ...values);
    }
    this.stream.push(it.bodies.length, ...it.bodies.map((_, i) => firstBody + i));
  }

  private values(value: AttrValue): number[] {
    if (typeof value === 'boolean') return [value ? 1 : 0];
    const list = Array.isArray(value) ? (value as readonly (number | string)[]) : [value as number | string];
    return list.map((v) => (typeof v === 'string' ? this.string(v) : v));
  }

  private string(text: string): number {
    if (!this.strings.has(text)) this.strings.set(text, this.strings.size);
    return this.strings.get(text) as number;
  }

  private constant(symbol: SymbolicTensor): number {
    const { value } = symbol.node.source as { value: { data: ArrayBufferView } };
    const at = this.constantBytes;
    this.constants.push(new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength));
    this.constantBytes += Math.ceil(value.data.byteLength / 8) * 8;
    return at;
  }

  finish(): Encoded {
    const texts = [...this.strings.keys()].map((s) => new TextEncoder().encode(s));
    const head = 16 + texts.reduce((n, t) => n + 4 + t.length, 0);
    const start = Math.ceil(head / 8) * 8;
    const buffer = new ArrayBuffer(start + this.stream.length * 8 + this.constantBytes);
    const view = new DataView(buffer);
    [MAGIC, texts.length, this.stream.length, this.constantBytes].forEach((n, i) => view.setUint32(i * 4, n, true));
    const bytes = new Uint8Array(buffer);
    let at = 16;
    for (const text of texts) {
      view.setUint32(at, text.length, true);
      bytes.set(text, at + 4);
      at += 4 + text.length;
    }
    new Float64Array(buffer, start, this.stream.length).set(this.stream);
    at = start + this.stream.length * 8;
    for (const part of this.constants) {
      bytes.set(part, at);
      at += Math.ceil(part.length / 8) * 8;
    }
    return { bytes, variables: this.variables, inputs: this.inputs, arena: this.arena };
  }
}

/**
 * Results that are a source get a copy; from `exclusive` on, each must own its memory, too. (The states of a scan
 * may share theirs: they are copied when the step is over.)
 */
function withCopies(
  graph: Graph,
  outputs: readonly SymbolicTensor[],
  exclusive: number,
): { lowered: ReturnType<typeof lower>; results: SymbolicTensor[] } {
  const lowered = lower(graph, outputs);
  const taken = new Set<SymbolicTensor>();
  const results = outputs.map((output, i) => {
    const root = rootOf(lowered.aliases, output);
    if (!root.node.source && !(i >= exclusive && taken.has(root))) {
      if (i >= exclusive) taken.add(root);
      return output;
    }
    const copy = handOn(graph, COPY, output);
    lowered.instructions.push(copy.instruction);
    return copy.result;
  });
  return { lowered, results };
}

const COPY: Op = { name: 'copy', infer: ([x]) => [x as Spec] };
