import assert from 'node:assert/strict';
import {
  layers,
  ops,
  sequential,
  setThreads,
  tensor,
  type Layer,
  type Tensor,
  type TensorBase,
} from '../../lib/index.js';
import { gradients } from '../../lib/ops/grad.js';
import { encode } from '../../lib/program/encode.js';
import type { Graph, SymbolicTensor } from '../../lib/program/graph.js';
import { layOut } from '../../lib/program/layout.js';
import { atOnce } from '../../lib/program/parts.js';
import { Program } from '../../lib/program/program.js';
import { shard, shardingInto } from '../../lib/program/shard.js';
import { trace, type TraceInput } from '../../lib/program/trace.js';
import { Variable } from '../../lib/program/variable.js';
import { native } from '../../lib/runtime/addon.js';
import { random64 } from '../support/gradcheck.js';
import { random32 } from '../training/models.js';

const [B, T, F, H] = [6, 9, 3, 4];
const common = { units: H, dtype: 'float64' } as const;
const x64: TraceInput = { shape: [B, T, F], dtype: 'float64', batched: true };

interface Case {
  readonly layers?: readonly Layer[];
  readonly call: (x: TensorBase, ...built: ((x: TensorBase) => TensorBase)[]) => TensorBase;
  /** Ops that must not be left outside the shards. */
  readonly inside: readonly string[];
}

const f64 = { dtype: 'float64' } as const;
const seq = { ...common, returnSequences: true } as const;
const noise = random64([B, T, F], 3);
const CASES: Record<string, Case> = {
  'simpleRNN and a product': {
    layers: [layers.simpleRNN(seq), layers.dense({ units: 2, activation: 'tanh', ...f64 })],
    call: (x, a, b) => b(a(x)),
    inside: ['rnn', 'rnnGrad', 'dense', 'denseGradW'],
  },
  'lstm with peepholes, last output': {
    layers: [layers.rnn({ cell: layers.lstmCell({ units: H, usePeepholes: true, ...f64 }), ...f64 })],
    call: (x, a) => a(x),
    inside: ['rnn', 'rnnGrad'],
  },
  'gru both ways': {
    layers: [layers.bidirectional({ layer: layers.gru(seq), ...f64 })],
    call: (x, a) => a(x),
    inside: ['rnn', 'rnnGrad', 'concat'],
  },
  'norms inside the steps': {
    layers: [layers.rnn({ cell: layers.layerNormLSTMCell({ units: H, ...f64 }), returnSequences: true, ...f64 })],
    call: (x, a) => a(x),
    inside: ['rnn', 'rnnGrad'],
  },
  'a loop over a cell': {
    layers: [
      layers.rnn({
        cell: layers.gruCell({ ...common, activation: (x: Tensor) => ops.softmax(x) }),
        returnSequences: true,
        ...f64,
      }),
    ],
    call: (x, a) => a(x),
    inside: ['scan'],
  },
  'causal convolutions': {
    layers: [
      layers.conv1d({ filters: 4, kernelSize: 2, dilationRate: 2, padding: 'causal', activation: 'relu', ...f64 }),
      layers.conv1d({ filters: 2, kernelSize: 3, strides: 2, ...f64 }),
    ],
    call: (x, a, b) => b(a(x)),
    inside: ['conv1d', 'conv1dGradX', 'conv1dGradW'],
  },
  'layer norm, softmax and a reduction': {
    layers: [layers.layerNormalization(f64)],
    call: (x, a) => ops.multiply(ops.softmax(a(x)), ops.max(x, 1, true)),
    inside: ['layerNorm', 'layerNormGrad', 'softmax', 'softmaxGrad'],
  },
  'slices, joins and borders': {
    call: (x) =>
      ops.concatenate([ops.pad(ops.slice(x, [null, [1, 5]]), [[0, 0], [1, 2], [0, 0]]), ops.flip(ops.slice(x, [null, [2, 9]]), 1)], 2), // prettier-ignore
    inside: ['slice', 'unslice', 'concat', 'pad'],
  },
  'products of samples': {
    call: (x) => ops.matmul(ops.softmax(ops.matmul(x, ops.transpose(x, [0, 2, 1]))), x),
    inside: ['matmul'],
  },
  'another shape': {
    call: (x) => ops.multiply(ops.reshape(ops.square(x), [B * T, F]), 0.5),
    inside: [],
  },
  'what does not depend on the data': {
    call: (x) => ops.multiply(ops.add(x, noise), ops.broadcastTo(ops.sum(noise, [0, 1], true), [B, T, F])),
    inside: [],
  },
  'sums over the batch between two layers': {
    layers: [layers.lstm(seq), layers.gru(seq)],
    call: (x, a, b) => {
      const y = a(x);
      const centred = ops.subtract(y, ops.mean(y, [0, 1], true));
      return b(ops.multiply(centred, ops.rsqrt(ops.add(ops.mean(ops.square(centred), [0, 1], true), 1e-3))));
    },
    inside: ['rnn', 'rnnGrad'],
  },
  'a sum over the batch that goes on': {
    call: (x) => ops.subtract(x, ops.mean(x, 0, true)),
    inside: [],
  },
  'random masks over the batch, its last axis and its first': {
    call: (x) =>
      ops.multiply(
        ops.multiply(x, ops.random.dropoutMask([B, T, F], 0.6, f64)),
        ops.add(
          ops.transpose(ops.random.uniform([T, F, B], 0, 1, f64), [2, 0, 1]),
          ops.random.normal([1, T, 1], 0, 1, f64),
        ),
      ),
    inside: [],
  },
};

