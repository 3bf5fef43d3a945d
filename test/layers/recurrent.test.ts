import assert from 'node:assert/strict';
import { compile, layers, ops, tensor, Tensor, type Layer, type TensorBase } from '../../lib/index.js';
import { random64, randomizer } from '../support/gradcheck.js';
import { difference, runLayerTest } from './contract.js';

// The same function without its name among the fused ones: forces the general path.
const tanh = (x: any): TensorBase => ops.tanh(x);

type Make = (options: any) => layers.SimpleRNN;
const MAKERS: Record<string, { make: Make; gates: number; states: number; bias?: number[] }> = {
  simpleRNN: { make: (o) => layers.simpleRNN(o), gates: 1, states: 1 },
  lstm: { make: (o) => layers.lstm(o), gates: 4, states: 2 },
  gru: { make: (o) => layers.gru(o), gates: 3, states: 1, bias: [2] },
  'gru resetAfter false': { make: (o) => layers.gru({ resetAfter: false, ...o }), gates: 3, states: 1 },
};

function maskOf(batch: number, steps: number): Tensor {
  const next = randomizer(3);
  const data = new Uint8Array(batch * steps).map(() => (next() < 0.6 ? 1 : 0));
  data.fill(0, 0, steps);
  return new Tensor(data, [batch, steps], 'bool');
}

/** Outputs and gradients of a call, by everything that has one. */
function results(layer: Layer, x: Tensor, mask: Tensor | null, states: Tensor[]): Tensor[] {
  return compile((value: TensorBase, ...initial: TensorBase[]) => {
    const outputs = [
      layer.invoke(value, { mask, initialState: initial.length > 0 ? initial : null }),
    ].flat() as TensorBase[];
    const seeds = outputs.map((o, i) => random64(o.shape, 60 + i));
    return [...outputs, ...ops.gradients(outputs, [value, ...initial, ...layer.trainableWeights], seeds)];
  })(x, ...states);
}

