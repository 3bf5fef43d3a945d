import { checkInteger, checkOptions, SeqnnError, ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { allocate, showShape } from '../program/types.js';

/** What one step of a decoder gives for N rows. */
export interface StepResult {
  /** log p of every token, [N, V]. */
  readonly logProbs: Tensor;
  /** [N, …] each, as many as went in. */
  readonly states: readonly Tensor[];
  /** What each row looked at, [N, S]. */
  readonly attention?: Tensor | null;
}

/** One step of a decoder: the last tokens, int32 [N], and the states before. The rows of a sample lie side by side. */
export type DecodeStep = (tokens: Tensor, states: readonly Tensor[]) => StepResult | Promise<StepResult>;

/** One decoded sequence. */
export interface Hypothesis {
  /** Without the start and the end token. */
  readonly tokens: readonly number[];
  /** Sum of the log probabilities, that of the end token included. */
  readonly logProb: number;
  /** What hypotheses are ranked by: logProb over the length penalty. */
  readonly score: number;
  /** Whether the end token came before maxSteps were over. */
  readonly finished: boolean;
  /** What each token looked at, [tokens, S]; null where the step tells nothing. */
  readonly attention: Tensor | null;
}

export interface DecodeOptions {
  /** States before the first step, [B, …] each; B is the number of sequences. */
  states: readonly TensorLike[];
  /** Token that stands before the first one. */
  start: number;
  /** Token that ends a sequence. */
  end: number;
  /** Most tokens of a sequence, the end token included. */
  maxSteps: number;
}
export const DECODE_OPTIONS: readonly (keyof DecodeOptions)[] = ['states', 'start', 'end', 'maxSteps'];

/** @throws ValueError for options that are unknown or not whole numbers, ShapeError for states of different batches. */
export function checkDecode(who: string, options: DecodeOptions, own: readonly string[] = []): Tensor[] {
  checkOptions(who, options ?? {}, [...DECODE_OPTIONS, ...own]);
  for (const name of ['start', 'end'] as const) checkInteger(who, name, options[name], 0);
  checkInteger(who, 'maxSteps', options.maxSteps, 1);
  if (!Array.isArray(options.states) || options.states.length === 0)
    throw new ValueError(`${who}: expected a list of states, got ${show(options.states)}.`);
  const states = options.states.map((s, i) => tensor(s as TensorLike, undefined, undefined, `${who}: state ${i}`));
  for (const s of states) {
    if (s.rank === 0 || s.shape[0] !== states[0].shape[0] || s.shape[0] === 0)
      throw new ShapeError(`${who}: states ${states.map((t) => showShape(t.shape)).join(', ')} are not of one batch.`);
  }
  return states;
}

/** A step's result, checked. */
export async function takeStep(
  who: string,
  step: DecodeStep,
  tokens: Int32Array,
  states: readonly Tensor[],
): Promise<StepResult> {
  const result = await step(new Tensor(tokens, [tokens.length]), states);
  const { logProbs, states: next } = result ?? {};
  if (!(logProbs instanceof Tensor) || !Array.isArray(next))
    throw new ValueError(`${who}: the step returned ${show(result)}, expected {logProbs, states}.`);
  if (logProbs.rank !== 2 || logProbs.shape[0] !== tokens.length || next.length !== states.length)
    throw new ShapeError(
      `${who}: the step gave logProbs ${showShape(logProbs.shape)} and ${next.length} states for ${tokens.length} rows and ${states.length} states.`,
    );
  const { attention } = result;
  if (attention && (attention.rank !== 2 || attention.shape[0] !== tokens.length))
    throw new ShapeError(`${who}: the step gave attention ${showShape(attention.shape)} for ${tokens.length} rows.`);
  return result;
}

/** Rows of a tensor by index, in plain memory. */
export function rowsOf(t: Tensor, index: readonly number[]): Tensor {
  const width = t.size / t.shape[0];
  const data = allocate(t.dtype, index.length * width);
  index.forEach((from, to) => data.set(t.data.subarray(from * width, (from + 1) * width), to * width));
  return new Tensor(data, [index.length, ...t.shape.slice(1)], t.dtype);
}

/** One token of a sequence that grows; sequences share what they have in common. */
export interface Link {
  readonly token: number;
  readonly before: Link | null;
  readonly seen: Float32Array | null;
}

/** The link of a row's next token. */
export function linkTo(before: Link | null, token: number, attention: Tensor | null | undefined, row: number): Link {
  if (!attention) return { token, before, seen: null };
  const steps = attention.shape[1];
  return { token, before, seen: Float32Array.from(attention.data.subarray(row * steps, (row + 1) * steps)) };
}

/** The sequence that a link ends. */
export function hypothesisOf(last: Link | null, end: number, logProb: number, score: number): Hypothesis {
  const links: Link[] = [];
  for (let link = last; link; link = link.before) links.unshift(link);
  const finished = links.at(-1)?.token === end;
  if (finished) links.pop();
  const maps = links.map((l) => l.seen);
  const steps = maps[0]?.length ?? 0;
  const attention = maps.length > 0 && maps.every((m): m is Float32Array => m !== null);
  return {
    tokens: links.map((l) => l.token),
    logProb,
    score,
    finished,
    attention: attention ? new Tensor(Float32Array.from(maps.flatMap((m) => [...m])), [maps.length, steps]) : null,
  };
}

/** @throws SeqnnError where no token has a probability (all are NaN or 0). */
export function nothingLikely(who: string): never {
  throw new SeqnnError(`${who}: the step gave no token a probability; are its logProbs NaN?`);
}
