import { checkInteger, show, ValueError } from '../program/errors.js';
import type { Tensor } from '../program/tensor.js';
import {
  checkDecode,
  hypothesisOf,
  linkTo,
  nothingLikely,
  rowsOf,
  takeStep,
  type DecodeOptions,
  type DecodeStep,
  type Hypothesis,
  type Link,
} from './hypothesis.js';

export interface BeamSearchOptions extends DecodeOptions {
  /** Hypotheses that are kept per sequence; default 4. */
  width?: number;
  /**
   * α of the length penalty ((5 + length) / 6)^α that divides log probabilities (Wu et al. 2016); default 0, no penalty.
   * With more, longer hypotheses are preferred.
   */
  lengthPenalty?: number;
}

interface Beam {
  readonly last: Link | null;
  readonly logProb: number;
  readonly score: number;
  readonly finished: boolean;
  /** Of the step's tensors, where the states of this beam are. */
  readonly row: number;
}

/**
 * The likeliest sequences, searched with a few hypotheses side by side (Graves 2012; Sutskever et al. 2014). At each step
 * all continuations of a sample's hypotheses and those that are finished compete for its `width` places; a hypothesis
 * that finished is a result even if others take its place later. Width 1 is the greedy search.
 *
 * @param step Is called on B · width rows.
 * @returns For each sequence at most `width` hypotheses, the best score first.
 */
export async function beamSearch(step: DecodeStep, options: BeamSearchOptions): Promise<Hypothesis[][]> {
  const who = 'beamSearch';
  const first = checkDecode(who, options, ['width', 'lengthPenalty']);
  const { start, end, maxSteps, width = 4, lengthPenalty = 0 } = options;
  checkInteger(who, 'width', width, 1);
  if (typeof lengthPenalty !== 'number' || !(lengthPenalty >= 0))
    throw new ValueError(`${who}: lengthPenalty must be a number of at least 0, got ${show(lengthPenalty)}.`);
  const batch = first[0].shape[0];
  const done: Beam[][] = Array.from({ length: batch }, () => []);
  let beams: Beam[][] = Array.from({ length: batch }, (_, b) => [
    { last: null, logProb: 0, score: 0, finished: false, row: b * width },
  ]);
  let states: Tensor[] = first.map((s) =>
    rowsOf(
      s,
      rowsFor(batch, width, (b) => b),
    ),
  );
  for (let length = 1; length <= maxSteps; length++) {
    const tokens = new Int32Array(batch * width).fill(start);
    beams.flat().forEach((beam) => (tokens[beam.row] = beam.last?.token ?? start));
    const result = await takeStep(who, step, tokens, states);
    const penalty = ((5 + length) / 6) ** lengthPenalty;
    beams = beams.map((own, b) => {
      const next = best(own, result.logProbs, width, penalty).map(({ beam, token, logProb, score }) => {
        if (token < 0) return beam;
        const last = linkTo(beam.last, token, result.attention, beam.row);
        return { last, logProb, score, finished: token === end, row: beam.row };
      });
      if (next.length === 0) nothingLikely(who);
      done[b].push(...next.filter((beam) => beam.finished && !own.includes(beam)));
      return next;
    });
    if (beams.every((own) => own.every((beam) => beam.finished))) break;
    const parents = rowsFor(batch, width, (b, k) => beams[b][k]?.row ?? b * width);
    states = result.states.map((s) => rowsOf(s, parents));
    beams = beams.map((own, b) => own.map((beam, k) => ({ ...beam, row: b * width + k })));
  }
  return beams.map((own, b) =>
    [...done[b], ...own.filter((beam) => !beam.finished)]
      .sort((x, y) => y.score - x.score)
      .slice(0, width)
      .map(({ last, logProb, score }) => hypothesisOf(last, end, logProb, score)),
  );
}

interface Candidate {
  readonly beam: Beam;
  /** −1: the beam is finished and stays as it is. */
  readonly token: number;
  readonly logProb: number;
  readonly score: number;
}

/** The `width` best of all continuations, the first of equal ones. */
function best(beams: readonly Beam[], logProbs: Tensor, width: number, penalty: number): Candidate[] {
  const vocabulary = logProbs.shape[1];
  const found: Candidate[] = [];
  const consider = (beam: Beam, token: number, logProb: number, score: number) => {
    // Written so that NaN is refused, too.
    if (!(score > (found.length === width ? found[width - 1].score : -Infinity))) return;
    let at = found.length;
    while (at > 0 && found[at - 1].score < score) at--;
    found.splice(at, 0, { beam, token, logProb, score });
    found.length = Math.min(found.length, width);
  };
  for (const beam of beams) {
    if (beam.finished) {
      consider(beam, -1, beam.logProb, beam.score);
      continue;
    }
    for (let token = 0; token < vocabulary; token++) {
      const logProb = beam.logProb + logProbs.data[beam.row * vocabulary + token];
      consider(beam, token, logProb, logProb / penalty);
    }
  }
  return found;
}

function rowsFor(batch: number, width: number, row: (b: number, k: number) => number): number[] {
  return Array.from({ length: batch * width }, (_, i) => row(Math.floor(i / width), i % width));
}

/**
 * The likeliest token at every step.
 *
 * @param step Is called on B rows.
 * @returns One hypothesis per sequence; its score is its log probability.
 */
export async function greedy(step: DecodeStep, options: DecodeOptions): Promise<Hypothesis[]> {
  checkDecode('greedy', options);
  const found = await beamSearch(step, { ...options, width: 1 });
  return found.map(([hypothesis]) => hypothesis);
}
