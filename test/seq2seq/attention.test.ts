import assert from 'node:assert/strict';
import { compile, layers, ops, seq2seq, Tensor, tensor, type TensorBase } from '../../lib/index.js';
import { checkGradients, random64 } from '../support/gradcheck.js';

const [BATCH, STEPS, SIZE, QUERY] = [2, 5, 3, 4];
const mechanisms = {
  additive: () => seq2seq.additive({ units: 6 }),
  general: seq2seq.general,
  multiHead: () => seq2seq.multiHead({ numHeads: 2, keyDim: 3, valueDim: 2 }),
} as const;

function built(name: keyof typeof mechanisms) {
  const mechanism = mechanisms[name]();
  mechanism.build([
    [null, QUERY],
    [null, null, SIZE],
  ]);
  const look = compile((query: TensorBase, values: TensorBase, mask: TensorBase) => {
    const { context, weights } = mechanism.call(query, { values, keys: mechanism.prepare(values), mask });
    return [context, weights];
  });
  const weights = new Map(mechanism.weights.map((v) => [v.name.split('/').at(-1)!, v.value().toArray()]));
  return { mechanism, look, weights };
}
const queries = random64([BATCH, QUERY], 1).cast('float32') as Tensor;
const values = random64([BATCH, STEPS, SIZE], 2).cast('float32') as Tensor;
const mask = tensor([
  [true, true, true, true, false],
  [true, true, true, false, false],
]);
const near = (a: Tensor, b: Tensor, what: string, tolerance = 1e-6) => {
  assert.deepEqual(a.shape, b.shape, what);
  a.data.forEach((v, i) => assert.ok(Math.abs(v - b.data[i]) <= tolerance, `${what} ${i}: ${v}, not ${b.data[i]}`));
};

/** The weights and the mean of the values under them, from scores. */
function mean(score: (b: number, s: number) => number): { weights: number[][]; context: number[][] } {
  const weights = Array.from({ length: BATCH }, (_, b) => {
    const e = Array.from({ length: STEPS }, (_, s) => (mask.data[b * STEPS + s] ? Math.exp(score(b, s)) : 0));
    const sum = e.reduce((x, y) => x + y, 0);
    return e.map((x) => x / sum);
  });
  const v: number[][][] = values.toArray();
  const context = weights.map((w, b) => v[b][0].map((_, f) => w.reduce((sum, x, s) => sum + x * v[b][s][f], 0)));
  return { weights, context };
}

