import assert from 'node:assert/strict';
import {
  input,
  layers,
  model as graphModel,
  ops,
  optimizers,
  sequential,
  ShapeError,
  StateError,
  type Layer,
  type Sequential,
  type Tensor,
} from '../../lib/index.js';
import { bits, random32 } from '../training/models.js';

const [B, T, F, H] = [4, 12, 2, 3];
const x = random32([B, T, F], 1);
const part = (t: Tensor, begin: number, end: number) => t.slice([null, [begin, end]]) as Tensor;

type Make = (stateful: boolean) => Layer[];
const MODELS: Record<string, { make: Make; sizes: number[] }> = {
  'an LSTM': {
    make: (stateful) => [layers.lstm({ units: H, returnSequences: true, stateful, batchInputShape: [B, null, F] })],
    sizes: [H, H],
  },
  'layers on top of each other': {
    make: (stateful) => [
      layers.simpleRNN({ units: 2, returnSequences: true, stateful, batchInputShape: [B, null, F] }),
      layers.gru({ units: H, returnSequences: true, stateful }),
    ],
    sizes: [2, H],
  },
  'stacked cells': {
    make: (stateful) => [
      layers.rnn({
        cell: [layers.gruCell({ units: 2 }), layers.layerNormLSTMCell({ units: H })],
        returnSequences: true,
        stateful,
        batchInputShape: [B, null, F],
      }),
    ],
    sizes: [2, H, H],
  },
  'one in a model in a model': {
    make: (stateful) => [
      sequential([layers.gru({ units: H, returnSequences: true, stateful, batchInputShape: [B, null, F] })]),
      layers.dense({ units: 2 }),
    ],
    sizes: [H],
  },
};

/** The same weights in both. */
function pair(make: Make): { plain: Sequential; stateful: Sequential } {
  const [plain, stateful] = [false, true].map((s) => sequential(make(s)));
  for (const model of [plain, stateful]) model.setWeights(model.weights.map((w, i) => random32(w.shape, 30 + i)));
  return { plain, stateful };
}

function same(found: Tensor, expected: Tensor): void {
  assert.deepEqual(found.shape, expected.shape);
  found.data.forEach((v, i) => assert.ok(Math.abs(v - expected.data[i]) < 1e-6, `${i}: ${v}, ${expected.data[i]}`));
}

describe('stateful layers', () => {
  for (const [name, { make, sizes }] of Object.entries(MODELS)) {
    it(`${name}: batches go on where the last one ended; states can be taken and put back`, async () => {
      const { plain, stateful } = pair(make);
      const whole = (await plain.predict(x)) as Tensor;
      same(await stateful.predict(part(x, 0, 5)), part(whole, 0, 5));
      const states = stateful.getStates();
      assert.deepEqual(
        states.map((s) => s.shape),
        sizes.map((n) => [B, n]),
      );
      same(await stateful.predict(part(x, 5, T)), part(whole, 5, T));
      stateful.setStates(states);
      same(stateful.predictSync(part(x, 5, T)), part(whole, 5, T));
      stateful.resetStates();
      assert.ok(stateful.getStates().every((s) => s.data.every((v) => v === 0)));
      same(await stateful.predict(part(x, 0, 5)), part(whole, 0, 5));
    });
  }

  it('takes states before the first batch', async () => {
    const { make } = MODELS['an LSTM'];
    const [first, second] = [pair(make).stateful, pair(make).stateful];
    await first.predict(part(x, 0, 5));
    second.setStates(first.getStates());
    same(await second.predict(part(x, 5, T)), await first.predict(part(x, 5, T)));
  });

  it('carries on through the batches of fit, whose gradient ends at the batch', async () => {
    const make = () => {
      const model = pair(MODELS['layers on top of each other'].make).stateful;
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: 'mse' });
      return model;
    };
    const [inRows, byHand] = [make(), make()];
    const y = random32([B, T, H], 2);
    // The second half of the sequences as the second batch.
    const rows = (t: Tensor) => ops.concatenate([part(t, 0, 6), part(t, 6, T)], 0) as Tensor;
    await inRows.fit(rows(x), rows(y), { batchSize: B, shuffle: false, verbose: 0 });
    for (const [begin, end] of [[0, 6], [6, T]]) await byHand.trainOnBatch(part(x, begin, end), part(y, begin, end)); // prettier-ignore
    assert.deepEqual(bits(inRows), bits(byHand));
    inRows.getStates().forEach((s, i) => same(s, byHand.getStates()[i]));
  });

  it('bidirectional: the states of both directions, and graphs', async () => {
    const start = input({ batchShape: [B, null, F] });
    const both = layers.bidirectional({ layer: layers.gru({ units: H, stateful: true }) });
    const model = graphModel({ inputs: start, outputs: both.apply(start) });
    const first = (await model.predict(x)) as Tensor;
    const states = model.getStates();
    assert.deepEqual(states.map((s) => s.shape), [[B, H], [B, H]]); // prettier-ignore
    // Last outputs of a GRU are its states: forward, then backward.
    same(ops.concatenate(states, -1), first);
    const second = (await model.predict(x)) as Tensor;
    assert.ok(second.data.some((v, i) => Math.abs(v - first.data[i]) > 1e-4));
    model.resetStates();
    same(await model.predict(x), first);
  });

  it('refuses other batch sizes, numbers and shapes, and layers without states', async () => {
    const { plain, stateful } = pair(MODELS['an LSTM'].make);
    assert.throws(() => stateful.getStates(), (e) => e instanceof StateError && /before the first batch/.test(e.message)); // prettier-ignore
    assert.throws(
      () => stateful.setStates([ops.zeros([B + 1, H]), ops.zeros([B + 1, H])]),
      (e) => e instanceof ShapeError && /state 0 has shape \[5, 3\], expected \[4, 3\]/.test(e.message),
    );
    await stateful.predict(x);
    assert.throws(() => stateful.setStates([]), (e) => e instanceof ShapeError && /expected 2 state\(s\), got 0/.test(e.message)); // prettier-ignore
    assert.throws(() => plain.setStates([]), (e) => e instanceof StateError && /stateful: true/.test(e.message)); // prettier-ignore
    assert.deepEqual(plain.getStates(), []);
    await assert.rejects(
      stateful.predict(x.slice([[0, 2]])),
      (e) => e instanceof StateError && /keeps states of 4 samples and got a batch of 2/.test(e.message),
    );
  });
});
