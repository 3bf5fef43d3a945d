import { ValueError } from './errors.js';
import type { Graph, SymbolicTensor } from './graph.js';
import { handOn, type Instruction, type Lowered } from './lower.js';
import type { Op } from './op.js';
import { rootOf } from './plan.js';
import type { Spec } from './types.js';

/** A lowered program in which no instruction reads another device's memory. */
export interface Placed {
  readonly lowered: Lowered;
  readonly results: readonly SymbolicTensor[];
  /** Names of the devices; the first, without a name, is the program's own. */
  readonly devices: readonly string[];
  /** The number of the device on which a value lies, and on which an instruction runs. */
  readonly home: (root: SymbolicTensor) => number;
  readonly runsOn: (it: Instruction) => number;
}

const OWN = '';
const TRANSFER: Op = { name: 'transfer', infer: ([x]) => [x as Spec] };

/** Puts a `transfer` in front of the first instruction on a device that reads a value of another one. */
export function placeInstructions(graph: Graph, lowered: Lowered, results: readonly SymbolicTensor[]): Placed {
  // By device, in the order of their numbers: what has been brought there.
  const brought = new Map<string, Map<SymbolicTensor, SymbolicTensor>>();
  const there = (device: string) => {
    const known = brought.get(device) ?? new Map<SymbolicTensor, SymbolicTensor>();
    brought.set(device, known);
    return known;
  };
  there(OWN);
  const made = new Map<SymbolicTensor, string>();
  const root = (s: SymbolicTensor) => rootOf(lowered.aliases, s);
  const deviceOf = (own: SymbolicTensor): string | null => {
    const { source } = own.node;
    if (source?.kind === 'constant') return null; // every device has them
    return (source?.kind === 'variable' ? source.variable.device : made.get(own)) ?? OWN;
  };
  // What updates a variable runs where that lies.
  const wanted = (it: Instruction) => {
    if (!it.updated) return it.device ?? OWN;
    const devices = new Set(it.updated.map((v) => deviceOf(root(v)) ?? OWN));
    if (devices.size !== 1) {
      const names = [...devices].map((name) => name || "the program's own");
      throw new ValueError(`${it.op}: expected variables on one device to write, got ${names.join(' and ')}.`);
    }
    return [...devices][0];
  };
  const instructions: Instruction[] = [];
  const bring = (symbol: SymbolicTensor, device: string): SymbolicTensor => {
    const from = deviceOf(root(symbol));
    if (from === null || from === device) return symbol;
    there(from);
    const known = there(device).get(symbol);
    if (known) return known;
    const transfer = handOn(graph, TRANSFER, symbol, device);
    instructions.push(transfer.instruction);
    made.set(transfer.result, device);
    there(device).set(symbol, transfer.result);
    return transfer.result;
  };
  for (const it of lowered.instructions) {
    const device = wanted(it);
    there(device);
    const inputs = it.inputs.map((x) => x && bring(x, device));
    for (const output of it.outputs) if (output) made.set(root(output), device);
    instructions.push({ ...it, inputs, device });
  }
  const home = results.map((r) => bring(r, OWN));
  const devices = [...brought.keys()];
  return {
    lowered: { instructions, aliases: lowered.aliases },
    results: home,
    devices,
    home: (own) => devices.indexOf(deviceOf(own) ?? OWN),
    runsOn: (it) => devices.indexOf(it.device ?? OWN),
  };
}
