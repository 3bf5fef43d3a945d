import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callbacks, layers, optimizers, sequential, type Logs, type Sequential } from '../../lib/index.js';
import { checksum, readEvents } from '../support/event_file.js';
import { bits, compiled, linearData, random32, smallModel } from './models.js';

const quiet = { verbose: 0 } as const;

/** Runs a test with a folder of its own. */
const inFolder = (body: (folder: string) => Promise<void>) => async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seqnn-watch-'));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('csvLogger', () => {
  const { x, y } = linearData(12);

  it(
    'writes a line per epoch, and goes on in the columns of a file that is there',
    inFolder(async (folder) => {
      const filename = join(folder, 'sub', 'log.csv');
      const model = compiled();
      const log = (options: object = {}) => callbacks.csvLogger({ filename, ...options });
      const first = await model.fit(x, y, { ...quiet, epochs: 2, callbacks: log() });
      const second = await model.fit(x, y, {
        ...quiet,
        epochs: 3,
        initialEpoch: 2,
        validationData: [x, y],
        callbacks: [{ onEpochEnd: (_, logs) => void delete logs.mae }, log({ append: true })],
      });
      const lines = readFileSync(filename, 'utf8').split('\n');
      assert.deepEqual(lines, [
        'epoch,loss,mae',
        ...[0, 1].map((e) => [e, first.history.loss[e], first.history.mae[e]].join(',')),
        [2, second.history.loss[0], 'NA'].join(','),
        '',
      ]);
      await model.fit(x, y, { ...quiet, callbacks: log({ separator: ';' }) });
      assert.equal(readFileSync(filename, 'utf8').split('\n')[0], 'epoch;loss;mae');
    }),
  );

  it('quotes names that need it, and checks its options', async () => {
    await inFolder(async (folder) => {
      const filename = join(folder, 'log.csv');
      const extra = { onEpochEnd: (_: number, logs: Logs) => void (logs['a,"b"'] = 1) };
      for (const append of [false, true])
        await compiled().fit(x, y, { ...quiet, callbacks: [extra, callbacks.csvLogger({ filename, append })] });
      const [head, ...rows] = readFileSync(filename, 'utf8').trim().split('\n');
      assert.equal(head, 'epoch,"a,""b""",loss,mae');
      assert.deepEqual(rows.map((row) => row.split(',')[1]), ['1', '1']); // prettier-ignore
    })();
    assert.throws(() => callbacks.csvLogger({} as never), /filename must be a path/);
    assert.throws(() => callbacks.csvLogger({ filename: 'a', seperator: ',' } as never), /Did you mean 'separator'/);
  });
});

describe('backupAndRestore', () => {
  const x = random32([24, 5, 2], 1);
  const y = random32([24, 1], 2);

  /** Everything that a training could lose: dropout, slots, averages, batch statistics, order of the rows. */
  function make(): Sequential {
    const model = sequential([
      layers.gru({ units: 3, dropout: 0.3, recurrentDropout: 0.2, inputShape: [5, 2] }),
      layers.batchNormalization(),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 1 }),
    ]);
    model.setWeights(model.weights.map((v, i) => random32(v.shape, 30 + i).abs()));
    model.compile({
      optimizer: optimizers.adam({ learningRate: 0.02, useEma: true, gradientAccumulationSteps: 2 }),
      loss: 'mse',
    });
    return model;
  }

  for (const [what, saveFreq, stopAt] of [
    ['at an epoch', 'epoch', 7],
    ['in the middle of an epoch', 4, 10],
    ['at the end of an epoch by batches', 5, 11],
  ] as const) {
    it(
      `goes on ${what} to the same bits`,
      inFolder(async (backupDir) => {
        // The rate falls with the epochs: a new process must find the lowered one.
        const halve = (model: () => Sequential) => ({
          onEpochEnd: () => void (model().optimizer.learningRate *= 0.7),
        });
        const options = { ...quiet, epochs: 4, batchSize: 5, seed: 9 };
        const whole = make();
        await whole.fit(x, y, { ...options, callbacks: halve(() => whole) });

        const backup = () => callbacks.backupAndRestore({ backupDir, saveFreq });
        const cut = make();
        let batches = 0;
        const bomb = {
          onTrainBatchEnd() {
            if (++batches === stopAt) throw new Error('cut off');
          },
        };
        await assert.rejects(cut.fit(x, y, { ...options, callbacks: [halve(() => cut), backup(), bomb] }), /cut off/);
        const again = make();
        again.setWeights(again.weights.map((v) => random32(v.shape, 99)));
        // Another seed: the one of the backup counts.
        const { epoch } = await again.fit(x, y, { ...options, seed: 1, callbacks: [halve(() => again), backup()] });
        assert.ok(epoch[0] > 0 && epoch.at(-1) === 3);
        assert.deepEqual(bits(again), bits(whole));
        assert.deepEqual(readdirSync(backupDir), []);
      }),
    );
  }

  it(
    'goes on in the middle of an epoch of a generator',
    inFolder(async (backupDir) => {
      const batch = (k: number) => [random32([6, 5, 2], k), random32([6, 1], 50 + k)];
      const batches = { *[Symbol.iterator]() { for (let k = 0; k < 4; k++) yield batch(k); } }; // prettier-ignore
      const options = { ...quiet, epochs: 2, seed: 3 };
      const whole = make();
      await whole.fit(batches, options);
      const cut = make();
      let seen = 0;
      const stop = { onTrainBatchEnd: () => { if (++seen === 7) throw new Error('cut off'); } }; // prettier-ignore
      const backup = callbacks.backupAndRestore({ backupDir, saveFreq: 3 });
      await assert.rejects(cut.fit(batches, { ...options, callbacks: [backup, stop] }), /cut off/);
      const again = make();
      await again.fit(batches, { ...options, callbacks: callbacks.backupAndRestore({ backupDir }) });
      assert.deepEqual(bits(again), bits(whole));
    }),
  );

  it(
    'keeps the backup when asked to, and refuses one of another model',
    inFolder(async (backupDir) => {
      const backup = () => callbacks.backupAndRestore({ backupDir, deleteCheckpoint: false });
      const model = make();
      await model.fit(x, y, { ...quiet, epochs: 2, callbacks: backup() });
      assert.ok(existsSync(join(backupDir, 'backup.safetensors')));
      const before = bits(model);
      // Nothing is left to do.
      const { epoch } = await model.fit(x, y, { ...quiet, epochs: 2, callbacks: backup() });
      assert.deepEqual([epoch, bits(model)], [[], before]);
      const data = linearData(12);
      await assert.rejects(compiled().fit(data.x, data.y, { ...quiet, callbacks: backup() }), /of another model/);
      assert.throws(() => callbacks.backupAndRestore({ backupDir, saveFreq: 0 }), /saveFreq.*at least 1, got 0/);
      assert.throws(() => callbacks.backupAndRestore({} as never), /backupDir must be a folder/);
    }),
  );
});

