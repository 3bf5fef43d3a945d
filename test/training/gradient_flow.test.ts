import assert from 'node:assert/strict';
import {
  compile,
  input,
  layers,
  losses,
  model as graphModel,
  ops,
  optimizers,
  sequential,
  type GradientFlow,
  type Model,
  type Tensor,
  type TensorBase,
} from '../../lib/index.js';
import { bits, random32 } from './models.js';

const close = (a: number, b: number, tolerance = 1e-4) =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b), 1e-12), `${a} and ${b}`);
const l2 = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
const stepsOf = (flow: GradientFlow, name: string) => flow.steps.find((s) => s.name === name)?.norms ?? [];

/** Sets all weights to the same numbers in every run. */
function settle<M extends Model>(model: M): M {
  model.setWeights(model.weights.map((v, i) => random32(v.shape, 70 + i)));
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: 'mse' });
  return model;
}

describe('gradientFlow', () => {
  const [B, T, F, H] = [3, 6, 2, 4];
  const x = random32([B, T, F], 1);
  const y = random32([B, 1], 2);

  it('per weight: what a step of SGD takes away, penalties included', async () => {
    const model = settle(
      sequential([
        layers.lstm({ units: H, inputShape: [null, F], kernelRegularizer: 'l2', name: 'first' }),
        layers.dense({ units: 1, name: 'second' }),
      ]),
    );
    const before = model.getWeights();
    const flow = await model.gradientFlow(x, y, { values: true });
    assert.deepEqual(model.getWeights(), before);
    const loss = await model.trainOnBatch(x, y);
    close(flow.loss, loss);
    model.weights.forEach((v, i) => {
      const after = v.value().data;
      const step = Array.from(before[i].data, (w, k) => (w - after[k]) / 0.1);
      close(flow.weights.norms[i], l2(step), 1e-3);
      step.forEach((s, k) => assert.ok(Math.abs(s - flow.values[i].data[k]) < 1e-5));
    });
    assert.deepEqual(flow.layers.names, ['first', 'second']);
    assert.ok(flow.weights.names.every((name, i) => name.startsWith(i < 3 ? 'first/' : 'second/')));
    close(flow.layers.norms[0], l2(flow.weights.norms.subarray(0, 3)), 1e-12);
    close(flow.globalNorm, l2(flow.weights.norms), 1e-12);
  });

  it('per step: the gradient by a state of a loop written out', async () => {
    const rnn = layers.simpleRNN({ units: H, inputShape: [T, F], name: 'rnn' });
    const model = settle(sequential([rnn, layers.dense({ units: 1 })]));
    const [kernel, recurrent, bias, out, outBias] = model.getWeights();
    const noise = Array.from({ length: T }, () => ops.zeros([B, H]));
    const byHand = compile((...moved: TensorBase[]) => {
      let h: TensorBase = ops.zeros([B, H]);
      for (let t = 0; t < T; t++) {
        const z = ops.add(ops.matmul(x.slice([null, t]), kernel), ops.add(ops.matmul(h, recurrent), bias));
        h = ops.add(ops.tanh(z), moved[t]);
      }
      const error = ops.subtract(ops.add(ops.matmul(h, out), outBias), y);
      return ops.gradients(ops.mean(ops.square(error)), moved);
    });
    const norms = byHand(...noise).map((g: Tensor) => l2(g.data));
    const flow = await model.gradientFlow(x, y);
    assert.deepEqual(flow.steps.map((s) => s.name), ['rnn']); // prettier-ignore
    stepsOf(flow, 'rnn').forEach((n, t) => close(n, norms[t]));
  });

  it('per step: a linear state with an orthogonal kernel times c grows by c per step back', async () => {
    const steps = 40;
    for (const gain of [0.2, 1, 1.5]) {
      const rnn = layers.simpleRNN({ units: H, activation: null, inputShape: [steps, 1] });
      const model = sequential([rnn, layers.dense({ units: 1 })]);
      const turned = [0, 1, 2, 3].map((r) => [0, 1, 2, 3].map((c) => ((r + 1) % 4 === c ? gain : 0)));
      rnn.setWeights([rnn.getWeights()[0], turned, rnn.getWeights()[2]]);
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      const { steps: found } = await model.gradientFlow(random32([2, steps, 1], 3), random32([2, 1], 4));
      const { norms } = found[0];
      assert.equal(norms.length, steps);
      norms.forEach((n, t) => close(n, norms[steps - 1] * gain ** (steps - 1 - t), 1e-3));
    }
  });

  it('every recurrent cell: as in a loop in which output and state are moved', async () => {
    // With the place of the state that is the output.
    const cells = [
      [layers.lstmCell({ units: H }), 0],
      [layers.gruCell({ units: H }), 0],
      [layers.residualWrapper({ cell: layers.gruCell({ units: F }) }), 0],
      [layers.stackedRNNCells({ cells: [layers.lstmCell({ units: 3 }), layers.gruCell({ units: H })] }), 2],
    ] as const;
    for (const [cell, place] of cells) {
      const model = settle(sequential([layers.rnn({ cell, returnSequences: true, inputShape: [T, F] })]));
      const target = random32(model.predictSync(x).shape, 5);
      const byHand = compile((...moved: TensorBase[]) => {
        let states: TensorBase[] = [cell.stateSize].flat().map((n) => ops.zeros([B, n]));
        const outputs = moved.map((e, t) => {
          const [y1, next] = cell.call(x.slice([null, t]), states);
          states = next.map((s, i) => (i === place ? ops.add(s, e) : s));
          return ops.add(y1, e);
        });
        return ops.gradients(ops.mean(ops.square(ops.subtract(ops.stack(outputs, 1), target))), moved);
      });
      const zeros = Array.from({ length: T }, () => ops.zeros([B, target.shape[2]]));
      const norms = byHand(...zeros).map((g: Tensor) => l2(g.data));
      const [{ norms: found }] = (await model.gradientFlow(x, target)).steps;
      found.forEach((n, t) => close(n, norms[t]));
    }
  });

  it('layers of sequences, wrappers, masks, several inputs and models inside models', async () => {
    const a = input({ shape: [T, F], name: 'a' });
    const b = input({ shape: [T], name: 'b', dtype: 'int32' });
    const embedded = layers.embedding({ inputDim: 5, outputDim: F, maskZero: true, name: 'embedded' }).apply(b);
    const inner = sequential([
      layers.conv1d({ filters: H, kernelSize: 2, padding: 'causal', inputShape: [null, F], name: 'conv' }),
    ]);
    const both = layers
      .bidirectional({ layer: layers.gru({ units: H, name: 'gru' }), name: 'both' })
      .apply(layers.lstm({ units: H, returnSequences: true, name: 'lstm' }).apply(embedded));
    const pooled = layers.globalAveragePooling1D({}).apply(inner.apply(a));
    const joined = layers.concatenate().apply([both, pooled]);
    const model = settle(
      graphModel({ inputs: [a, b], outputs: layers.dense({ units: 1, name: 'out' }).apply(joined) }),
    );
    const indices = new Int32Array(B * T).map((_, i) => (i % T < T - 2 ? 1 + (i % 4) : 0));
    const flow = await model.gradientFlow([x, { data: indices, shape: [B, T] }], y);
    assert.deepEqual(flow.steps.map((s) => s.name).sort(), ['backward_gru', 'conv', 'embedded', 'gru', 'lstm']);
    for (const { norms } of flow.steps) assert.equal(norms.length, T);
    // Masked steps give nothing to the loss; the reversed layer's steps are in the order of the input.
    for (const name of ['lstm', 'gru', 'backward_gru']) {
      const norms = stepsOf(flow, name);
      assert.deepEqual(Array.from(norms.slice(T - 2)), [0, 0]);
      assert.ok(norms.slice(0, T - 2).every((n) => n > 0));
    }
  });

  it('through a bidirectional layer, forwards grows to the end and backwards to the start', async () => {
    const model = settle(
      sequential([layers.bidirectional({ layer: layers.simpleRNN({ units: H, name: 'rnn' }), inputShape: [T, F] })]),
    );
    model.setWeights(model.weights.map((v, i) => random32(v.shape, 20 + i).mul(0.3) as Tensor));
    const flow = await model.gradientFlow(x, random32([B, 2 * H], 6));
    const [there, back] = [stepsOf(flow, 'rnn'), stepsOf(flow, 'backward_rnn')];
    assert.ok(there[T - 1] > 3 * there[0] && back[0] > 3 * back[T - 1]);
  });

  it('sees the steps of a layer that would compute them again in segments', async () => {
    const [plain, again] = [false, true].map((swapMemory) =>
      settle(sequential([layers.lstm({ units: H, swapMemory, inputShape: [T, F] }), layers.dense({ units: 1 })])),
    );
    const norms = async (model: Model) => (await model.gradientFlow(x, y)).steps[0].norms;
    assert.deepEqual(await norms(again), await norms(plain));
  });

  it('leaves dropout out unless asked, and changes nothing either way', async () => {
    const model = settle(
      sequential([
        layers.lstm({ units: H, dropout: 0.5, inputShape: [T, F] }),
        layers.batchNormalization(),
        layers.dense({ units: 1 }),
      ]),
    );
    model.setWeights(model.weights.map((v) => ops.abs(v.value())));
    const before = bits(model);
    const plain = await model.gradientFlow(x, y);
    close(plain.loss, await model.evaluate(x, y));
    assert.deepEqual((await model.gradientFlow(x, y)).weights.norms, plain.weights.norms);
    assert.notEqual((await model.gradientFlow(x, y, { training: true })).loss, plain.loss);
    assert.deepEqual(bits(model), before);
    assert.deepEqual((await model.gradientFlow(x, y, { perStep: false })).steps, []);
  });

  it('can be asked for by a callback, and says what is wrong', async () => {
    const model = sequential([layers.simpleRNN({ units: 2, inputShape: [T, F] }), layers.dense({ units: 1 })]);
    await assert.rejects(model.gradientFlow(x, y), /must be compiled/);
    model.compile({ optimizer: 'sgd', loss: losses.meanSquaredError() });
    await assert.rejects(model.gradientFlow(x, y, { perSteps: true } as never), /Did you mean 'perStep'/);
    await assert.rejects(model.gradientFlow(x, random32([2, 1], 1)), /3 samples and y has 2/);
    const norms: number[] = [];
    await model.fit(x, y, {
      epochs: 2,
      verbose: 0,
      callbacks: { onEpochEnd: async () => void norms.push((await model.gradientFlow(x, y)).globalNorm) },
    });
    assert.equal(norms.length, 2);
    model.trainable = false;
    await assert.rejects(model.gradientFlow(x, y), /no trainable weights/);
  });
});
