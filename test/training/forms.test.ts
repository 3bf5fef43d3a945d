import assert from 'node:assert/strict';
import { layers, ops, sequential, type KernelForm, type Sequential } from '../../lib/index.js';
import { about } from '../../lib/runtime/machine.js';

const X = Array.from({ length: 8 }, (_, n) => Array.from({ length: 9 }, (_, t) => [Math.sin(n + t)]));
const Y = X.map((row) => [row[8][0]]);
const { device } = about();
const onGpu = device !== 'cpu';
/** Of a layer that every form takes; cuDNN's keeps nothing for another one's gradient. */
const simplest = onGpu ? (process.env.SEQNN_CUDA_RNN ?? 'persistent') : 'lanes';
const keeping = simplest === 'cudnn' ? 'persistent' : simplest;
const trained = [`train rnn ${keeping}`, `train rnnGrad ${simplest}`];

function modelOf(...hidden: Parameters<Sequential['add']>[0][]): Sequential {
  const model = sequential([layers.dense({ units: 2, inputShape: [9, 1] }), ...hidden, layers.dense({ units: 1 })]);
  model.compile({ loss: 'mse', optimizer: 'sgd' });
  return model;
}

/** What ran for a layer: 'train rnn lanes', in the order of the alphabet. */
function formsOf(model: Sequential, layer: string): string[] {
  return model.forms
    .filter((f) => f.layer === layer)
    .map(({ run, op, form }) => `${run} ${op} ${form}`)
    .sort();
}

describe('model.forms', () => {
  it('is empty before the first run', () => {
    assert.deepEqual(modelOf(layers.gru({ units: 3 })).forms, []);
  });

  it('says how each recurrent layer was trained, and where', async () => {
    const model = modelOf(
      layers.lstm({ units: 3, name: 'first', returnSequences: true }),
      layers.gru({ units: 3, name: 'again', swapMemory: true, returnSequences: true }),
      layers.rnn({ cell: layers.layerNormLSTMCell({ units: 3 }), name: 'normed', returnSequences: true }),
      layers.rnn({ cell: layers.gruCell({ units: 2, activation: (x) => ops.multiply(x, 0.5) }), name: 'own' }),
    );
    await model.trainOnBatch(X, Y);
    const normed = onGpu ? 'steps' : 'lanes';
    assert.deepEqual(formsOf(model, 'first'), trained);
    // In segments, which on the CPU are computed again for the gradient.
    assert.deepEqual(formsOf(model, 'again'), trained);
    assert.deepEqual(formsOf(model, 'normed'), [`train rnn ${normed}`, `train rnnGrad ${normed}`]);
    assert.deepEqual(formsOf(model, 'own'), ['train scan scan']);
    assert.deepEqual([...new Set(model.forms.map((f) => f.device))], [device]);
    assert.ok(model.forms.every((f) => f.layer !== null));
  });

  it('says that a prediction of one sequence takes another form', async () => {
    const model = modelOf(layers.simpleRNN({ units: 8, name: 'only' }));
    await model.predict(X, { batchSize: 8 });
    assert.deepEqual(formsOf(model, 'only'), [`predict rnn ${simplest}`]);
    model.predictSync([X[0]]);
    const expected = onGpu ? [`predict rnn ${simplest}`] : ['predict rnn lanes', 'predict rnn units'];
    assert.deepEqual(formsOf(model, 'only'), expected);
  });

  it('looks into a batch that is divided among the threads', async () => {
    const rows = Array.from({ length: 64 }, (_, n) => Array.from({ length: 30 }, (_, t) => [Math.sin(n + t)]));
    const model = sequential([
      layers.gru({ units: 20, name: 'shared', inputShape: [30, 1] }),
      layers.dense({ units: 1 }),
    ]);
    model.compile({ loss: 'mse', optimizer: 'sgd' });
    await model.trainOnBatch(
      rows,
      rows.map((row) => row[29]),
    );
    assert.deepEqual(formsOf(model, 'shared'), trained);
  });

  it('names the device of a layer that has its own, and the one that a model was put on', async function () {
    if (about().gpu.count === 0) this.skip();
    const model = modelOf(
      layers.gru({ units: 3, name: 'there', device: 'gpu:0', returnSequences: true }),
      layers.gru({ units: 3, name: 'here' }),
    );
    const places = (forms: readonly KernelForm[]) => forms.map((f) => `${f.layer} ${f.device}`);
    model.to('cpu');
    await model.predict(X);
    assert.deepEqual(places(model.forms), ['there gpu:0', 'here cpu']);
  });
});