describe('tensorBoard', () => {
  const { x, y } = linearData(12);
  const eventsIn = (folder: string) => {
    const [file, ...others] = readdirSync(folder);
    assert.equal(others.length, 0);
    assert.match(file, /^events\.out\.tfevents\.\d+\..+\.v2$/);
    return readEvents(readFileSync(join(folder, file)));
  };

  it('the checksum of the test is CRC-32C', () => {
    assert.equal(checksum(Buffer.from('123456789')), 0xe3069283);
  });

  it(
    'writes figures of training and validation, and histograms of weights and gradients',
    inFolder(async (folder) => {
      const model = compiled();
      const weights: ArrayLike<number>[] = [];
      const { history } = await model.fit(x, y, {
        ...quiet,
        epochs: 3,
        batchSize: 4,
        validationData: [x, y],
        callbacks: [
          callbacks.tensorBoard({ logDir: folder, histogramFreq: 2, gradientData: [x, y], updateFreq: 'batch' }),
          { onEpochEnd: () => void weights.push(model.weights[0].value().data) },
        ],
      });
      const [head, ...train] = eventsIn(join(folder, 'train'));
      assert.equal(head.version, 'brain.Event:2');
      const series = (events: typeof train, tag: string) => events.filter((e) => e.tag === tag);
      const f32 = (list: readonly number[]) => Array.from(Float32Array.from(list));
      const valuesOf = (events: typeof train, tag: string) => series(events, tag).map((e) => e.value);
      assert.deepEqual(valuesOf(train, 'epoch_loss'), f32(history.loss));
      assert.deepEqual(valuesOf(train, 'epoch_mae'), f32(history.mae));
      assert.deepEqual(valuesOf(train, 'epoch_learning_rate'), f32([0.01, 0.01, 0.01]));
      assert.deepEqual(series(train, 'batch_loss').map((e) => e.step), [0, 1, 2, 3, 4, 5, 6, 7, 8]); // prettier-ignore
      const valid = eventsIn(join(folder, 'validation'));
      assert.deepEqual(valuesOf(valid, 'epoch_loss'), f32(history.val_loss));
      assert.deepEqual(valuesOf(valid, 'epoch_mae'), f32(history.val_mae));

      const [layer] = model.layers;
      const kernel = series(train, `${layer.name}/kernel/histogram`);
      assert.deepEqual(kernel.map((e) => e.step), [0, 2]); // prettier-ignore
      [0, 2].forEach((epoch, i) => {
        const values = Array.from(weights[epoch]);
        const { stats, limits, counts } = kernel[i].histogram ?? assert.fail();
        const sum = values.reduce((a, b) => a + b, 0);
        const squares = values.reduce((a, b) => a + b * b, 0);
        assert.deepEqual(stats, [Math.min(...values), Math.max(...values), values.length, sum, squares]);
        assert.equal(limits.length, counts.length);
        counts.forEach((count, k) => {
          const low = k === 0 ? -Infinity : limits[k - 1];
          const inside = values.filter((v) => v >= low - 1e-9 && v <= limits[k] + 1e-9).length;
          assert.ok(inside >= count);
        });
        assert.equal(
          counts.reduce((a, b) => a + b),
          values.length,
        );
      });
      const flow = await model.gradientFlow(x, y);
      const tags = new Set(train.map((e) => e.tag));
      for (const name of flow.weights.names) assert.ok(tags.has(`${name}/gradient`));
      const norms = valuesOf(train, `gradient_norm/${layer.name}`);
      assert.equal(norms.length, 2);
      assert.equal(norms[1], Math.fround(flow.layers.norms[0]));
    }),
  );

  it(
    'survives values that are no numbers, and checks its options',
    inFolder(async (folder) => {
      const model = smallModel();
      model.compile({ optimizer: optimizers.sgd({ learningRate: 1e30 }), loss: 'mse' });
      const board = callbacks.tensorBoard({
        logDir: folder,
        histogramFreq: 1,
        updateFreq: 2,
        writeStepsPerSecond: true,
      });
      await model.fit(x, y, { ...quiet, epochs: 2, batchSize: 3, callbacks: board });
      const train = eventsIn(join(folder, 'train'));
      assert.ok(train.some((e) => e.histogram?.stats[2] === 0));
      assert.ok(train.some((e) => e.tag === 'epoch_steps_per_second' && (e.value as number) > 0));
      assert.equal(train.filter((e) => e.tag === 'batch_loss').length, 4);
      assert.throws(() => callbacks.tensorBoard({ updateFreq: 0 }), /updateFreq.*at least 1, got 0/);
      assert.throws(() => callbacks.tensorBoard({ gradientData: [x] as never }), /gradientData must be \[x, y\]/);
      assert.throws(() => callbacks.tensorBoard({ histogramfreq: 1 } as never), /Did you mean 'histogramFreq'/);
    }),
  );
});