/** Outputs and the gradients of a weighted sum of them by x and the weights, traced on a batch. */
function traced({ layers: list = [], call }: Case) {
  const seeds = (y: TensorBase) => random64(y.shape, 7);
  const random = { seed: 5, counter: new Variable(new Int32Array([3])), streams: 0 };
  const steps = (x: SymbolicTensor) => {
    const y = call(x, ...list.map((layer) => (v: TensorBase) => layer.invoke(v) as TensorBase));
    const weights = list.flatMap((layer) => layer.trainableWeights);
    const loss = ops.sum(ops.multiply(ops.tanh(y), seeds(y)));
    return [y, loss, ...gradients(loss, [x, ...weights])];
  };
  return trace([x64], steps, random);
}

function close(found: readonly Tensor[], expected: readonly Tensor[]): void {
  found.forEach((t, i) => {
    assert.deepEqual(t.shape, expected[i].shape);
    t.data.forEach((v, k) =>
      assert.ok(Math.abs(v - expected[i].data[k]) < 1e-12 * (1 + Math.abs(v)), `${i}: ${v}, ${expected[i].data[k]}`),
    );
    assert.ok(expected[i].data.some((v) => v !== 0));
  });
}

// Also where it does not pay.
const ALWAYS = { least: 0, share: Infinity, leastPass: 0, weights: Infinity, loops: true, sparse: true, pairs: false };

const namesIn = (graph: Graph) => graph.nodes.map((n) => n.op.name);
type Traced = { graph: Graph; outputs: readonly SymbolicTensor[] };
/** How many there are; 0: the batch is not divided. */
const shardsOf = ({ graph, outputs }: Traced) =>
  (shard(layOut(graph, outputs)).graph.nodes.find((n) => n.op.name === 'shards')?.attrs.shards ?? 0) as number;
const inShards = (program: Traced) => shardsOf(program) > 0;

