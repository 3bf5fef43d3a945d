import assert from 'node:assert/strict';
import { seq2seq, Tensor, tensor } from '../../lib/index.js';
import { randomizer } from '../support/gradcheck.js';

const START = 0;
const END = 1;

/** Log probabilities of the token that follows each token, and a step that knows nothing else. */
function chain(table: readonly (readonly number[])[]) {
  const log = table.map((row) => row.map((p) => Math.log(p)));
  const calls = { rows: [] as number[] };
  const step: seq2seq.DecodeStep = (tokens, states) => {
    calls.rows.push(tokens.size);
    return {
      logProbs: tensor(Array.from(tokens.data, (t) => log[t])),
      // The state counts the steps and carries the sample's number.
      states: [states[0].add(tensor([[1, 0]]))],
      attention: tensor(Array.from(tokens.data, (t, row) => [t, states[0].data[2 * row], states[0].data[2 * row + 1]])),
    };
  };
  return { step, log, calls };
}

function randomChain(size: number, seed: number) {
  const next = randomizer(seed);
  return chain(
    Array.from({ length: size }, () => {
      const row = Array.from({ length: size }, (_, token) => (token === START ? 0 : next() ** 3 + 0.01));
      const sum = row.reduce((a, b) => a + b, 0);
      return row.map((p) => p / sum);
    }),
  );
}

/** Every sequence that ends, or is cut after maxSteps, with its log probability. */
function enumerate(log: readonly (readonly number[])[], maxSteps: number) {
  const found: { tokens: number[]; logProb: number; length: number }[] = [];
  const walk = (tokens: number[], last: number, logProb: number) => {
    if (tokens.length === maxSteps) {
      found.push({ tokens, logProb, length: maxSteps });
      return;
    }
    log[last].forEach((p, token) => {
      if (p === -Infinity) return;
      if (token === END) found.push({ tokens, logProb: logProb + p, length: tokens.length + 1 });
      else walk([...tokens, token], token, logProb + p);
    });
  };
  walk([], START, 0);
  return found;
}

const at = (batch: number) => [tensor(Array.from({ length: batch }, (_, b) => [0, b]))];
const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-4 * Math.max(1, Math.abs(b)), `${a}, not ${b}`);

