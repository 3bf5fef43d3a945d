// One workload in tfjs: node tfjs_steps.mjs WORKLOADS.json NAME cpu|wasm; prints milliseconds as JSON.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';

// Their layers call ops as methods, which only the package of everything (three times the size) brings along.
const flatten = (x) => tf.reshape(x, [-1]);
for (const [op, fn] of Object.entries({ ...tf, flatten }))
  if (typeof fn === 'function' && !(op in tf.Tensor.prototype))
    tf.Tensor.prototype[op] = function (...args) {
      return fn(this, ...args);
    };

const [path, name, backend] = process.argv.slice(2);
await tf.setBackend(backend);
const w = JSON.parse(readFileSync(path, 'utf8'))[name];

/** A cell of the user's own. */
class LNCell extends layers.layers.RNNCell {
  static className = 'LNCell';

  constructor(units) {
    super({});
    this.units = units;
    this.stateSize = units;
  }

  build([, features]) {
    const weight = (key, shape, initializer) =>
      this.addWeight(key, shape, 'float32', layers.initializers[initializer]({}));
    this.kernel = weight('kernel', [features, this.units], 'glorotUniform');
    this.recurrent = weight('recurrent', [this.units, this.units], 'orthogonal');
    this.bias = weight('bias', [this.units], 'zeros');
    this.gamma = weight('gamma', [this.units], 'ones');
    this.beta = weight('beta', [this.units], 'zeros');
    this.built = true;
  }

  call([x, h]) {
    return tf.tidy(() => {
      const z = tf.add(tf.add(tf.matMul(x, this.kernel.read()), this.bias.read()), tf.matMul(h, this.recurrent.read()));
      const { mean, variance } = tf.moments(z, -1, true);
      const normed = tf.div(tf.sub(z, mean), tf.sqrt(tf.add(variance, 1e-3)));
      const y = tf.tanh(tf.add(tf.mul(normed, this.gamma.read()), this.beta.read()));
      return [y, y];
    });
  }
}
tf.serialization.registerClass(LNCell);

/** Zeros in front of the steps: tfjs has no causal padding. */
class PadSteps extends layers.layers.Layer {
  static className = 'PadSteps';

  constructor(steps) {
    super({});
    this.steps = steps;
  }

  computeOutputShape([batch, steps, features]) {
    return [batch, steps === null ? null : steps + this.steps, features];
  }

  call(inputs) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    return tf.pad(x, [
      [0, 0],
      [this.steps, 0],
      [0, 0],
    ]);
  }
}
tf.serialization.registerClass(PadSteps);

function layersOf([kind, units, ...rest], first) {
  const given = first ? { inputShape: [w.steps, w.features] } : {};
  const recurrent = { units, returnSequences: rest[0] !== 'last', ...given };
  const of = layers.layers;
  if (kind === 'SimpleRNN') return [of.simpleRNN(recurrent)];
  if (kind === 'LSTM') return [of.lstm({ ...recurrent, recurrentActivation: 'sigmoid' })];
  if (kind === 'GRU') return [of.gru({ ...recurrent, recurrentActivation: 'sigmoid' })];
  if (kind === 'LNRNN') return [of.rnn({ cell: new LNCell(units), returnSequences: true, ...given })];
  if (kind === 'TDDense') return [of.timeDistributed({ layer: of.dense({ units }), ...given })];
  if (kind === 'Dense') return [of.dense({ units, ...given })];
  const [kernelSize, strides, dilationRate, padding, activation] = rest;
  const conv = { filters: units, kernelSize, strides, dilationRate, padding: 'valid', activation };
  if (padding !== 'causal') return [of.conv1d({ ...conv, ...given })];
  const input = first ? [of.inputLayer({ inputShape: [w.steps, w.features] })] : [];
  return [...input, new PadSteps((kernelSize - 1) * dilationRate), of.conv1d(conv)];
}

const model = layers.sequential();
w.layers.flatMap((layer, i) => layersOf(layer, i === 0)).forEach((layer) => model.add(layer));
const loss = w.loss === 'mse' ? 'meanSquaredError' : (y, z) => tf.losses.softmaxCrossEntropy(y, z);
model.compile({ optimizer: tf.train.adam(1e-3), loss });

const wave = Float32Array.from({ length: w.batch * w.steps * w.features }, (_, i) => Math.sin(i * 0.37));
const x = tf.tensor3d(wave, [w.batch, w.steps, w.features]);
const one = tf.slice(x, 0, 1);
const rest = model.outputs[0].shape.slice(1);
const y =
  w.loss === 'mse'
    ? tf.zeros([w.batch, ...rest])
    : tf.oneHot(
        Array.from({ length: w.batch }, (_, i) => i % rest[0]),
        rest[0],
      );

/** The fastest of up to five calls behind a first one, or that one where it alone took long. */
async function clock(fn) {
  const PATIENCE = 5000;
  const times = [];
  for (
    const start = performance.now();
    times.length < 6 && (times.length < 1 || performance.now() - start < PATIENCE);
  ) {
    const before = performance.now();
    await fn();
    times.push(performance.now() - before);
  }
  return Math.min(...(times.length > 1 ? times.slice(1) : times));
}
const predict = (inputs) => async () => {
  const z = model.predictOnBatch(inputs);
  await z.data();
  z.dispose();
};

/** What it cannot do (gradients of dilated convolutions, on wasm of any) is left out. */
async function clockIfItCan(fn) {
  try {
    return await clock(fn);
  } catch (error) {
    console.error(error.message);
    return undefined;
  }
}

console.log(
  JSON.stringify({
    train_ms: await clockIfItCan(() => model.trainOnBatch(x, y)),
    predict_ms: await clock(predict(x)),
    predict1_ms: await clock(predict(one)),
  }),
);
