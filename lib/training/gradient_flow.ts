import { withWatcher } from '../layers/context.js';
import { sqrt, square } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { gradientParts } from '../ops/grad.js';
import { sum } from '../ops/reduce.js';
import { checkOptions, StateError } from '../program/errors.js';
import { Graph, within } from '../program/graph.js';
import { eachPart, partsWithin, type Parts } from '../program/parts.js';
import { Program } from '../program/program.js';
import { Tensor, type TensorBase } from '../program/tensor.js';
import { symbolsOf } from '../program/trace.js';
import { allocate, DTYPES, sizeOf } from '../program/types.js';
import { native } from '../runtime/addon.js';
import type { Compiled } from './compiled.js';
import { leavesOf, namedWeights } from './gradient_names.js';
import { inputOrder, StepWatcher, type Watched } from './gradient_probe.js';
import type { Model } from './model.js';
import { checkFlag } from '../ops/checks.js';
import { tableOf, type ClassWeight, type SampleWeight } from './prepare.js';
import { addPenalties, declare } from './programs.js';
import type { Session } from './session.js';
import { inOrder } from './shuffle.js';
import type { Arrays } from './slots.js';
import { sourcesOf, specsOf, type BatchSpecs } from './table.js';

export interface GradientFlowOptions {
  /** Also the norms per time step; default true. */
  perStep?: boolean;
  /** Also the gradients of the weights themselves; default false. */
  values?: boolean;
  /** With dropout and the statistics of the batch, as in a training step; default false: as in evaluate. */
  training?: boolean;
  sampleWeight?: SampleWeight;
  classWeight?: ClassWeight;
}

/** L2 norms by name. */
export interface Norms {
  readonly names: readonly string[];
  readonly norms: Float64Array;
}

/** How the gradient of a loss spreads through a model. */
export interface GradientFlow {
  readonly loss: number;
  /** Of all weights' gradients together: what globalClipnorm looks at. */
  readonly globalNorm: number;
  /** ‖dL/dw‖ of every trained weight, `layer/…/weight`. */
  readonly weights: Norms;
  /** ‖dL/dw‖ over all trained weights of a layer. */
  readonly layers: Norms;
  /** ‖dL/dh_t‖ for t = 0 … T − 1, of every layer that gives a sequence and every recurrent layer. */
  readonly steps: readonly { readonly name: string; readonly norms: Float64Array }[];
  /** dL/dw, one per name in `weights`; empty without `values`. */
  readonly values: readonly Tensor[];
}

interface Plan {
  readonly perStep: boolean;
  readonly values: boolean;
  readonly training: boolean;
}

// What the step outputs of a program belong to.
const watchedBy = new WeakMap<Program, readonly Watched[]>();

/** Norms in double: 60 steps of a sigmoid leave too little for a square in float32. */
function norm(x: TensorBase, axes?: readonly number[]): TensorBase {
  return sqrt(sum(square(cast(x, 'float64')), axes));
}

function* flowSteps(model: Model, compiled: Compiled, specs: BatchSpecs, seed: number, plan: Plan): Parts<Program> {
  const graph = new Graph();
  graph.precision = model.precision;
  graph.random = { seed, counter: compiled.optimizer.iterations, streams: 0 };
  const steps = new StepWatcher(graph, new Set(leavesOf(model.layers)));
  const inputs = within(graph, () => declare(graph, specs));
  const forward = model.forwardParts(inputs.x, plan.training);
  const watching = plan.perStep ? eachPart((part) => withWatcher(steps, part), forward) : forward;
  const outputs = yield* partsWithin(graph, watching);
  const variables = namedWeights(model.layers, model.trainableWeights).map((w) => w.variable);
  const total = within(graph, () => {
    addPenalties(graph, variables);
    return compiled.trace(compiled.newState(), inputs.y, outputs, inputs.weights, graph.losses);
  });
  yield;
  const watched = steps.watched();
  const grads = yield* partsWithin(graph, gradientParts(total, [...variables, ...watched.map((w) => w.symbol)]));
  yield;
  const results = within(graph, () => {
    const ofWeights = grads.slice(0, variables.length);
    const byStep = watched.map((w, i) => {
      const g = inputOrder(grads[variables.length + i], w);
      const others = g.shape.map((_, axis) => axis).filter((axis) => axis !== w.axis);
      return norm(g, others);
    });
    const all = [cast(total, 'float64'), ...ofWeights.map((g) => norm(g)), ...byStep];
    return symbolsOf(graph, plan.values ? [...all, ...ofWeights] : all);
  });
  yield;
  const program = yield* Program.inParts(graph, results);
  watchedBy.set(program, watched);
  return program;
}

/** One step of a program that returns its outputs. */
async function runOnce(program: Program, ...feed: [Parameters<Program['steps']>[0], number]): Promise<Tensor[]> {
  const [sources, rows] = feed;
  const buffers = program.outputSpecs.map((s) => new (native().Buffer)(DTYPES.indexOf(s.dtype), sizeOf(s.shape)));
  await program.steps(sources, inOrder(rows), 0, 1, 0, buffers);
  return program.outputSpecs.map(
    ({ shape, dtype }, i) => new Tensor(buffers[i].read(0, allocate(dtype, sizeOf(shape))), shape, dtype),
  );
}

/** Model.gradientFlow. */
export async function gradientFlow(
  model: Model,
  session: Session,
  x: Arrays,
  y: Arrays,
  options: GradientFlowOptions,
): Promise<GradientFlow> {
  const who = 'gradientFlow';
  checkOptions(who, options, ['perStep', 'values', 'training', 'sampleWeight', 'classWeight']);
  const compiled = session.require(who);
  const plan: Plan = {
    perStep: checkFlag(who, 'perStep', options.perStep ?? true),
    values: checkFlag(who, 'values', options.values ?? false),
    training: checkFlag(who, 'training', options.training ?? false),
  };
  return session.alone(who, async () => {
    const { sampleWeight, classWeight } = options;
    const table = await tableOf(who, model, { x, y, sampleWeight, classWeight }, true);
    const named = namedWeights(model.layers, model.trainableWeights);
    if (named.length === 0) throw new StateError(`${who}: model '${model.name}' has no trainable weights.`);
    const specs = specsOf(table, table.rows);
    const kind = `gradients ${Object.values(plan).join()}` as const;
    const program = await session.programs.find(kind, specs, session.seed, () =>
      flowSteps(model, compiled, specs, session.seed, plan),
    );
    // A training forward moves the statistics of batch normalization; looking must change nothing.
    const before = plan.training ? model.getWeights() : null;
    const results = await runOnce(program, sourcesOf(table), table.rows);
    table.release();
    if (before) model.setWeights(before);
    const watched = watchedBy.get(program) as readonly Watched[];
    const [loss, ...rest] = results;
    const norms = Float64Array.from(rest.slice(0, named.length), (t) => t.item());
    const layers = [...new Set(named.map((w) => w.layer))];
    return {
      loss: loss.item(),
      globalNorm: Math.hypot(...norms),
      weights: { names: named.map((w) => w.name), norms },
      layers: {
        names: layers,
        norms: Float64Array.from(layers, (name) => Math.hypot(...norms.filter((_, i) => named[i].layer === name))),
      },
      steps: watched.map(({ name }, i) => ({ name, norms: rest[named.length + i].data as Float64Array })),
      values: rest.slice(named.length + watched.length),
    };
  });
}
