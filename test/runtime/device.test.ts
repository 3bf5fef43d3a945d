import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DeviceCell, layers, sequential, setRandomSeed, tensor, type Sequential } from '../../lib/index.js';
import { about } from '../../lib/runtime/machine.js';
import { near as within } from '../support/near.js';

const X = Array.from({ length: 24 }, (_, n) =>
  Array.from({ length: 5 }, (_, t) => [Math.sin(n + t), Math.cos(2 * n - t)]),
);
const Y = X.map((row) => [row.reduce((sum, [a, b]) => sum + a * b, 0)]);

function recurrent() {
  setRandomSeed(5);
  const model = sequential([
    layers.conv1d({ filters: 4, kernelSize: 2, padding: 'causal', inputShape: [5, 2] }),
    layers.lstm({ units: 6, dropout: 0.2, returnSequences: true }),
    layers.layerNormalization(),
    layers.gru({ units: 5 }),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
}

const train = async (model: Sequential): Promise<number[]> => {
  const { history } = await model.fit(X, Y, { epochs: 3, batchSize: 8, seed: 2, verbose: 0 });
  return history.loss;
};

const near = (actual: ArrayLike<number>, expected: ArrayLike<number>) => within(actual, expected, 2e-4);

/** Two recurrent layers, each where it is told to be. */
function divided(...devices: (string | undefined)[]) {
  setRandomSeed(5);
  const [first, second, third] = devices;
  const model = sequential([
    layers.lstm({ units: 6, dropout: 0.2, returnSequences: true, inputShape: [5, 2], device: first }),
    layers.gru({ units: 5, device: second }),
    layers.dense({ units: 1, device: third }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
  return model;
}

/** A stack of cells, each where it is told to be. */
function stack(...devices: (string | null)[]) {
  setRandomSeed(5);
  const cells = devices.map((device) => {
    const cell = layers.lstmCell({ units: 4 });
    return device === null ? cell : layers.deviceCell(device, cell);
  });
  const model = sequential([
    layers.rnn({ cell: layers.stackedRNNCells({ cells }), inputShape: [5, 2] }),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
}

describe('devices', () => {
  it('refuses one that is not there and says why', () => {
    const model = recurrent();
    assert.throws(() => model.to('tpu'), /device 'tpu', expected cpu, gpu or gpu:0/);
    assert.throws(() => model.to('gpu:999'), about().gpu.count > 0 ? /gpu:999 was asked for/ : /no gpu/);
    assert.throws(() => sequential([layers.dense({ units: 1 })]).to('cpu'), /no weights yet/);
    assert.deepEqual(model.to('cpu').countParams(), model.countParams());
  });

  it('refuses a layer on one that is not there', () => {
    assert.throws(() => layers.dense({ units: 1, device: 'tpu' }), /Dense: expected a device, .* got 'tpu'/);
    assert.throws(() => new DeviceCell({ cell: layers.lstmCell({ units: 1 }) } as never), /expected a device/);
    assert.throws(
      () => divided('gpu:999'),
      about().gpu.count > 0 ? /gpu:999 was asked for/ : /lstm\w*\/kernel: .*no gpu/,
    );
    assert.throws(() => stack(null, 'gpu:999'), about().gpu.count > 0 ? /gpu:999 was asked for/ : /no gpu/);
  });

  it('trains layers and cells on the processor that are told to be there', async () => {
    near(await train(divided('cpu', 'cpu')), await train(divided()));
    near(await train(stack('cpu', null)), await train(stack(null, null)));
    const config = divided('cpu').layers[0].getConfig();
    assert.equal(config.device, 'cpu');
  });

  it('trains layers on several devices', async function () {
    if (about().gpu.count === 0) this.skip();
    const expected = await train(divided('cpu', 'cpu', 'cpu'));
    const last = `gpu:${about().gpu.count - 1}`;
    for (const devices of [
      ['cpu', 'gpu:0'],
      ['gpu', 'cpu', last],
      ['gpu:0', last],
    ]) {
      const model = divided(...devices);
      near(await train(model), expected);
      // What has no device of its own moves.
      model.to('cpu');
      near(model.predictSync(tensor(X)).data, (await model.predict(tensor(X))).data);
    }
    const cells = await train(stack('cpu', 'cpu'));
    near(await train(stack('gpu:0', last)), cells);
    near(await train(stack(null, 'gpu:0')), cells);
  });

  it('names the mistake in SEQNN_DEVICE', () => {
    const command = fileURLToPath(new URL('../../lib/cli/seqnn.js', import.meta.url));
    const env = { ...process.env, SEQNN_DEVICE: 'gpus' };
    const { stdout } = spawnSync(process.execPath, [command, 'doctor'], { encoding: 'utf8', env });
    assert.match(stdout, /SEQNN_DEVICE is 'gpus': device 'gpus', expected cpu, gpu or gpu:0/);
  });

  it('trains and predicts on a GPU as on the processor, and goes back', async function () {
    if (about().gpu.count === 0) this.skip();
    const host = recurrent().to('cpu'),
      gpu = recurrent().to('gpu:0');
    near(await train(gpu), await train(host));
    const x = tensor(X);
    near((await gpu.predict(x)).data, (await host.predict(x)).data);
    near(gpu.predictSync(x).data, host.predictSync(x).data);
    gpu.to('cpu');
    near(await train(gpu), await train(host));
  });
});