describe('shards of a batch', () => {
  for (const [name, one] of Object.entries(CASES)) {
    for (const shards of [2, 3, B]) {
      it(`${name}: ${shards} of them give the numbers of the whole`, () => {
        const { graph, outputs } = traced(one);
        for (const op of one.inside) assert.ok(namesIn(graph).includes(op), `${op} is nowhere`);
        const divided = atOnce(shardingInto(layOut(graph, outputs), shards, ALWAYS));
        assert.ok(divided);
        const names = namesIn(divided.graph);
        assert.ok(names.includes('shards'));
        const live = encode(divided, graph.precision);
        for (const op of one.inside) assert.ok(!names.includes(op), `${op} is outside`);
        const whole = new Program(graph, outputs, encode(layOut(graph, outputs), graph.precision));
        const x = random64([B, T, F], 1);
        close(new Program(graph, outputs, live).run([x]), whole.run([x]));
      });
    }
  }

  const big = (rows: number, steps = 40) =>
    trace([{ shape: [rows, steps, 2], dtype: 'float32', batched: true }], (x) => {
      const w = tensor(random32([2, 80], 1).data, [2, 80]);
      const u = tensor(random32([20, 80], 2).data, [20, 80]);
      return ops.lstm({ x, kernel: w, recurrentKernel: u }).outputs;
    });

  it('are made where they pay: with enough work, and where they take few vectors more', function () {
    if (native().about().device !== 'cpu') this.skip();
    assert.ok([20, 32, 50, 64, 150, 1024].every((rows) => inShards(big(rows))));
    assert.ok(!inShards(big(14)) && !inShards(big(33)) && !inShards(big(48)) && !inShards(big(32, 2)));
  });

  it('are two of eight samples each, which fill half a vector', function () {
    if (native().about().device !== 'cpu') this.skip();
    assert.deepEqual(
      [15, 16, 17].map((rows) => shardsOf(big(rows))),
      [0, 2, 0],
    );
  });

  it('are one or two samples where these are few, and worth it', function () {
    if (native().about().device !== 'cpu') this.skip();
    assert.ok([2, 3, 4].every((rows) => inShards(big(rows))) && !inShards(big(5)));
    assert.ok([5, 8, 12].every((rows) => inShards(big(rows, 150))) && !inShards(big(13, 150)));
    const small = (rows: number) =>
      trace([{ shape: [rows, 4000, 2], dtype: 'float32', batched: true }], (x) => layers.lstm({ units: 4 }).invoke(x));
    const wide = (units: number, rows: number) =>
      trace(
        [{ shape: [rows, 40, 2], dtype: 'float32', batched: true }],
        (x) =>
          ops.gru({ x, kernel: random32([2, 3 * units], 1), recurrentKernel: random32([units, 3 * units], 2) }).outputs,
      );
    assert.ok(inShards(wide(100, 4)) && !inShards(wide(300, 4)), 'their weights stay near');
    assert.deepEqual(
      [4, 6, 8, 12].map((rows) => shardsOf(wide(100, rows))),
      [2, 3, 4, 6],
      'pairs',
    );
    assert.deepEqual(
      [2, 3, 5, 7].map((rows) => shardsOf(wide(100, rows))),
      [2, 3, 5, 7],
      'no pairs',
    );
    assert.deepEqual(
      [8, 12].map((rows) => shardsOf(wide(50, rows))),
      [8, 12],
      'small weights',
    );
    const withGradient = trace([{ shape: [8, 40, 2], dtype: 'float32', batched: true }], (x) =>
      gradients(ops.sum(layers.lstm({ units: 100 }).invoke(x) as TensorBase), [x]),
    );
    assert.equal(shardsOf(withGradient), 8, 'what a gradient needs is kept of single samples only');
    const normed = layers.rnn({ cell: layers.layerNormLSTMCell({ units: 20 }) });
    const lanes = trace([{ shape: [4, 400, 2], dtype: 'float32', batched: true }], (x) => normed.invoke(x));
    assert.ok(!inShards(lanes) && !inShards(small(4)), 'samples are their lanes');
    const loop = (rows: number) => {
      const layer = CASES['a loop over a cell'].layers?.[0] as Layer;
      return trace([{ shape: [rows, 4000, F], dtype: 'float64', batched: true }], (x) => layer.invoke(x));
    };
    assert.ok(inShards(loop(3)) && !inShards(loop(8)), 'loops over cells fill vectors');
  });

  it('of single samples have the same bits with any number of threads', async () => {
    const [x, y] = [random32([7, 90, 2], 1), random32([7, 1], 2)];
    const bits = async (threads: number) => {
      setThreads(threads);
      const model = sequential([
        layers.conv1d({ filters: 20, kernelSize: 3, inputShape: [90, 2] }),
        layers.gru({ units: 40 }),
        layers.dense({ units: 1 }),
      ]);
      model.build([null, 90, 2]);
      model.setWeights(model.getWeights().map((w, i) => random32([...w.shape], i)));
      model.compile({ loss: 'mse', optimizer: 'sgd' });
      await model.trainOnBatch(x, y);
      return [...model.getWeights(), model.predictSync(x)].map((t) => [...t.data]);
    };
    const alone = await bits(1);
    for (const threads of [2, 3, 16]) assert.deepEqual(await bits(threads), alone);
    setThreads(2);
  });

  it('are not made where a variable that they read has been written', function () {
    if (native().about().device !== 'cpu') this.skip();
    const counter = layers.dense({ units: 2 });
    counter.build([32, 40, 20]);
    const written = (after: boolean) =>
      trace([{ shape: [32, 40, 20], dtype: 'float32', batched: true }], (x) => {
        const bias = counter.weights[1];
        const write = () => ops.assign(bias, ops.add(bias, 1));
        if (!after) write();
        const y = counter.invoke(ops.tanh(ops.matmul(x, random32([20, 60], 1)).slice([null, null, [0, 20]])));
        if (after) write();
        return y;
      });
    assert.ok(inShards(written(true)) && !inShards(written(false)));
  });

  it('leave alone what has as many axes as there may be', () => {
    const { graph, outputs } = trace([{ shape: [6, 1, 2, 1, 2, 1, 2, 1], dtype: 'float64', batched: true }], (x) =>
      ops.sum(ops.tanh(x)),
    );
    assert.equal(atOnce(shardingInto(layOut(graph, outputs), 2, ALWAYS)), null);
  });

  it('report an index outside the table from whichever thread found it', () => {
    setThreads(2);
    const model = sequential([
      layers.embedding({ inputDim: 5, outputDim: 20, inputShape: [40] }),
      layers.lstm({ units: 20 }),
    ]);
    const x = new Int32Array(64 * 40);
    x[40 * 40 + 3] = 7;
    assert.throws(() => model.predictSync(tensor(x, [64, 40])), /index 7 .* outside \[0, 5\)/);
    x[40 * 40 + 3] = 4;
    assert.equal(model.predictSync(tensor(x, [64, 40])).shape[0], 64);
  });
});