describe('greedy and beam search', () => {
  it('finds what greedy misses: the first step that is likeliest leads nowhere', async () => {
    // From the start token 2 is likelier than 3, but what follows 3 is certain.
    const { step, log } = chain([
      [0, 0, 0.6, 0.4],
      [0, 1, 0, 0],
      [0, 0.4, 0.3, 0.3],
      [0, 1, 0, 0],
    ]);
    const options = { states: at(1), start: START, end: END, maxSteps: 4 };
    const [greedy] = await seq2seq.greedy(step, options);
    const [[best]] = await seq2seq.beamSearch(step, { ...options, width: 2 });
    const exact = enumerate(log, 4).sort((a, b) => b.logProb - a.logProb)[0];
    assert.deepEqual(greedy.tokens, [2]);
    assert.deepEqual(best.tokens, [3]);
    assert.deepEqual(best.tokens, exact.tokens);
    near(best.logProb, exact.logProb);
    assert.ok(best.logProb > greedy.logProb && best.finished);
  });

  for (const lengthPenalty of [0, 1]) {
    it(`is exact when every sequence has a place, length penalty ${lengthPenalty}`, async () => {
      for (let seed = 1; seed <= 6; seed++) {
        const { step, log } = randomChain(4, seed);
        const options = { states: at(1), start: START, end: END, maxSteps: 4, lengthPenalty };
        const [found] = await seq2seq.beamSearch(step, { ...options, width: 81 });
        const scored = enumerate(log, 4).map((s) => ({
          ...s,
          score: s.logProb / ((5 + s.length) / 6) ** lengthPenalty,
        }));
        scored.sort((a, b) => b.score - a.score);
        found.forEach((hypothesis, k) => {
          near(hypothesis.score, scored[k].score);
          near(hypothesis.logProb, scored[k].logProb);
        });
        assert.deepEqual(found[0].tokens, scored[0].tokens);
        assert.equal(found.length, Math.min(81, scored.length));
      }
    });
  }

  it('width 1 takes the likeliest token at every step, for each sample of a batch', async () => {
    const { step, log } = randomChain(6, 11);
    const options = { states: at(3), start: START, end: END, maxSteps: 7 };
    const expected: number[] = [];
    for (let last = START; expected.length < 7; expected.push(last)) {
      last = log[last].indexOf(Math.max(...log[last]));
      if (last === END) break;
    }
    for (const found of [
      await seq2seq.greedy(step, options),
      (await seq2seq.beamSearch(step, { ...options, width: 1 })).flat(),
    ]) {
      assert.equal(found.length, 3);
      for (const { tokens } of found) assert.deepEqual(tokens, expected);
    }
  });

  it('moves states and attention along with the hypotheses, and stops when all are finished', async () => {
    const { step, calls } = chain([0.1, 0.2, 0.3, 0.15, 0.12].map((p) => [0, 0.5, p, 0.4 - p, 0.1]));
    const found = await seq2seq.beamSearch(step, { states: at(2), start: START, end: END, maxSteps: 40, width: 3 });
    found.forEach((hypotheses, b) => {
      assert.equal(hypotheses.length, 3);
      for (const { tokens, attention } of hypotheses) {
        if (tokens.length === 0) continue;
        // Each token saw the token before it, the number of the step, and its own sample.
        const before = [START, ...tokens.slice(0, -1)];
        assert.deepEqual((attention as Tensor).toArray(), before.map((t, k) => [t, k, b])); // prettier-ignore
      }
    });
    assert.ok(calls.rows.length < 40);
    assert.deepEqual([...new Set(calls.rows)], [6]);
  });

  it('a longer sequence wins with a length penalty', async () => {
    const { step } = chain([
      [0, 0, 0.5, 0.5],
      [0, 1, 0, 0],
      [0, 0.52, 0, 0.48],
      [0, 1, 0, 0],
    ]);
    const run = async (lengthPenalty: number) => {
      const options = { states: at(1), start: START, end: END, maxSteps: 5, width: 6, lengthPenalty };
      return (await seq2seq.beamSearch(step, options))[0].map((h) => h.tokens.join());
    };
    assert.deepEqual(await run(0), ['3', '2', '2,3']);
    assert.deepEqual((await run(4)).slice(0, 2), ['3', '2,3']);
  });

  it('what is cut says so', async () => {
    const { step } = chain([
      [0, 0, 1],
      [0, 1, 0],
      [0, 0.01, 0.99],
    ]);
    const [found] = await seq2seq.greedy(step, { states: at(1), start: START, end: END, maxSteps: 3 });
    assert.deepEqual([found.tokens, found.finished], [[2, 2, 2], false]);
  });

  it('refuses what does not fit', async () => {
    const { step } = randomChain(3, 1);
    const options = { states: at(1), start: START, end: END, maxSteps: 3 };
    const { beamSearch, greedy } = seq2seq;
    await assert.rejects(beamSearch(step, { ...options, beams: 3 } as never), /beamSearch: unknown option 'beams'/);
    await assert.rejects(beamSearch(step, { ...options, width: 0 }), /width must be an integer of at least 1/);
    await assert.rejects(beamSearch(step, { ...options, lengthPenalty: -1 }), /lengthPenalty .* got -1/);
    await assert.rejects(greedy(step, { ...options, states: [] }), /greedy: expected a list of states/);
    await assert.rejects(greedy(step, { ...options, states: [...at(1), ...at(2)] }), /not of one batch/);
    await assert.rejects(
      greedy(() => ({}) as never, options),
      /the step returned Object, expected \{logProbs, states\}/,
    );
    const nan: seq2seq.DecodeStep = (_, states) => ({ logProbs: tensor([[NaN, NaN]]), states: [...states] });
    await assert.rejects(greedy(nan, options), /are its logProbs NaN/);
  });
});