describe('modelCheckpoint by batches', () => {
  it(
    'fills in width and decimals, and counts over epochs',
    inFolder(async (folder) => {
      const { x, y } = linearData(12);
      const filepath = join(folder, '{epoch:02d}-{batch:03d}-{loss:.2f}');
      await compiled().fit(x, y, {
        ...quiet,
        epochs: 2,
        batchSize: 4,
        callbacks: callbacks.modelCheckpoint({ filepath, saveFreq: 2 }),
      });
      const files = readdirSync(folder).sort();
      assert.equal(files.length, 3);
      ['01-002', '02-001', '02-003'].forEach((head, i) =>
        assert.match(files[i], new RegExp(`^${head}-\\d+\\.\\d\\d$`)),
      );
      const missing = callbacks.modelCheckpoint({ filepath: join(folder, '{batch}') });
      await assert.rejects(
        compiled().fit(x, y, { ...quiet, callbacks: missing }),
        /no figure 'batch'.*there are epoch/,
      );
    }),
  );
});

describe('what else can be listened to', () => {
  const { x, y } = linearData(12);

  it('validation inside fit, and predict', async () => {
    const heard: string[] = [];
    const hooks = callbacks.lambdaCallback({
      onTestBegin: () => void heard.push('test'),
      onTestEnd: (logs) => void heard.push(`loss ${typeof logs.loss}`),
      onEpochEnd: () => void heard.push('epoch'),
      onPredictBegin: () => void heard.push('predict'),
      onPredictEnd: () => void heard.push('predicted'),
    });
    const model = compiled();
    await model.fit(x, y, { ...quiet, callbacks: hooks, validationData: [x, y] });
    await model.predict(x, { callbacks: hooks });
    assert.deepEqual(heard, ['test', 'loss number', 'epoch', 'predict', 'predicted']);
  });

  it('swapEMAWeights validates the averages and trains the weights', async () => {
    const make = () => {
      const model = smallModel();
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1, useEma: true, emaMomentum: 0.8 }), loss: 'mse' });
      return model;
    };
    for (const swapOnEpoch of [false, true]) {
      const [plain, swapped] = [make(), make()];
      const seen: number[][][] = [];
      const atEnd: number[][][] = [];
      const options = { ...quiet, epochs: 3, seed: 4, validationData: [x, y] as const };
      await plain.fit(x, y, { ...options, callbacks: { onEpochEnd: () => void seen.push(bits(plain)) } });
      const { history } = await swapped.fit(x, y, {
        ...options,
        callbacks: [callbacks.swapEMAWeights({ swapOnEpoch }), { onEpochEnd: () => void atEnd.push(bits(swapped)) }],
      });
      assert.deepEqual(bits(swapped), bits(plain));
      // One batch per epoch; the first average is the first weights.
      const average = seen[0].map((w, i) => w.map((v, k) => 0.8 * v + 0.2 * seen[1][i][k]));
      if (swapOnEpoch) atEnd[1].forEach((w, i) => w.forEach((v, k) => assert.ok(Math.abs(v - average[i][k]) < 1e-6)));
      else assert.deepEqual(atEnd, seen);
      const other = make();
      other.setWeights(other.weights.map((v, i) => ({ data: Float32Array.from(average[i]), shape: v.shape })));
      assert.ok(Math.abs(history.val_loss[1] - ((await other.evaluate(x, y)) as number)) < 1e-6);
    }
    await assert.rejects(compiled().fit(x, y, { ...quiet, callbacks: callbacks.swapEMAWeights() }), /useEma: true/);
  });
});
