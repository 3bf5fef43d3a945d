import assert from 'node:assert/strict';
import { layers, ops, sequential, setRandomSeed, text, type Tensor } from '../../lib/index.js';

const LOGITS = [0, 1, 2, 3, -Infinity];
const softmax = (logits: number[], temperature = 1) => {
  const weights = logits.map((x) => Math.exp(x / temperature));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / sum);
};

function frequencies(options: object, draws = 20_000): number[] {
  const sampler = text.sampler({ seed: 7, ...options });
  const seen = LOGITS.map(() => 0);
  for (let i = 0; i < draws; i++) seen[sampler.next(LOGITS)]++;
  return seen.map((n) => n / draws);
}

function near(found: number[], expected: number[]): void {
  found.forEach((f, i) => assert.ok(Math.abs(f - expected[i]) < 0.015, `${found.join()} for ${expected.join()}`));
}

describe('text.sampler', () => {
  it('draws by the softmax at a temperature', () => {
    near(frequencies({}), softmax(LOGITS));
    near(frequencies({ temperature: 2 }), softmax(LOGITS, 2));
    near(frequencies({ temperature: 0 }), [0, 0, 0, 1, 0]);
  });

  it('keeps the k likeliest, or those that reach a probability', () => {
    const p = softmax([2, 3]);
    near(frequencies({ topK: 2 }), [0, 0, p[0], p[1], 0]);
    near(frequencies({ topK: 1 }), [0, 0, 0, 1, 0]);
    near(frequencies({ topK: 9 }), softmax(LOGITS));
    // softmax: 0.03, 0.09, 0.24, 0.64
    near(frequencies({ topP: 0.7 }), [0, 0, p[0], p[1], 0]);
    near(frequencies({ topP: 0.5 }), [0, 0, 0, 1, 0]);
  });

  it('gives the same draws for the same seed', () => {
    const logits = ops.random.normal([50, 9], 0, 1, { seed: 2 }) as Tensor;
    const [a, b, c] = [3, 3, 4].map((seed) => text.sampleLogits(logits, { seed }));
    assert.deepEqual(a.shape, [50]);
    assert.equal(a.dtype, 'int32');
    assert.deepEqual(a.data, b.data);
    assert.notDeepEqual(a.data, c.data);
    assert.equal(text.sampleLogits([0, 9, 1], { temperature: 0 }).item(), 1);
  });

  it('names what does not fit', () => {
    assert.throws(() => text.sampler({ temperature: -1 }), /temperature must be a number of at least 0, got -1/);
    assert.throws(() => text.sampler({ topP: 0 }), /topP must be a number above 0, at most 1, got 0/);
    assert.throws(() => text.sampler({ topK: 0 }), /topK must be an integer of at least 1/);
    assert.throws(() => text.sampler().next([0, NaN]), /the logit of token 1 is NaN/);
    assert.throws(() => text.sampler().next([-Infinity]), /none of 1 tokens can be drawn/);
    assert.throws(() => text.sampleLogits([[[1]]]), /expected logits \[B, C\] or \[C\], got \[1, 1, 1\]/);
  });
});

describe('text.generate', () => {
  const tokenizer = text.tokenizer({ level: 'char', specials: false }).fit('abcabc');

  /** Trained to know what comes after each character. */
  async function model(first: 'ids' | 'oneHot', softmaxed: boolean) {
    setRandomSeed(1);
    const start = first === 'ids' ? layers.embedding({ inputDim: 3, outputDim: 4, inputShape: [null] }) : layers.gru({ units: 6, returnSequences: true, inputShape: [null, 3] }); // prettier-ignore
    const made = sequential([start, layers.gru({ units: 8, returnSequences: true }), layers.dense({ units: 3, activation: softmaxed ? 'softmax' : null })]); // prettier-ignore
    return made;
  }

  it('writes what the model predicts, step by step as predict does for the whole', async () => {
    for (const first of ['ids', 'oneHot'] as const) {
      const m = await model(first, false);
      const written = await text.generate(m, {
        tokenizer,
        seedText: 'ab',
        length: 12,
        temperature: 0,
        fromLogits: true,
      });
      assert.equal(Array.from(written).length, 14);
      // Greedy by whole predictions.
      let slow = 'ab';
      for (let i = 0; i < 12; i++) {
        const x = first === 'ids' ? tokenizer.encodeBatch([slow]) : ops.expandDims(tokenizer.oneHot(slow), 0);
        const last = (m.predictSync(x) as Tensor).slice([0, -1]) as Tensor;
        slow += tokenizer.decode([(ops.argmax(last, -1) as Tensor).item()]);
      }
      assert.equal(written, slow);
    }
  });

  it('depends on the seed, and stops at <eos>', async () => {
    const m = await model('ids', true);
    const write = (seed: number) => text.generate(m, { tokenizer, seedText: 'a', length: 40, seed });
    assert.equal(await write(1), await write(1));
    assert.notEqual(await write(1), await write(2));
    const ending = text.tokenizer({ level: 'char', specials: { pad: false, go: false, unk: false } }).fit('ab');
    const short = await text.generate(m, { tokenizer: ending, seedText: 'a', length: 200, seed: 3 });
    assert.ok(short.length < 200 && !short.includes('<'));
    const long = await text.generate(m, { tokenizer: ending, seedText: 'a', length: 200, seed: 3, stopAtEos: false });
    assert.ok(long.startsWith(short));
  });

  it('names what does not fit', async () => {
    const m = await model('ids', false);
    await assert.rejects(text.generate(m, { tokenizer, seedText: '' }), /seedText must have at least one token/);
    await assert.rejects(
      text.generate(m, { tokenizer, seedText: 'a' }),
      /does not give probabilities.*fromLogits: true/,
    );
    await assert.rejects(
      text.generate(m, { seedText: 'a' } as never),
      /tokenizer must be a text.tokenizer, got undefined/,
    );
    const other = text.tokenizer({ level: 'char' }).fit('abc');
    await assert.rejects(
      text.generate(await model('oneHot', true), { tokenizer: other, seedText: 'a' }),
      /expected ids \[batch, steps\] or one-hot rows of 7/,
    );
    await assert.rejects(text.generate(m, { tokenizer, seedText: 'a', lenght: 3 } as never), /Did you mean 'length'/);
  });
});