describe('recurrent layers', () => {
  for (const [name, { make, gates, states, bias = [] }] of Object.entries(MAKERS)) {
    describe(name, () => {
      const weights = (units: number, features: number) => [
        [features, gates * units],
        [units, gates * units],
        [...bias, gates * units],
      ];

      it('keeps the contract of a layer', () => {
        runLayerTest({
          make: (o) => make({ units: 3, ...o }),
          input: [2, 5, 4],
          output: [2, 3],
          partial: [
            [null, null, 4],
            [null, 3],
          ],
          weights: weights(3, 4),
          masks: false,
        });
        runLayerTest({
          make: (o) => make({ units: 3, returnSequences: true, ...o }),
          input: [2, 5, 4],
          output: [2, 5, 3],
          partial: [
            [null, null, 4],
            [null, null, 3],
          ],
          weights: weights(3, 4),
          masks: true,
        });
        runLayerTest({
          make: (o) => make({ units: 2, activation: tanh, returnState: true, goBackwards: true, ...o }),
          input: [2, 3, 4],
          output: [2, 2],
          weights: weights(2, 4),
        });
      });

      const variants = [{}, { goBackwards: true }, { zeroOutputForMask: true }, { useBias: false }];
      for (const options of variants) {
        for (const returnSequences of [true, false]) {
          it(`fused and step by step agree: ${JSON.stringify({ ...options, returnSequences })}`, () => {
            const common = { units: 5, dtype: 'float64', returnState: true, returnSequences, ...options };
            const [fused, composed] = [make(common), make({ ...common, activation: tanh })];
            const x = random64([4, 6, 3], 1);
            fused.apply(x);
            composed.apply(x);
            composed.setWeights(fused.getWeights());
            assert.equal(fused.path, 'fused');
            assert.equal(composed.path, 'scan');
            const initial = Array.from({ length: states }, (_, i) => random64([4, 5], 20 + i));
            for (const mask of [null, maskOf(4, 6)]) {
              for (const given of [[], initial]) {
                const [a, b] = [results(fused, x, mask, given), results(composed, x, mask, given)];
                a.forEach((t, i) => assert.ok(difference(t, b[i]) < 1e-12, `result ${i}: ${difference(t, b[i])}`));
              }
            }
          });
        }
      }

      it('dropout falls on inputs and states in training only, one mask for all steps', () => {
        const x = ops.ones([2, 4, 3]);
        for (const activation of ['tanh', tanh] as const) {
          const layer = make({
            units: 3,
            dropout: 0.5,
            recurrentDropout: 0.5,
            seed: 5,
            activation,
            returnSequences: true,
          });
          const plain = make({ units: 3, activation, returnSequences: true });
          plain.apply(x);
          layer.apply(x);
          layer.setWeights(plain.getWeights());
          assert.equal(difference(layer.apply(x), plain.apply(x)), 0);
          assert.notEqual(difference(layer.apply(x, { training: true }), plain.apply(x)), 0);
        }
      });

      it('stateful: goes on where it ended, until resetStates', () => {
        const x = random64([2, 6, 3], 4);
        const [whole, parts] = [
          make({ units: 3, returnSequences: true }),
          make({ units: 3, returnSequences: true, stateful: true }),
        ];
        const y = whole.apply(x) as Tensor;
        parts.apply(x);
        parts.setWeights(whole.getWeights());
        const half = (from: number) => ops.slice(x, [null, [from, from + 3]]) as Tensor;
        for (let round = 0; round < 2; round++) {
          parts.resetStates();
          const both = ops.concatenate([parts.apply(half(0)), parts.apply(half(3))], 1) as Tensor;
          assert.ok(difference(both, y) < 1e-6);
        }
        assert.throws(() => parts.apply(random64([3, 6, 3], 4)), /keeps states of 2 samples and got a batch of 3/);
      });

      it('takes initial states and an empty batch', () => {
        const layer = make({ units: 3, returnState: true });
        assert.throws(() => layer.apply(ops.zeros([2, 4, 3]), { initialState: ops.zeros([2, 4]) }), /initialState/);
        assert.deepEqual(
          (layer.apply(ops.zeros([0, 4, 3])) as Tensor[]).map((t) => t.shape),
          Array.from({ length: states + 1 }, () => [0, 3]),
        );
        assert.throws(() => layer.apply(ops.zeros([2, 3])), /expected \[batch, steps, features\]/);
      });
    });
  }

  it('the forget gate starts open', () => {
    const cell = layers.lstmCell({ units: 2 });
    cell.build([null, 3]);
    assert.deepEqual(cell.getWeights()[2].toArray(), [0, 0, 1, 1, 0, 0, 0, 0]);
  });

  it('unknown options name the nearest one', () => {
    assert.throws(
      () => layers.lstm({ units: 3, return_sequences: true } as never),
      /LSTM: unknown option 'return_sequences'. Did you mean 'returnSequences'/,
    );
    assert.throws(() => layers.gru({} as never), /units must be an integer/);
    assert.throws(
      () => layers.lstm({ units: 3, recurrentDropout: 2 }),
      /recurrentDropout must be a number from 0 to 1/,
    );
  });

  it('masks from an embedding reach the last layer of a chain', () => {
    const embedding = layers.embedding({ inputDim: 5, outputDim: 3, maskZero: true });
    const [first, second] = [layers.lstm({ units: 4, returnSequences: true }), layers.gru({ units: 2 })];
    const run = compile((t: TensorBase) => second.invoke(first.invoke(embedding.invoke(t))));
    const long = run(tensor(Int32Array.of(1, 2, 0, 0), [1, 4])) as Tensor;
    const short = run(tensor(Int32Array.of(1, 2), [1, 2])) as Tensor;
    assert.ok(difference(long, short) < 1e-6);
  });
});
