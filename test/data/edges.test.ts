import assert from 'node:assert/strict';
import {
  callbacks,
  data,
  forecasting,
  layers,
  ops,
  optimizers,
  sequential,
  tensor,
  text,
  Tensor,
} from '../../lib/index.js';
import { rateAt } from '../../lib/optimizers/schedule.js';

const { intervals } = forecasting;

describe('whole numbers, constants and zeros in series', () => {
  it('a constant float64 feature is scaled to 0, whatever the rounding of its mean', () => {
    const x = tensor(new Array<number>(10).fill(0.1), [10, 1], 'float64');
    const scaler = data.standardScaler().fit(x);
    assert.ok(scaler.transform(x).data.every((v) => Math.abs(v) < 1e-12));
    assert.ok(Math.abs(scaler.transform(tensor([0.2], [1, 1], 'float64')).item() - 0.1) < 1e-12);
  });

  it('conformal intervals and iterated forecasts of whole numbers are not whole', async () => {
    const band = intervals
      .conformal([1.4, 2.4, 3.4], [1, 2, 3], { coverage: 0.5 })
      .apply(tensor([[5], [6]], null, 'int32'));
    assert.deepEqual(band.upper.toArray(), [[Math.fround(5.4)], [Math.fround(6.4)]]);
    const half = { predict: async (x: Tensor) => ops.multiply(x.slice([null, -1]), 0.5) };
    const found = await data.iteratedForecast(half, tensor([[[1], [2]]], null, 'int32'), 2);
    assert.deepEqual(found.toArray(), [[[1], [0.5]]]);
    assert.throws(() => data.padSequences([[1]], { value: -1.5, maxLen: 2 }), /value: -1.5 .* does not fit int32/);
  });

  it('a perfect forecast of zeros, or over a constant history, has no error', () => {
    const { mape, mase, smape } = forecasting.scores([0, 2], [0, 2], { history: [3, 3, 3] });
    assert.deepEqual([mape, mase, smape], [0, 0, 0]);
    assert.equal(forecasting.scores([0], [1]).mape, Infinity);
  });

  it('logarithms of powers of the base are whole', () => {
    assert.deepEqual(ops.log2([8192, 32768, 2 ** 30, 0.125]).toArray(), [13, 15, 30, -3]);
    assert.deepEqual(ops.log10([10, 1000, 1e6]).toArray(), [1, 3, 6]);
    assert.equal(ops.log2([8]).dtype, 'float32');
  });

  it('plain numbers beside float64 tensors are float64', () => {
    const one = tensor([1], null, 'float64');
    assert.equal(ops.einsum('i,i->', one, [0.1]).item(), 0.1);
    assert.equal(ops.average(tensor([1, 0], null, 'float64'), 0, [0.1, 0.2]).item(), 0.1 / (0.1 + 0.2));
  });

  it('the rate begins anew exactly at a restart', () => {
    const schedule = optimizers.cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 10, tMul: 10 });
    for (const step of [0, 10, 110, 1110, 1111110])
      assert.ok(Math.abs(rateAt(schedule, step) - 1) < 1e-6, String(step));
  });
});

describe('what is read', () => {
  it('dates without a zone are in UTC, wherever the machine is', () => {
    const zone = process.env.TZ;
    process.env.TZ = 'America/New_York';
    try {
      const dates = ['2000-01-01', '2000-01-01 00:00', '2000-01-01T00:00', '2000-01-01T00:00Z', '2000/01/01'];
      const [first, ...others] = data.calendarFeatures(dates, { cycles: ['day'] }).toArray() as number[][];
      assert.deepEqual(first, [0, 1]);
      for (const other of others) assert.deepEqual(other, first);
      const [five] = data.calendarFeatures(['2000-01-01T00:00-06:00'], { cycles: ['day'] }).toArray() as number[][];
      assert.ok(Math.abs(five[0] - 1) < 1e-6);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it('an empty field in quotes is a row; two columns of one name are refused', () => {
    assert.deepEqual([...data.parseCsv('v\n"1"\n""\n\n"3"\n').numbers('v')], [1, NaN, 3]);
    assert.throws(() => data.parseCsv('a,a\n1,2'), /two columns are called 'a'/);
  });
});

describe('forecasters and their bands', () => {
  it('a model of one output at every step forecasts with the last of them', async () => {
    const next = { predict: async (x: Tensor) => ops.add(x, 1) };
    const model = forecasting.fromModel({ model: next, steps: 4 });
    assert.deepEqual((await model.forecast([1, 2, 3, 4, 5, 6], 3)).toArray(), [7, 8, 9]);
    const odd = { predict: async () => ops.zeros([1, 2, 3]) };
    const wrong = forecasting.fromModel({ model: odd, steps: 4 });
    await assert.rejects(async () => wrong.forecast([1, 2, 3, 4], 1), /expected a prediction .* got \[1, 2, 3\]/);
  });

  it('bands wider than the quantiles reach are refused', () => {
    const levels = [0.25, 0.5, 0.75];
    assert.throws(() => intervals.quantiles([[-1, 0, 1]], { quantiles: levels, coverage: 0.95 }), /level 0.025 is not/);
    assert.throws(() => intervals.quantiles([[1, 2]], { quantiles: [0.8, 0.9] }), /level 0.5 is not between/);
    assert.deepEqual(intervals.quantiles([[-1, 0, 1]], { quantiles: levels }).upper.toArray(), [1]);
  });

  it('arima without a term, or a season without steps', () => {
    assert.throws(() => forecasting.arima({ p: 0, d: 1, q: 0 }), /expected a term to estimate/);
    assert.throws(() => forecasting.arima({ D: 1 }), /P, D and Q need a season/);
  });
});

describe('what a figure or a text is', () => {
  it('a loss is better when it falls, a score when it rises, whatever the name of the output', () => {
    const stops = (monitor: string, values: number[]) => {
      const stop = callbacks.earlyStopping({ monitor, patience: 1 });
      const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
      stop.setModel(model);
      stop.onTrainBegin?.();
      values.forEach((v, epoch) => stop.onEpochEnd?.(epoch, { [monitor]: v }));
      return model.stopTraining;
    };
    assert.equal(stops('val_acceleration_loss', [1, 0.5, 0.3]), false);
    assert.equal(stops('val_fBetaScore', [0.1, 0.5, 0.9]), false);
    assert.equal(stops('cosineSimilarity', [0.1, 0.5, 0.9]), false);
    assert.equal(stops('val_accuracy', [0.9, 0.5, 0.1]), true);
  });

  it('generate goes on behind an end when told so, and shows it', async () => {
    const tokenizer = text.tokenizer({ level: 'char', specials: { eos: '<eos>' } }).fit(['ab']);
    const [a, b] = tokenizer.encode('ab');
    const eos = tokenizer.vocabulary.specialId('eos') as number;
    const after = new Map([[a, eos], [eos, b], [b, a]]); // prettier-ignore
    const next = (x: Tensor) => {
      const row = new Float32Array(tokenizer.size).fill(-100);
      row[after.get(x.item()) as number] = 100;
      return new Tensor(row, [1, tokenizer.size]);
    };
    const model = { name: 'cycle', inputShape: [null, null], stream: () => ({ next }) } as never;
    const options = { tokenizer, seedText: 'a', length: 3, fromLogits: true, temperature: 0.01 };
    assert.equal(await text.generate(model, options), 'a');
    assert.equal(await text.generate(model, { ...options, stopAtEos: false }), 'a<eos>ba');
  });
});
