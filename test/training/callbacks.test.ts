import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Callback, callbacks, optimizers, type Logs } from '../../lib/index.js';
import { bits, compiled, linearData, smallModel } from './models.js';

const quiet = { verbose: 0 } as const;

describe('callbacks', () => {
  const { x, y } = linearData(20);

  it('hear of everything, in order, and are waited for', async () => {
    const heard: string[] = [];
    const note = (name: string) => async () => {
      await new Promise((done) => setTimeout(done, 1));
      heard.push(name);
    };
    await compiled().fit(x, y, {
      ...quiet,
      epochs: 2,
      batchSize: 10,
      callbacks: {
        onTrainBegin: note('begin'),
        onEpochBegin: note('epoch'),
        onTrainBatchBegin: note('<'),
        onTrainBatchEnd: note('>'),
        onEpochEnd: note('ended'),
        onTrainEnd: note('end'),
      },
    });
    const epoch = ['epoch', '<', '>', '<', '>', 'ended'];
    assert.deepEqual(heard, ['begin', ...epoch, ...epoch, 'end']);
  });

  it('batch figures are running means; listening changes no bit', async () => {
    const [plain, listened] = [compiled(), compiled()];
    const losses: number[] = [];
    await plain.fit(x, y, { ...quiet, batchSize: 5, seed: 1 });
    const { history } = await listened.fit(x, y, {
      ...quiet,
      batchSize: 5,
      seed: 1,
      callbacks: { onTrainBatchEnd: (_, logs) => void losses.push(logs.loss) },
    });
    assert.equal(losses.length, 4);
    assert.equal(losses[3], history.loss[0]);
    assert.deepEqual(bits(listened), bits(plain));
  });

  it('a class of the user gets model and params, can evaluate and stop', async () => {
    class Mine extends Callback {
      seen: number[] = [];
      override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
        const [loss] = await this.model.evaluate(x, y);
        assert.equal(loss, logs.val_loss);
        this.seen.push(this.params.epochs);
        if (epoch === 1) this.model.stopTraining = true;
      }
    }
    const mine = new Mine();
    const { epoch } = await compiled().fit(x, y, { ...quiet, epochs: 9, callbacks: [mine], validationData: [x, y] });
    assert.deepEqual(
      [epoch, mine.seen],
      [
        [0, 1],
        [9, 9],
      ],
    );
  });

  it('an error in a callback rejects the fit and leaves the model usable', async () => {
    const model = compiled();
    await assert.rejects(
      model.fit(x, y, {
        ...quiet,
        callbacks: {
          onEpochEnd() {
            throw new Error('mine');
          },
        },
      }),
      /mine/,
    );
    await model.fit(x, y, quiet);
  });

  it('earlyStopping stops, and restores the best weights', async () => {
    const model = smallModel();
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.05 }), loss: 'mse' });
    const kept: number[][][] = [];
    const stop = callbacks.earlyStopping({ monitor: 'loss', patience: 2, restoreBestWeights: true });
    const { epoch } = await model.fit(x, y, {
      ...quiet,
      epochs: 20,
      shuffle: false,
      callbacks: [
        callbacks.learningRateScheduler((e) => (e < 3 ? 0.05 : 50)),
        { onEpochEnd: (_, logs) => void (kept.push(bits(model)), (logs.loss += 0)) },
        stop,
      ],
    });
    assert.deepEqual(
      [epoch.length, stop.stoppedEpoch, stop.bestEpoch],
      [stop.bestEpoch + 3, stop.bestEpoch + 2, stop.bestEpoch],
    );
    assert.ok(stop.bestEpoch >= 2);
    assert.deepEqual(bits(model), kept[stop.bestEpoch]);
    await assert.rejects(
      compiled().fit(x, y, { ...quiet, callbacks: callbacks.earlyStopping() }),
      /no figure 'val_loss'.*loss/,
    );
    assert.throws(() => callbacks.earlyStopping({ patienc: 1 } as any), /Did you mean 'patience'/);
  });

  it('epochs without a validation pass by those that watch its figures', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'seqnn-freq-'));
    try {
      const filename = join(folder, 'log.csv');
      const seen: number[] = [];
      const stop = callbacks.earlyStopping({ patience: 1 });
      const rate = callbacks.reduceLROnPlateau({ patience: 1 });
      const options = {
        ...quiet,
        validationSplit: 0.25,
        callbacks: [
          { onEpochEnd: (epoch: number, logs: Logs) => void ('val_loss' in logs && seen.push(epoch)) },
          { onEpochEnd: (epoch: number, logs: Logs) => void ('val_loss' in logs && (logs.val_loss = 1 + epoch)) },
          callbacks.csvLogger({ filename }),
          callbacks.modelCheckpoint({ filepath: join(folder, '{epoch}.safetensors'), saveBestOnly: true }),
          rate,
          stop,
        ],
      };
      const model = compiled();
      const history = await model.fit(x, y, { ...options, epochs: 9, validationFreq: 2 });
      assert.deepEqual(
        [seen, history.validated, history.history.val_loss],
        [
          [1, 3],
          [1, 3],
          [2, 4],
        ],
      );
      assert.deepEqual([history.epoch, stop.bestEpoch, stop.stoppedEpoch], [[0, 1, 2, 3], 1, 3]);
      assert.deepEqual((await readdir(folder)).sort(), ['2.safetensors', 'log.csv']);
      const [head, ...lines] = (await readFile(filename, 'utf8')).trim().split('\n');
      assert.equal(head, 'epoch,loss,mae,val_loss,val_mae');
      assert.deepEqual(lines.map((line) => line.endsWith(',NA')), [true, false, true, false]); // prettier-ignore
      seen.length = 0;
      await compiled().fit(x, y, { ...options, callbacks: options.callbacks.slice(0, 1), epochs: 5, validationFreq: [1, 4] }); // prettier-ignore
      assert.deepEqual(seen, [0, 3]);
      for (const validationFreq of [0, 1.5, [2, 0], 'a' as never])
        await assert.rejects(
          compiled().fit(x, y, { ...quiet, validationFreq }),
          /fit: validationFreq(\[1\])? must be an integer/,
        );
      const wrong = callbacks.earlyStopping({ monitor: 'val_lss' });
      await assert.rejects(
        compiled().fit(x, y, { ...options, epochs: 2, validationFreq: 2, callbacks: wrong }),
        /no figure 'val_lss'.*'val_loss'/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('modelCheckpoint writes weights that loadWeights reads', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'seqnn-'));
    try {
      const model = compiled();
      await model.fit(x, y, {
        ...quiet,
        epochs: 2,
        callbacks: callbacks.modelCheckpoint({ filepath: join(folder, 'w-{epoch}-{loss}.safetensors') }),
      });
      const files = (await readdir(folder)).sort();
      assert.equal(files.length, 2);
      assert.match(files[1], /^w-2-\d+\.\d{4}\.safetensors$/);
      const other = compiled();
      await other.loadWeights(join(folder, files[1]));
      assert.deepEqual(bits(other), bits(model));
      await assert.rejects(
        smallModel({ hidden: 6 }).loadWeights(join(folder, files[1])),
        /has \[4, 5\] for '.*', expected \[4, 6\]/,
      );
      await assert.rejects(model.loadWeights(join(folder, 'missing')), /ENOENT/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('reduceLROnPlateau lowers the rate', async () => {
    const model = smallModel();
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.08 }), loss: 'mse' });
    const { history } = await model.fit(x, y, {
      ...quiet,
      epochs: 6,
      callbacks: callbacks.reduceLROnPlateau({ monitor: 'loss', patience: 2, factor: 0.5, minDelta: 1e9, minLR: 0.02 }),
    });
    assert.deepEqual(history.learningRate, [0.08, 0.08, 0.08, 0.04, 0.04, 0.02]);
  });

  it('terminateOnNaN stops', async () => {
    const model = compiled();
    const { epoch } = await model.fit(x, y, {
      ...quiet,
      epochs: 5,
      callbacks: [
        callbacks.terminateOnNaN(),
        { onEpochBegin: (e) => void (e === 1 && (model.optimizer.learningRate = Infinity)) },
      ],
    });
    assert.ok(epoch.length < 5);
  });
});