describe('attention mechanisms', () => {
  it('general scores are query · W value', () => {
    const { look, weights } = built('general');
    const [q, v, w]: [number[][], number[][][], number[][]] = [
      queries.toArray(),
      values.toArray(),
      weights.get('kernel'),
    ];
    const expected = mean((b, s) =>
      v[b][s].reduce((sum, x, i) => sum + q[b].reduce((p, y, j) => p + x * w[i][j] * y, 0), 0),
    );
    const [context, seen] = look(queries, values, mask);
    near(context, tensor(expected.context), 'context');
    near(seen, tensor(expected.weights), 'weights');
  });

  it('additive scores are v · tanh(W query + U value)', () => {
    const { mechanism, look } = built('additive');
    const [scale, w, bias, u] = mechanism.weights.map((x) => x.value().toArray() as number[][]);
    const [q, v]: [number[][], number[][][]] = [queries.toArray(), values.toArray()];
    const times = (x: number[], m: number[][], k: number) => x.reduce((sum, y, i) => sum + y * m[i][k], 0);
    const expected = mean((b, s) =>
      scale.reduce(
        (sum, [f], k) => sum + f * Math.tanh(times(q[b], w, k) + (bias as never)[k] + times(v[b][s], u, k)),
        0,
      ),
    );
    const [context, seen] = look(queries, values, mask);
    near(context, tensor(expected.context), 'context');
    near(seen, tensor(expected.weights), 'weights');
  });

  it('one head of a multi-head attention is a scaled dot product of projections', () => {
    const { mechanism, look } = built('multiHead');
    const [wq, bq, wk, bk, wv, bv] = mechanism.weights.map((x) => x.value());
    const of = (x: TensorBase, w: Tensor, b: Tensor) => ops.dense(x, w, b) as Tensor;
    const [q, k, v] = [of(queries, wq, bq), of(values, wk, bk), of(values, wv, bv)];
    const heads = [0, 1].map((h) => {
      const part = (t: Tensor, size: number) =>
        t.slice([...new Array(t.rank - 1).fill(null), [h * size, (h + 1) * size]]);
      const scores = ops.sum(part(k, 3).multiply(part(q, 3).expandDims(1)), -1).multiply(1 / Math.sqrt(3));
      const weights = ops.softmax(ops.where(mask, scores, -1e9));
      return [ops.sum(weights.expandDims(-1).multiply(part(v, 2)), 1), weights];
    });
    const [context, seen] = look(queries, values, mask);
    near(
      context,
      ops.concatenate(
        heads.map(([c]) => c),
        -1,
      ),
      'context',
    );
    near(seen, heads[0][1].add(heads[1][1]).multiply(0.5), 'weights');
  });

  for (const name of Object.keys(mechanisms) as (keyof typeof mechanisms)[]) {
    it(`${name}: several queries of one memory are the same as a memory for each`, () => {
      const { look } = built(name);
      const three = random64([BATCH * 3, QUERY], 5).cast('float32') as Tensor;
      const together = look(three, values, mask);
      const apart = look(three, ops.repeat(values, 3, 0), ops.repeat(mask, 3, 0).cast('bool'));
      together.forEach((t, i) => near(t, apart[i], ['context', 'weights'][i]));
    });

    it(`${name}: what is in padded steps changes nothing, and more of them neither`, () => {
      const { look } = built(name);
      const [context, seen] = look(queries, values, mask);
      const noise = random64([BATCH, STEPS, SIZE], 9, -50, 50).cast('float32');
      const other = ops.where(mask.expandDims(-1), values, noise) as Tensor;
      near(look(queries, other, mask)[0], context, 'other padding', 0);
      const wide = ops.concatenate([other, noise], 1) as Tensor;
      const [again, wider] = look(queries, wide, ops.concatenate([mask, ops.zeros([BATCH, STEPS], 'bool')], 1));
      near(again, context, 'more padding');
      near(wider.slice([null, [0, STEPS]]), seen, 'weights');
      assert.equal(Math.max(...(wider.slice([null, [STEPS, null]]) as Tensor).data), 0);
    });
  }

  for (const style of ['luong', 'bahdanau'] as const) {
    for (const attention of ['additive', 'general', 'multiHead', 'dot'] as const) {
      it(`attentionRNN, ${style} with ${attention}: gradients of inputs, memory and states`, () => {
        const cell = layers.gruCell({ units: QUERY, dtype: 'float64' });
        const mechanism = attention === 'multiHead' ? mechanisms.multiHead() : attention;
        const layer = seq2seq.attentionRNN({
          cell: seq2seq.attentionCell({ cell, attention: mechanism, style, dtype: 'float64' }),
          returnSequences: true,
          dtype: 'float64',
        });
        const args = [random64([BATCH, 3, 2], 1), random64([BATCH, STEPS, QUERY], 2), random64([BATCH, QUERY], 3)];
        const seen = tensor(mask);
        checkGradients((x, memory, state) => layer.call([x, memory, state], { mask: [null, ops.multiply(seen, 1).cast('bool'), null] }) as TensorBase, args); // prettier-ignore
      });
    }
  }

  it('luong: tanh(W [context, h]) is the output and joins the next input', () => {
    const inner = layers.simpleRNNCell({ units: QUERY });
    const cell = seq2seq.attentionCell({ cell: inner, attention: 'general', attentionSize: 6 });
    const layer = seq2seq.attentionRNN({ cell, returnSequences: true });
    const x = random64([BATCH, 2, 2], 4).cast('float32') as Tensor;
    const run = compile((a: TensorBase, m: TensorBase) => layer.call([a, m]) as TensorBase);
    const found = run(x, values);
    assert.deepEqual(found.shape, [BATCH, 2, 6]);
    const [w, u, b] = inner.weights.map((v) => v.value());
    const combine = cell.weights.at(-1)!.value();
    const look = compile((q: TensorBase, v: TensorBase) => cell.attention.call(q, { values: v, keys: cell.attention.prepare(v), mask: null }).context); // prettier-ignore
    let [h, fed]: Tensor[] = [ops.zeros([BATCH, QUERY]), ops.zeros([BATCH, 6])];
    for (let t = 0; t < 2; t++) {
      const joined = ops.concatenate([x.slice([null, t]), fed], -1);
      h = ops.tanh(ops.dense(joined, w, b).add(ops.dense(h, u)));
      fed = ops.tanh(ops.dense(ops.concatenate([look(h, values), h], -1), combine));
      near(found.slice([null, t]), fed, `step ${t}`);
    }
  });

  it('refuses what does not fit', () => {
    const { attentionCell, attentionRNN } = seq2seq;
    const cell = () => layers.gruCell({ units: 4 });
    assert.throws(() => attentionCell({ cell: cell(), attention: 'dott' as never }), /unknown attention 'dott'.*'dot'/);
    assert.throws(
      () => attentionCell({ cell: cell(), style: 'bahdanau', attentionSize: 3 }),
      /attentionSize belongs to/,
    );
    assert.throws(() => attentionCell({ cell: cell(), units: 3 } as never), /unknown option 'units'/);
    assert.throws(() => attentionRNN({ cell: cell() }), /expected an attentionCell/);
    assert.throws(
      () => layers.rnn({ cell: attentionCell({ cell: cell() }) }).apply(ops.zeros([1, 2, 3])),
      /has no memory/,
    );
    const layer = attentionRNN({ cell: attentionCell({ cell: cell(), attention: 'dot' }) });
    assert.throws(
      () => layer.apply([ops.zeros([1, 2, 3]), ops.zeros([1, 2, 3])]),
      /queries of 4 features and values of 3/,
    );
    const other = attentionRNN({ cell: attentionCell({ cell: cell() }) });
    assert.throws(() => other.apply(ops.zeros([1, 2, 3])), /expected \[x, memory\]/);
    assert.throws(() => other.apply([ops.zeros([2, 2, 3]), ops.zeros([1, 2, 3])]), /memory \[1, 2, 3\], expected \[2,/);
  });
});
