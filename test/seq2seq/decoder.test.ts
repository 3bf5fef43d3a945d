import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  compile,
  input,
  layers,
  loadModel,
  losses,
  model,
  ops,
  optimizers,
  seq2seq,
  setRandomSeed,
  tensor,
  type Tensor,
  type TensorBase,
} from '../../lib/index.js';

const [BATCH, STEPS, WORDS, UNITS] = [3, 5, 7, 6];
const [GO, EOS] = [1, 2];
type Options = Partial<Parameters<typeof seq2seq.decoder>[0]> & { style?: 'luong' | 'bahdanau' };

/** A source of which two rows are padded. */
const source = tensor(Int32Array.from([3, 4, 5, 6, 3, 6, 5, 4, 0, 0, 5, 3, 3, 4, 0]), [BATCH, STEPS]);
const mask = ops.notEqual(source, 0) as Tensor;
const given = tensor(Int32Array.from([1, 3, 4, 5, 1, 6, 5, 0, 1, 4, 4, 4]), [BATCH, 4]);
const targets = tensor(Int32Array.from([3, 4, 5, 2, 6, 5, 2, 0, 4, 4, 4, 2]), [BATCH, 4]);

function translator({ style, ...options }: Options = {}) {
  setRandomSeed(5);
  const x = input({ shape: [null], dtype: 'int32' });
  const y = input({ shape: [null], dtype: 'int32' });
  const embedded = layers.embedding({ inputDim: WORDS, outputDim: 4, maskZero: true }).apply(x);
  const [memory, state] = layers.gru({ units: UNITS, returnSequences: true, returnState: true }).apply(embedded);
  const cell = seq2seq.attentionCell({ cell: layers.gruCell({ units: UNITS }), style });
  const decoder = seq2seq.decoder({ vocabularySize: WORDS, embeddingSize: 4, cell, ...options });
  const whole = model({ inputs: [x, y], outputs: decoder.apply([y, memory, state]) });
  // Sharper than first weights are, so that something is likely.
  whole.setWeights(whole.getWeights().map((w) => w.multiply(3) as Tensor));
  whole.compile({
    optimizer: optimizers.adam({ learningRate: 0.02 }),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  });
  return { whole, encoder: model({ inputs: x, outputs: [memory, state] }), decoder };
}

class Counting extends seq2seq.DotMechanism {
  calls = 0;

  override call(query: TensorBase, memory: seq2seq.Memory): seq2seq.Glimpse {
    this.calls++;
    return super.call(query, memory);
  }
}

const near = (a: Tensor, b: Tensor, tolerance = 2e-5) => {
  assert.deepEqual(a.shape, b.shape);
  a.data.forEach((v, i) => assert.ok(Math.abs(v - b.data[i]) <= tolerance, `${i}: ${v}, not ${b.data[i]}`));
};
const search = { start: GO, end: EOS, maxSteps: 6 };

