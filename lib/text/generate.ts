import { setImmediate } from 'node:timers/promises';
import { checkInteger, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, type TensorLike } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { Sampler, SAMPLING_OPTIONS, type SamplingOptions } from './sampling.js';
import { Tokenizer } from './tokenizer.js';

/** A model that predicts the next token and can be asked one step at a time: a sequential or graph model. */
export interface StreamingModel {
  readonly name: string;
  /** [batch, steps] for ids, [batch, steps, size] for one-hot rows. */
  readonly inputShape: any;
  stream(): { next(x: any): any };
}

export interface GenerateOptions extends SamplingOptions {
  /** Made the ids that the model was trained on. */
  tokenizer: Tokenizer;
  /** What the text begins with; at least one token. */
  seedText: string;
  /** Tokens to add. Default 200. */
  length?: number;
  /** The model gives logits and not probabilities. Default false. */
  fromLogits?: boolean;
  /** Ends at the first `<eos>`. Default: whether the tokenizer has one. */
  stopAtEos?: boolean;
}

// Tokens between two turns of the event loop.
const BREATH = 64;

/**
 * A text that a model of the next token writes behind `seedText`. The states go from token to token, so that each costs
 * the same however long the text is; a model that was trained stateful, or on any number of steps, needs no copy.
 *
 * @returns seedText, as the tokenizer reads it, and what was added.
 */
export async function generate(model: StreamingModel, options: GenerateOptions): Promise<string> {
  const who = 'generate';
  checkOptions(who, options, [...SAMPLING_OPTIONS, 'tokenizer', 'seedText', 'length', 'fromLogits', 'stopAtEos']);
  const { tokenizer, seedText, length = 200, fromLogits = false, stopAtEos, ...sampling } = options;
  if (!(tokenizer instanceof Tokenizer))
    throw new ValueError(`${who}: tokenizer must be a text.tokenizer, got ${show(tokenizer)}.`);
  checkInteger(who, 'length', length, 1);
  const sampler = new Sampler(sampling, who);
  const ids = tokenizer.encode(seedText);
  if (ids.length === 0)
    throw new ValueError(`${who}: seedText must have at least one token to begin with, got ${show(seedText)}.`);
  const stream = model.stream();
  const input = inputOf(model, tokenizer.size);
  const eos = tokenizer.vocabulary.specialId('eos');
  const end = (stopAtEos ?? true) ? eos : null;
  let row: ArrayLike<number> = [];
  for (const id of ids) row = (stream.next(input(id)) as Tensor).data;
  if (row.length !== tokenizer.size)
    throw new ShapeError(`${who}: model '${model.name}' gives ${row.length} numbers for a tokenizer of ${tokenizer.size} tokens.`); // prettier-ignore
  for (let i = 0; i < length; i++) {
    const id = sampler.next(fromLogits ? row : logitsOf(who, model, row));
    if (id === end) break;
    ids.push(id);
    if (i + 1 < length) row = (stream.next(input(id)) as Tensor).data;
    if (i % BREATH === BREATH - 1) await setImmediate();
  }
  // What was written on behind an end is shown, and the end with it.
  return tokenizer.decode(Int32Array.from(ids), { skipSpecials: end !== null || eos === null });
}

/** An id as one step of the model's input. */
function inputOf({ name, inputShape }: StreamingModel, size: number): (id: number) => TensorLike {
  const shape = inputShape as readonly (number | null)[];
  if (shape.length === 2) return (id) => new Tensor(Int32Array.of(id), [1, 1]);
  if (shape.length !== 3 || shape[2] !== size)
    throw new ShapeError(
      `generate: model '${name}' takes ${showShape(shape)}, expected ids [batch, steps] or one-hot rows of ${size}.`,
    );
  return (id) => {
    const row = new Float32Array(size);
    row[id] = 1;
    return new Tensor(row, [1, 1, size]);
  };
}

/** The logarithms of probabilities. @throws ValueError for what are none, such as logits. */
function logitsOf(who: string, { name }: StreamingModel, row: ArrayLike<number>): Float64Array {
  let sum = 0;
  const logits = Float64Array.from(row, (p) => {
    sum += p < 0 ? NaN : p;
    return Math.log(p);
  });
  if (!(Math.abs(sum - 1) < 1e-3))
    throw new ValueError(
      `${who}: model '${name}' does not give probabilities; if it ends without a softmax, say fromLogits: true.`,
    );
  return logits;
}
