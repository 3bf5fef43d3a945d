import { withCarry, withTraining } from '../layers/context.js';
import { Carry } from '../layers/recurrent/carry.js';
import { gradientParts } from '../ops/grad.js';
import { add } from '../ops/arithmetic.js';
import { assign } from '../ops/update.js';
import { StateError } from '../program/errors.js';
import { Graph, within, type SymbolicTensor } from '../program/graph.js';
import { atOnce, eachPart, inBreaths, partsWithin, type Parts } from '../program/parts.js';
import { Program } from '../program/program.js';
import { Tensor, type TensorBase } from '../program/tensor.js';
import { symbolsOf } from '../program/trace.js';
import type { Precision, Spec } from '../program/types.js';
import { Variable } from '../program/variable.js';
import { penalties } from '../regularizers/index.js';
import type { Compiled } from './compiled.js';
import type { BatchSpecs } from './table.js';

/** What the programs of a model are made of. */
export interface Programmable {
  readonly name: string;
  readonly weights: Variable[];
  readonly trainableWeights: Variable[];
  readonly precision: Precision;
  forward(inputs: readonly TensorBase[], training: boolean): TensorBase[];
  forwardParts(inputs: readonly TensorBase[], training: boolean): Parts<TensorBase[]>;
}

// Enough for a training with its partial batch, the evaluation and a few lengths of predictions.
const LIMIT = 48;

type Kind =
  'train' | `train${'First' | 'Next'}${number}` | 'evaluate' | 'predict' | 'predictTraining' | `gradients${string}`;

const RUNS = ['train', 'evaluate', 'predict', 'gradients'] as const;

/** The way that a native kernel takes through the steps of a sequence. */
export interface KernelForm {
  /** The recurrent layer's name; null for a kernel or loop that belongs to none. */
  readonly layer: string | null;
  /** What it is run for. */
  readonly run: (typeof RUNS)[number];
  /** 'rnn', its gradient 'rnnGrad', or 'scan' for a loop over a cell's steps, forward or back. */
  readonly op: string;
  /** On a CPU 'lanes' or 'units', on a GPU 'persistent', 'cudnn' or 'steps'; of a loop 'scan'. */
  readonly form: string;
  /** 'cpu', 'gpu:0', … */
  readonly device: string;
}

/** The native programs of one model, by what they do and the shapes they take. */
export class Programs {
  private readonly cache = new Map<string, Program>();
  /** States on their way from one part of a batch's steps to the next, by the batch's size. */
  private readonly carried = new Map<number, (readonly Variable[])[]>();
  /** Counts the predictions that draw random numbers, so that each draws others. */
  private readonly draws = new Variable(new Tensor(new Int32Array(1), []), 'draws', false);

  constructor(private readonly model: Programmable) {}

  clear(): void {
    this.cache.clear();
    this.carried.clear();
  }

  /** Bytes of the largest program; all of them work in the same memory. */
  get workingMemory(): number {
    return Math.max(0, ...[...this.cache.values()].map((program) => program.arenaBytes));
  }

  /** What the kernels of all programs report, each line once. */
  get forms(): readonly KernelForm[] {
    const found = new Map<string, KernelForm>();
    for (const [key, program] of this.cache) {
      const run = RUNS.find((name) => key.startsWith(name)) as KernelForm['run'];
      for (const [op, form, layer, device] of program.forms) {
        const one = { layer: layer || null, run, op, form, device } as const;
        found.set(Object.values(one).join(' '), one);
      }
    }
    return [...found.values()];
  }

  async train(specs: BatchSpecs, compiled: Compiled, seed: number): Promise<Program> {
    return this.find('train', specs, seed, () => this.trainSteps(specs, compiled, seed));
  }

  /**
   * A train step on a part of the steps, with the recurrent layers' states from the part before.
   *
   * @param resumes Whether there was one: false for the first part.
   * @param share How much a sample counts in the means of the run.
   */
  async trainChunk(
    specs: BatchSpecs,
    compiled: Compiled,
    seed: number,
    resumes: boolean,
    share: number,
  ): Promise<Program> {
    const [rows] = specs.x[0].shape;
    const kept = this.carried.get(rows) ?? [];
    this.carried.set(rows, kept);
    return this.find(`train${resumes ? 'Next' : 'First'}${share}`, specs, seed, () =>
      this.trainSteps(specs, compiled, seed, { carry: new Carry(kept, resumes), share }),
    );
  }

  async evaluate(specs: BatchSpecs, compiled: Compiled, seed: number): Promise<Program> {
    return this.find('evaluate', specs, seed, () => this.evaluateSteps(specs, compiled, seed));
  }

  async predict(x: readonly Spec[], training: boolean, seed: number): Promise<Program> {
    return this.find(training ? 'predictTraining' : 'predict', { x, y: [], weights: [] }, seed, () =>
      this.predictSteps(x, training, seed),
    );
  }

