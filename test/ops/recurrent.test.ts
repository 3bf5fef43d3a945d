import assert from 'node:assert/strict';
import { compile, ops, Tensor } from '../../lib/index.js';
import { gradients } from '../../lib/ops/grad.js';
import type { SymbolicTensor } from '../../lib/program/graph.js';
import type { TensorBase } from '../../lib/program/tensor.js';
import { checkGradients, random64, randomizer } from '../support/gradcheck.js';

// The fused kernels against the same formulas composed of general ops under scan, and their gradients in double.

interface Case {
  kind: 'simpleRNN' | 'lstm' | 'gru';
  resetAfter?: boolean;
}
const CASES: Record<string, Case> = {
  simpleRNN: { kind: 'simpleRNN' },
  lstm: { kind: 'lstm' },
  gru: { kind: 'gru', resetAfter: false },
  'gru resetAfter': { kind: 'gru', resetAfter: true },
};

interface Options {
  goBackwards?: boolean;
  mask?: boolean;
  dropout?: boolean;
  peepholes?: boolean;
}

function args(c: Case, [B, T, F, H]: readonly number[]): Tensor[] {
  const gates = { simpleRNN: 1, lstm: 4, gru: 3 }[c.kind];
  const bias = c.resetAfter ? [2, gates * H] : [gates * H];
  return [
    random64([B, T, F], 1),
    random64([F, gates * H], 2),
    random64([H, gates * H], 3),
    random64(bias, 4),
    random64([B, H], 5),
    random64([B, H], 6),
    random64([3, H], 7),
  ];
}

function maskOf(B: number, T: number): Tensor {
  const next = randomizer(11);
  return new Tensor(
    new Uint8Array(B * T).map(() => (next() < 0.6 ? 1 : 0)),
    [B, T],
    'bool',
  );
}

function fused(c: Case, o: Options, sizes: readonly number[]) {
  const [B, T, , H] = sizes;
  const drop = random64([B, H], 8, 0.5, 2);
  return (
    x: TensorBase,
    kernel: TensorBase,
    recurrentKernel: TensorBase,
    bias: TensorBase,
    h: TensorBase,
    cell: TensorBase,
    peepholes: TensorBase,
  ): TensorBase[] => {
    const common = {
      x,
      kernel,
      recurrentKernel,
      bias,
      goBackwards: o.goBackwards,
      mask: o.mask ? maskOf(B, T) : null,
      recurrentDropoutMask: o.dropout ? drop : null,
    };
    const { outputs, states } =
      c.kind === 'lstm'
        ? ops.lstm({ ...common, initialState: [h, cell], peepholes: o.peepholes ? peepholes : null })
        : c.kind === 'gru'
          ? ops.gru({ ...common, initialState: h, resetAfter: c.resetAfter })
          : ops.simpleRNN({ ...common, initialState: h });
    return [outputs, ...states];
  };
}

function composed(c: Case, o: Options, sizes: readonly number[]) {
  const [B, T, , H] = sizes;
  const drop = random64([B, H], 8, 0.5, 2);
  return (
    x: TensorBase,
    w: TensorBase,
    u: TensorBase,
    b: TensorBase,
    h0: TensorBase,
    c0: TensorBase,
    peep: TensorBase,
  ): TensorBase[] => {
    const cut = (t: TensorBase, k: number) => ops.slice(t, [null, [k * H, (k + 1) * H]]);
    const row = (k: number) => ops.slice(peep, [k]);
    const step = ([hPrev, cPrev]: TensorBase[], xt: TensorBase): TensorBase[] => {
      const h = o.dropout ? ops.multiply(hPrev, drop) : hPrev;
      if (c.kind === 'simpleRNN') return [ops.tanh(xt.matmul(w).add(h.matmul(u)).add(b)), cPrev];
      if (c.kind === 'lstm') {
        const z = xt.matmul(w).add(h.matmul(u)).add(b);
        const seen = (part: TensorBase, k: number, state: TensorBase) =>
          o.peepholes ? part.add(state.mul(row(k))) : part;
        const i = ops.sigmoid(seen(cut(z, 0), 0, cPrev));
        const f = ops.sigmoid(seen(cut(z, 1), 1, cPrev));
        const next = f.mul(cPrev).add(i.mul(ops.tanh(cut(z, 2))));
        return [ops.sigmoid(seen(cut(z, 3), 2, next)).mul(ops.tanh(next)), next];
      }
      const [bi, br] = c.resetAfter ? [ops.slice(b, [0]), ops.slice(b, [1])] : [b, null];
      const zx = xt.matmul(w).add(bi);
      const zh = br ? h.matmul(u).add(br) : h.matmul(u);
      const z = ops.sigmoid(cut(zx, 0).add(cut(zh, 0)));
      const r = ops.sigmoid(cut(zx, 1).add(cut(zh, 1)));
      const candidate = c.resetAfter ? cut(zx, 2).add(r.mul(cut(zh, 2))) : cut(zx, 2).add(r.mul(h).matmul(cut(u, 2)));
      return [z.mul(hPrev).add(ops.subtract(1, z).mul(ops.tanh(candidate))), cPrev];
    };
    const flipped = o.goBackwards ? ops.flip(x, 1) : x;
    const mask = o.mask ? maskOf(B, T) : ops.cast(ops.ones([B, T]), 'bool');
    const rows = ops.transpose(o.goBackwards ? ops.flip(mask, 1) : mask, [1, 0]);
    const { states, outputs } = ops.scan(
      (state, [xt, m]) => {
        const keep = ops.expandDims(m, 1);
        const next = step(state, xt).map((s, k) => ops.where(keep, s, state[k]));
        return [next, [next[0]]];
      },
      [h0, c0],
      [ops.transpose(flipped, [1, 0, 2]), rows],
    );
    const all = [ops.transpose(outputs[0], [1, 0, 2]), ...states];
    return c.kind === 'lstm' ? all : all.slice(0, 2);
  };
}