describe('decoder', () => {
  for (const style of ['luong', 'bahdanau'] as const) {
    it(`${style}: one step at a time gives what the whole sequence gives`, async () => {
      const { whole, encoder, decoder } = translator({ style });
      const logProbs = ops.logSoftmax(await whole.predict([source, given])) as Tensor;
      const [memory, state] = (await encoder.predict(source)) as Tensor[];
      const { step, states } = decoder.begin({ memory, mask, initialState: [state] });
      let now: readonly Tensor[] = states;
      for (let t = 0; t < 4; t++) {
        const result = await step(given.slice([null, t]), now);
        near(result.logProbs, logProbs.slice([null, t]));
        now = result.states;
        const seen = result.attention as Tensor;
        assert.deepEqual(seen.shape, [BATCH, STEPS]);
        seen.data.forEach((w, i) => assert.equal(w > 0, mask.data[i] === 1));
      }
    });
  }

  it('greedy takes what the whole model finds likeliest, and traces its step once', async () => {
    const attention = new Counting();
    const cell = seq2seq.attentionCell({ cell: layers.gruCell({ units: UNITS }), attention });
    const { whole, encoder, decoder } = translator({ cell });
    attention.calls = 0;
    const [memory, state] = (await encoder.predict(source)) as Tensor[];
    const found = await decoder.greedy({ memory, mask, initialState: [state], ...search });
    await decoder.greedy({ memory, mask, initialState: [state], ...search });
    assert.equal(attention.calls, 1);
    let tokens = ops.full([BATCH, 1], GO, 'int32');
    for (let t = 0; t < search.maxSteps; t++) {
      const logits = (await whole.predict([source, tokens])) as Tensor;
      tokens = ops.concatenate([tokens, ops.argmax(logits.slice([null, [t, t + 1]]), -1)], 1);
    }
    (tokens.toArray() as number[][]).forEach(([, ...row], b) => {
      const end = row.indexOf(EOS);
      assert.deepEqual(found[b].tokens, end < 0 ? row : row.slice(0, end));
    });
  });

  it('a beam of every sequence finds the likeliest, whatever the batch size', async () => {
    const { whole, encoder, decoder } = translator({ vocabularySize: 4 });
    const few = ops.minimum(source, 3) as Tensor;
    const [memory, state] = (await encoder.predict(few)) as Tensor[];
    const options = { memory, mask, initialState: [state], start: GO, end: EOS, maxSteps: 3, width: 64 };
    const found = await decoder.beamSearch({ ...options, batchSize: 2 });
    const all = [0, 1, 3].flatMap((a) => [0, 1, 3].flatMap((b) => [0, 1, 2, 3].map((c) => [a, b, c])));
    all.push([2], ...[0, 1, 3].map((a) => [a, 2]));
    for (let b = 0; b < BATCH; b++) {
      const scores: number[] = [];
      for (const row of all) {
        const steps = tensor(Int32Array.from([GO, ...row.slice(0, -1)]), [1, row.length]);
        const logProbs = ops.logSoftmax(await whole.predict([few.slice([[b, b + 1]]), steps])) as Tensor;
        scores.push(row.reduce((sum, token, t) => sum + logProbs.data[t * 4 + token], 0));
      }
      const order = scores.slice().sort((p, q) => q - p);
      assert.equal(found[b].length, all.length);
      found[b].forEach((h, k) => assert.ok(Math.abs(h.logProb - order[k]) < 1e-4, `${h.logProb}, not ${order[k]}`));
      const likeliest = all[scores.indexOf(order[0])];
      assert.deepEqual(found[b][0].tokens, likeliest.at(-1) === EOS ? likeliest.slice(0, -1) : likeliest);
    }
  });

  it('the loss skips padded targets', async () => {
    const { whole } = translator();
    const loss = (await whole.evaluate([source, given], targets, { verbose: 0 })) as number;
    const each = ops.softmaxCrossEntropy(await whole.predict([source, given]), targets) as Tensor;
    const real = Array.from(each.data).filter((_, i) => given.data[i] !== 0);
    assert.ok(Math.abs(loss - real.reduce((a, b) => a + b, 0) / real.length) < 1e-5);
  });

  it('with probability 1 the training is fed what the decoder chose, and with 0 what it was given', async () => {
    const free = translator({ samplingProbability: () => 1 });
    const forced = translator({ samplingProbability: () => 0 });
    const [plain, y] = [translator(), [source, given]];
    near(await forced.whole.predict(y, { training: true }), await plain.whole.predict(y));
    const logits = (await free.whole.predict(y, { training: true })) as Tensor;
    let tokens = given.slice([null, [0, 1]]) as Tensor;
    for (let t = 0; t < 4; t++) {
      const next = ((await plain.whole.predict([source, tokens])) as Tensor).slice([null, t]) as Tensor;
      near(next, logits.slice([null, t]));
      tokens = ops.concatenate([tokens, ops.argmax(next, -1).expandDims(1)], 1);
    }
    near(await free.whole.predict(y), await plain.whole.predict(y));
  });

  it('the share of own tokens is the probability, and draws follow the distribution', () => {
    const COUNT = 4000;
    const [embedding, projection] = [layers.embedding({ inputDim: 3, outputDim: 3 }), layers.dense({ units: 3 })];
    const cell = layers.simpleRNNCell({ units: 3 });
    for (const samplingMode of ['argmax', 'sample'] as const) {
      const options = { embedding, projection, cell, samplingProbability: 0.3, samplingMode, seed: 4 };
      const layer = layers.rnn({ cell: seq2seq.scheduledSamplingCell(options), returnState: true });
      layer.build([null, null, 1]);
      // Output: the input token's logits; token 0 was given, and what follows a choice shows it.
      embedding.setWeights([tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1]])]); // prettier-ignore
      cell.setWeights([ops.eye(3), ops.zeros([3, 3]), ops.zeros([3])]);
      projection.setWeights([ops.eye(3).multiply(1e-3), tensor([Math.log(0.2), Math.log(0.5), Math.log(0.3)])]);
      const run = compile((x: TensorBase) => layer.call(x, { training: true }) as TensorBase[]);
      const [logits, , choice] = run(ops.zeros([COUNT, 2, 1], 'int32'));
      // The second step's input shows in its logits: 1e-3 tanh(1) more for the token that was fed.
      const base = [0.2, 0.5, 0.3].map(Math.log);
      const fed = Array.from({ length: COUNT }, (_, b) => base.map((l, k) => logits.data[3 * b + k] - l)).map((d) => d.indexOf(Math.max(...d))); // prettier-ignore
      const share = (of: ArrayLike<number>, token: number) => Array.from(of).filter((t) => t === token).length / COUNT;
      const expected = samplingMode === 'argmax' ? [0.7, 0.3, 0] : [0.7 + 0.3 * 0.2, 0.15, 0.09];
      expected.forEach((p, k) =>
        assert.ok(Math.abs(share(fed, k) - p) < 0.03, `${samplingMode} ${k}: ${share(fed, k)}, not ${p}`),
      );
      const last = samplingMode === 'argmax' ? [0, 1, 0] : [0.2, 0.5, 0.3];
      last.forEach((p, k) => assert.ok(Math.abs(share(choice.data, k) - p) < 0.03));
    }
  });

  it('schedules give the probabilities of the paper, and training counts their steps', async () => {
    const at = (schedule: seq2seq.SamplingSchedule, step: number) =>
      compile((s: TensorBase) => ops.multiply(schedule(s), 1))(tensor(Float64Array.of(step), [])).item();
    assert.equal(at(seq2seq.linearSampling({ steps: 100, to: 0.5 }), 50), 0.25);
    assert.equal(at(seq2seq.linearSampling({ steps: 100, from: 0.1, to: 0.5 }), 500), 0.5);
    assert.ok(Math.abs(at(seq2seq.exponentialSampling({ k: 0.99 }), 30) - (1 - 0.99 ** 30)) < 1e-12);
    const turn = seq2seq.inverseSigmoidSampling({ k: 20 });
    assert.ok(Math.abs(at(turn, 20 * Math.log(20)) - 0.5) < 1e-12);
    assert.ok(Math.abs(at(turn, 0) - 1 / 21) < 1e-12);
    assert.equal(at(turn, 1e9), 1);
    const own = seq2seq.linearSampling({ steps: 1 });
    const [forced, sampled] = [translator(), translator({ samplingProbability: own })];
    // Nothing is sampled at step 0, everything afterwards.
    const losses = [];
    for (const { whole } of [forced, sampled]) {
      const { history } = await whole.fit([source, given], targets, { epochs: 3, batchSize: BATCH, verbose: 0 });
      losses.push(history.loss);
    }
    assert.ok(Math.abs(losses[0][0] - losses[1][0]) < 1e-5);
    assert.ok(Math.abs(losses[0][1] - losses[1][1]) > 1e-4);
  });

  it('learns, and comes back from a file', async () => {
    const attention = seq2seq.multiHead({ numHeads: 2, keyDim: 3 });
    const cell = seq2seq.attentionCell({ cell: layers.gruCell({ units: UNITS }), attention });
    const { whole } = translator({ cell, samplingProbability: 0.2 });
    const { history } = await whole.fit([source, given], targets, { epochs: 60, verbose: 0 });
    assert.ok(history.loss.at(-1)! < 0.5 * history.loss[0], `${history.loss[0]} to ${history.loss.at(-1)}`);
    const folder = await mkdtemp(join(tmpdir(), 'seqnn-'));
    try {
      await whole.save(join(folder, 'model'));
      const again = await loadModel(join(folder, 'model'));
      near(await again.predict([source, given]), await whole.predict([source, given]), 0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('trains with a sampled softmax, and decodes with the full one', async () => {
    const { whole, encoder, decoder } = translator({ numSampled: 3 });
    whole.compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss: losses.sampledSoftmax() });
    const before = (await whole.evaluate([source, given], targets, { verbose: 0 })) as number;
    await whole.fit([source, given], targets, { epochs: 60, verbose: 0 });
    const after = (await whole.evaluate([source, given], targets, { verbose: 0 })) as number;
    assert.ok(after < 0.7 * before, `${before} to ${after}`);
    const [memory, state] = (await encoder.predict(source)) as Tensor[];
    const { step, states } = decoder.begin({ memory, mask, initialState: [state] });
    const { logProbs } = await step(given.slice([null, 0]), states);
    const probabilities = (await whole.predict([source, given])) as Tensor;
    near(ops.exp(logProbs), probabilities.slice([null, 0]));
    assert.throws(
      () => translator({ numSampled: 3, samplingProbability: 0.5 }),
      /samplingProbability needs all logits/,
    );
  });

  it('works without attention, with stacked cells', async () => {
    const state = input({ shape: [UNITS] });
    const y = input({ shape: [null], dtype: 'int32' });
    const cell = [layers.gruCell({ units: UNITS }), layers.gruCell({ units: UNITS })];
    const decoder = seq2seq.decoder({ vocabularySize: WORDS, embeddingSize: 4, cell });
    const whole = model({ inputs: [y, state], outputs: decoder.apply([y, state, state]) });
    const initial = ops.random.normal([2, UNITS], 0, 1, { seed: 1 }) as Tensor;
    const [first] = await decoder.greedy({ initialState: [initial, initial], ...search });
    assert.equal(first.attention, null);
    const fed = tensor(Int32Array.from([GO, ...first.tokens]), [1, first.tokens.length + 1]);
    const likeliest = ops.argmax(await whole.predict([fed, initial.slice([[0, 1]])]), -1) as Tensor;
    assert.deepEqual(Array.from(likeliest.data).slice(0, first.tokens.length), first.tokens);
  });

  it('refuses what does not fit', async () => {
    const { encoder, decoder } = translator();
    const [memory, state] = (await encoder.predict(source)) as Tensor[];
    assert.throws(
      () => translator({ samplingProbability: 2 }),
      /samplingProbability must be a number from 0 to 1.* got 2/,
    );
    assert.throws(() => translator({ samplingMode: 'max' as never }), /unknown samplingMode 'max'/);
    assert.throws(() => translator({ units: 3 } as never), /unknown option 'units'/);
    assert.throws(() => decoder.begin({ initialState: [state] }), /needs the memory/);
    assert.throws(() => decoder.begin({ memory, initialState: [state.slice([[0, 2]])] }), /batch of 3/);
    assert.throws(() => decoder.begin({ memory, mask: [[true]] }), /mask of the memory has shape \[1, 1\]/);
    assert.throws(() => seq2seq.inverseSigmoidSampling({ k: 0 }), /k must be at least 1, got 0/);
    assert.throws(() => seq2seq.linearSampling({ step: 3 } as never), /unknown option 'step'.*'steps'/);
    await assert.rejects(
      decoder.greedy({ memory, ...search, start: -1 }),
      /start must be an integer of at least 0, got -1/,
    );
    await assert.rejects(decoder.greedy({ memory, ...search, start: 7 }), /start 7 is not in the vocabulary of 7/);
  });
});