  predictNow(x: readonly Spec[], training: boolean, seed: number): Program {
    const key = this.keyOf(training ? 'predictTraining' : 'predict', { x, y: [], weights: [] }, seed);
    const known = this.cache.get(key);
    if (known) return known;
    return this.keep(key, atOnce(this.predictSteps(x, training, seed)));
  }

  /** In parts, with a breath now and then: the making must not hold up the event loop. */
  async find(kind: Kind, specs: BatchSpecs, seed: number, make: () => Parts<Program>): Promise<Program> {
    const key = this.keyOf(kind, specs, seed);
    const known = this.cache.get(key);
    if (known) return known;
    return this.keep(key, await inBreaths(make()));
  }

  private keyOf(kind: Kind, { x, y, weights }: BatchSpecs, seed: number): string {
    const shape = (s: Spec | null) => (s ? `${s.dtype}${s.shape.join(',')}` : '-');
    // What is trained decides on gradients and penalties.
    const trainable = kind.startsWith('predict') ? null : new Set(this.model.trainableWeights);
    const bits = trainable ? this.model.weights.map((w) => (trainable.has(w) ? 1 : 0)).join('') : '';
    return [kind, seed, bits, ...x.map(shape), '|', ...y.map(shape), '|', ...weights.map(shape)].join(' ');
  }

  private keep(key: string, program: Program): Program {
    if (this.cache.size >= LIMIT) this.cache.delete(this.cache.keys().next().value as string);
    this.cache.set(key, program);
    return program;
  }

  private newGraph(): Graph {
    const graph = new Graph();
    graph.precision = this.model.precision;
    return graph;
  }

  private *trainSteps(
    specs: BatchSpecs,
    compiled: Compiled,
    seed: number,
    part?: { readonly carry: Carry; readonly share: number },
  ): Parts<Program> {
    const { optimizer } = compiled;
    const graph = this.newGraph();
    // The optimizer counts the steps: training that goes on from a checkpoint draws what it would have drawn.
    graph.random = { seed, counter: optimizer.iterations, streams: 0 };
    const inputs = within(graph, () => declare(graph, specs));
    const forward = this.model.forwardParts(inputs.x, true);
    const carrying = part ? eachPart((run) => withCarry(part.carry, run), forward) : forward;
    const outputs = yield* partsWithin(graph, carrying);
    const variables = this.model.trainableWeights;
    if (variables.length === 0) throw new StateError(`${this.model.name}: there are no trainable weights to fit.`);
    const total = within(graph, () => {
      addPenalties(graph, variables);
      return compiled.trace(compiled.training, inputs.y, outputs, inputs.weights, graph.losses, part?.share);
    });
    yield;
    const grads = yield* partsWithin(graph, gradientParts(total, variables));
    yield;
    within(graph, () => optimizer.apply(grads, variables));
    yield;
    return yield* Program.inParts(graph, []);
  }

  private *evaluateSteps(specs: BatchSpecs, compiled: Compiled, seed: number): Parts<Program> {
    const graph = this.newGraph();
    graph.random = { seed, counter: this.draws, streams: 0 };
    const inputs = within(graph, () => declare(graph, specs));
    const outputs = yield* partsWithin(graph, this.model.forwardParts(inputs.x, false));
    within(graph, () => {
      addPenalties(graph, this.model.trainableWeights);
      compiled.trace(compiled.evaluation, inputs.y, outputs, inputs.weights, graph.losses);
    });
    yield;
    return yield* Program.inParts(graph, []);
  }

  private *predictSteps(x: readonly Spec[], training: boolean, seed: number): Parts<Program> {
    const graph = this.newGraph();
    const random = { seed, counter: this.draws, streams: 0 };
    graph.random = random;
    const inputs = within(graph, () => declare(graph, { x, y: [], weights: [] }));
    const given = yield* partsWithin(graph, this.model.forwardParts(inputs.x, training));
    const results = within(graph, () => {
      const outputs = symbolsOf(graph, given);
      if (random.streams > 0) assign(this.draws, add(this.draws, 1));
      return outputs;
    });
    yield;
    return yield* Program.inParts(graph, results);
  }
}

/** Joins what the regularizers of the weights cost to the losses. */
export function addPenalties(graph: Graph, variables: readonly Variable[]): void {
  const list = penalties(variables);
  if (list.length > 0) graph.losses.push(...symbolsOf(graph, list));
}

/** Inputs, targets and weights of a batch as inputs of a graph. */
export function declare(
  graph: Graph,
  { x, y, weights }: BatchSpecs,
): { x: SymbolicTensor[]; y: SymbolicTensor[]; weights: (SymbolicTensor | null)[] } {
  const batched = (s: Spec) => graph.input(s, true);
  return { x: x.map(batched), y: y.map(batched), weights: weights.map((w) => w && batched(w)) };
}

/** A model's results as a list, computed by `call`. */
export function runForward(call: () => TensorBase | TensorBase[], training: boolean): TensorBase[] {
  const results = withTraining(training, call);
  return Array.isArray(results) ? results : [results];
}
