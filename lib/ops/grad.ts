import { symbolOf } from '../program/apply.js';
import { differentiating } from '../program/differentiate.js';
import { ShapeError, SeqnnError, ValueError } from '../program/errors.js';
import { currentGraph, Graph, type RandomSource, type SymbolicTensor } from '../program/graph.js';
import { atOnce, type Parts } from '../program/parts.js';
import { Program } from '../program/program.js';
import { Tensor, TensorBase, tensor, type TensorLike } from '../program/tensor.js';
import { symbolsOf, trace } from '../program/trace.js';
import { isFloating, showShape } from '../program/types.js';
import { Variable } from '../program/variable.js';
import { add } from './arithmetic.js';
import { full, zeros } from './create.js';
import { freshSeed } from './random.js';
import { assign } from './update.js';

/**
 * Inside a traced function: d(sum of outputs · seeds) / d(wrt).
 *
 * @param outputs A tensor or several; one that is not a scalar is summed.
 * @param wrt Symbols or variables.
 * @param seeds Gradients to start from, parallel to `outputs`; default ones.
 * @returns One gradient per `wrt`, zeros where the outputs do not depend on it.
 */
export function gradients(
  outputs: TensorBase | readonly TensorBase[],
  wrt: readonly TensorBase[],
  seeds?: readonly TensorBase[],
): TensorBase[] {
  return atOnce(gradientParts(outputs, wrt, seeds));
}

/** `gradients` in parts. */
export function* gradientParts(
  outputs: TensorBase | readonly TensorBase[],
  wrt: readonly TensorBase[],
  seeds?: readonly TensorBase[],
): Parts<TensorBase[]> {
  const graph = currentGraph();
  if (!graph) throw new SeqnnError('gradients: only inside a traced function; use grad(fn) on concrete tensors.');
  const list = (outputs instanceof TensorBase ? [outputs] : [...outputs]).map((o) => symbolOf(graph, o));
  const starts = list.map((o, i) => symbolOf(graph, seeds?.[i] ?? full(o.shape, 1, o.dtype)));
  const symbols = wrt.map((w) => symbolOf(graph, w));
  const found = yield* differentiating(list, starts, symbols, (a, b) => add(a, b) as SymbolicTensor);
  return found.map((g, i) => g ?? zeros(symbols[i].shape, symbols[i].dtype));
}

/** A function of tensors that was traced: called like the original. */
export type Compiled<R> = (...args: TensorLike[]) => R;

// Programs of one compiled function, by the shapes of its arguments.
const PROGRAM_LIMIT = 64;

/**
 * Traces a function of tensors into a native program, once per combination of shapes. Variables that it reads or
 * assigns are used in place, and random ops draw anew at every call.
 *
 * @param fn Takes tensors, returns a tensor or a list of tensors.
 */
export function compile<R extends TensorBase | readonly TensorBase[]>(
  fn: (...args: any[]) => R,
): Compiled<R extends TensorBase ? Tensor : Tensor[]> {
  if (typeof fn !== 'function') throw new ValueError('compile: expected a function of tensors.');
  const programs = new Map<string, { program: Program; single: boolean }>();
  // Random ops draw anew at every call.
  const seed = freshSeed();
  const counter = new Variable(new Int32Array(1), 'calls', false);
  return (...args) => {
    const values = args.map((a, i) =>
      tensor(a instanceof Variable ? a.value() : a, undefined, undefined, `compiled function, argument ${i}`),
    );
    const key = values.map((v) => `${v.dtype}${showShape(v.shape)}`).join();
    let entry = programs.get(key);
    if (!entry) {
      let single = true;
      const random: RandomSource = { seed, counter, streams: 0 };
      const body = (...symbols: TensorBase[]) => {
        const result = fn(...symbols);
        single = !Array.isArray(result);
        if (random.streams > 0) assign(counter, add(counter, 1));
        return result;
      };
      const { graph, outputs } = trace(values, body, random);
      entry = { program: new Program(graph, outputs), single };
      if (programs.size >= PROGRAM_LIMIT) programs.delete(programs.keys().next().value as string);
      programs.set(key, entry);
    }
    const results = entry.program.run(values);
    return (entry.single ? results[0] : results) as R extends TensorBase ? Tensor : Tensor[];
  };
}

/**
 * The value of a function and its gradient by its arguments: `[value, gradients]`.
 *
 * @param fn Returns a scalar.
 */
export function valueAndGrad(fn: (...args: any[]) => TensorBase): (...args: TensorLike[]) => [Tensor, Tensor[]] {
  const compiled = compile((...args: TensorBase[]) => {
    const graph = currentGraph() as Graph;
    const [value] = symbolsOf(graph, fn(...args));
    if (value.size !== 1)
      throw new ShapeError(`grad: the function returned shape ${showShape(value.shape)}, expected a scalar.`);
    return [
      value,
      ...gradients(
        value,
        args.filter((a) => isFloating(a.dtype)),
      ),
    ];
  });
  return (...args) => {
    const [value, ...grads] = compiled(...args);
    return [value, grads];
  };
}

/** The gradient of a scalar function by its argument, or by each of its arguments. */
export function grad(fn: (...args: any[]) => TensorBase): (...args: TensorLike[]) => Tensor | Tensor[] {
  const both = valueAndGrad(fn);
  return (...args) => {
    const [, grads] = both(...args);
    return args.length === 1 ? grads[0] : grads;
  };
}