describe('fused recurrent kernels', () => {
  for (const [name, c] of Object.entries(CASES)) {
    const variants: Options[] = [
      {},
      { goBackwards: true },
      { mask: true },
      { mask: true, goBackwards: true, dropout: true },
      { dropout: true },
    ];
    if (c.kind === 'lstm') variants.push({ peepholes: true }, { peepholes: true, mask: true });
    for (const o of variants) {
      for (const sizes of [
        [1, 1, 1, 1],
        [2, 4, 3, 5],
        [17, 3, 2, 20],
        [33, 2, 1, 7],
      ]) {
        it(`${name} ${JSON.stringify(o)} [B, T, F, H] = [${sizes}]`, () => {
          const given = args(c, sizes);
          const a = compile(fused(c, o, sizes))(...given);
          const b = compile(composed(c, o, sizes))(...given);
          a.forEach((t, i) =>
            t.data.forEach((v, k) =>
              assert.ok(Math.abs(v - b[i].data[k]) < 1e-12, `output ${i}, element ${k}: ${v} and ${b[i].data[k]}`),
            ),
          );
          checkGradients(fused(c, o, sizes), given);
        });
      }
      // From 96 units on, gradients of the weights are summed every few steps.
      it(`${name} ${JSON.stringify(o)} with 96 units: the gradients of the composed cell`, () => {
        const sizes = [90, 5, 2, 96];
        const given = args(c, sizes).map((t) => new Tensor((t.data as Float64Array).map((v) => v * 0.2), t.shape)); // prettier-ignore
        const gradientsOf = (fn: (...xs: TensorBase[]) => TensorBase[]) =>
          compile((...xs: TensorBase[]) => {
            const loss = fn(...xs)
              .map((y) => ops.sum(ops.square(y)))
              .reduce((a, b) => ops.add(a, b));
            return gradients(loss, xs.slice(0, c.kind === 'lstm' ? 7 : 5));
          })(...given);
        const expected = gradientsOf(composed(c, o, sizes));
        gradientsOf(fused(c, o, sizes)).forEach((t, i) =>
          t.data.forEach((v, k) =>
            assert.ok(Math.abs(v - expected[i].data[k]) < 1e-9, `argument ${i}: ${v} and ${expected[i].data[k]}`),
          ),
        );
      });
    }
  }
  it('keeps what a second gradient of the same forward pass still reads', () => {
    const [x, kernel, u] = args(CASES.lstm, [3, 5, 2, 4]);
    const losses = [
      (y: TensorBase) => ops.sum(ops.square(y)),
      (y: TensorBase) => ops.sum(ops.multiply(y, ops.add(y, 3))),
    ];
    const run = (of: typeof losses) =>
      compile((a: TensorBase, w: TensorBase, r: TensorBase) => {
        const { outputs } = ops.lstm({ x: a, kernel: w, recurrentKernel: r });
        return of.flatMap((loss) => gradients(loss(outputs) as SymbolicTensor, [w, r] as SymbolicTensor[]));
      })(x, kernel, u);
    const [both, one, other] = [run(losses), run([losses[0]]), run([losses[1]])];
    assert.deepEqual(
      both.map((t) => t.data),
      [...one, ...other].map((t) => t.data),
    );
  });

  it('refuses operands that do not fit, by name', () => {
    const [x, w, u] = args(CASES.lstm, [2, 3, 2, 4]);
    assert.throws(
      () => ops.lstm({ x, kernel: w, recurrentKernel: random64([4, 12], 1) }),
      /ops.lstm: recurrentKernel has shape \[4, 12\], expected \[4, 16\]/,
    );
    assert.throws(() => ops.lstm({ x, kernel: w, recurrentKernel: u, activation: 'tahn' }), /Did you mean 'tanh'/);
    assert.throws(
      () => ops.gru({ x, kernel: w, recurrentKernel: u, resetafter: true } as never),
      /Did you mean 'resetAfter'/,
    );
  });
});
