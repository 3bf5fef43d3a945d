import type { Graph, SymbolicTensor } from './graph.js';
import { handOn, type Instruction, type Lowered } from './lower.js';
import type { Op } from './op.js';
import { bytesOf, rootOf } from './plan.js';
import type { Spec } from './types.js';

// On a GPU, what a layer with `swapMemory` keeps for the gradient waits in the host's memory: it is copied there behind
// the last instruction of the forward pass that reads it and back in front of the first one of the backward pass.

/** A copy takes microseconds, however small: what has less than this stays. */
export const LEAST_BYTES = 4096;

const COPY: Op = { name: 'copy', infer: ([x]) => [x as Spec] };

/** A program in which some values lie in host memory beside the device that computes with them. */
export interface Swapped {
  readonly lowered: Lowered;
  /** The values there; only copies read and write them. */
  readonly aside: ReadonlySet<SymbolicTensor>;
}

/** The last reader before the gradient (or the maker itself) and the first one of the gradient, by number. */
interface Gap {
  readonly device: string | undefined;
  last: number;
  first: number;
}

/** @param results Values that outlive the program, which stay where they are. */
export function swapOut(graph: Graph, lowered: Lowered, results: readonly SymbolicTensor[]): Swapped {
  const aside = new Set<SymbolicTensor>();
  if (!lowered.instructions.some((it) => it.swaps)) return { lowered, aside };
  const root = (s: SymbolicTensor) => rootOf(lowered.aliases, s);
  const gaps = gapsOf(lowered, results.map(root), root);
  const [leaving, coming] = [new Map<number, SymbolicTensor[]>(), new Map<number, SymbolicTensor[]>()];
  for (const [own, { last, first }] of gaps) {
    leaving.set(last, [...(leaving.get(last) ?? []), own]);
    coming.set(first, [...(coming.get(first) ?? []), own]);
  }
  const aliases = new Map(lowered.aliases);
  const instructions: Instruction[] = [];
  // Of a value that went: where it waits, then what it is when it is back; and by the names under which it is read.
  const now = new Map<SymbolicTensor, SymbolicTensor>();
  const names = new Map<SymbolicTensor, SymbolicTensor>();
  // Both ways on the device that made the value.
  const move = (own: SymbolicTensor) => {
    const { instruction, result } = handOn(graph, COPY, now.get(own) ?? own, gaps.get(own)?.device);
    instructions.push(instruction);
    now.set(own, result);
    return result;
  };
  const returned = (x: SymbolicTensor): SymbolicTensor => {
    const [own, known] = [root(x), names.get(x)];
    if (known) return known;
    const name = x === own ? (now.get(own) as SymbolicTensor) : graph.add(COPY, [x], {}, [x]).outputs[0];
    if (x !== own) aliases.set(name, now.get(own) as SymbolicTensor);
    names.set(x, name);
    return name;
  };
  lowered.instructions.forEach((it, i) => {
    coming.get(i)?.forEach(move);
    const inputs = it.inputs.map((x) => (x && (gaps.get(root(x))?.first ?? Infinity) <= i ? returned(x) : x));
    instructions.push({ ...it, inputs });
    for (const own of leaving.get(i) ?? []) aside.add(move(own));
  });
  return { lowered: { instructions, aliases }, aside };
}

function gapsOf(
  { instructions }: Lowered,
  results: readonly SymbolicTensor[],
  root: (s: SymbolicTensor) => SymbolicTensor,
): Map<SymbolicTensor, Gap> {
  const gaps = new Map<SymbolicTensor, Gap>();
  instructions.forEach((it, i) => {
    for (const x of it.inputs) {
      const gap = x && gaps.get(root(x));
      if (!gap) continue;
      if (it.backward) gap.first = Math.min(gap.first, i);
      else gap.last = i;
    }
    if (!it.swaps || it.backward || it.updated) return;
    for (const o of it.outputs) {
      if (o && bytesOf(root(o)) >= LEAST_BYTES) gaps.set(root(o), { device: it.device, last: i, first: Infinity });
    }
  });
  for (const [own, { last, first }] of gaps)
    if (first === Infinity || first < last || results.includes(own)) gaps.delete(own);
  return gaps;
}
