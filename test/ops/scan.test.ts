import assert from 'node:assert/strict';
import { compile, ops, Tensor } from '../../lib/index.js';
import type { TensorBase } from '../../lib/program/tensor.js';
import { checkGradients, random64 } from '../support/gradcheck.js';

// A SimpleRNN with layer normalization by hand: T steps, B batch, F features, H units.
function cell(w: TensorBase, u: TensorBase, gamma: TensorBase) {
  return ([h]: TensorBase[], [x]: TensorBase[]) => {
    const z = ops.add(ops.matmul(x, w), ops.matmul(h, u));
    const y = ops.tanh(ops.layerNorm(z, gamma));
    return [[y], [y]] as const;
  };
}

describe('scan', () => {
  for (const [T, B, F, H] of [
    [1, 1, 1, 1],
    [4, 3, 2, 5],
    [6, 17, 1, 20],
  ]) {
    const args = [
      random64([T, B, F], 1),
      random64([B, H], 2),
      random64([F, H], 3),
      random64([H, H], 4),
      random64([H], 5),
    ];
    for (const reverse of [false, true]) {
      it(`gradients T=${T} B=${B} F=${F} H=${H} reverse ${reverse}`, () => {
        checkGradients((x, h0, w, u, gamma) => {
          const { states, outputs } = ops.scan(cell(w, u, gamma), [h0], [x], { reverse });
          return [...states, ...outputs];
        }, args);
      });
    }
    it(`equals the unrolled loop T=${T} B=${B}`, () => {
      const looped = compile(
        (x: TensorBase, h0: TensorBase, w: TensorBase, u: TensorBase, gamma: TensorBase) =>
          ops.scan(cell(w, u, gamma), [h0], [x]).outputs,
      )(...args);
      const unrolled = compile((x: TensorBase, h0: TensorBase, w: TensorBase, u: TensorBase, gamma: TensorBase) => {
        let h = h0;
        const outputs: TensorBase[] = [];
        for (let t = 0; t < T; t++) {
          h = cell(w, u, gamma)([h], [ops.slice(x, [t])])[0][0];
          outputs.push(h);
        }
        return ops.stack(outputs, 0);
      })(...args);
      looped[0].data.forEach((v, i) => assert.ok(Math.abs(v - unrolled.data[i]) < 1e-12));
    });
  }

  it('swaps states, keeps constants, counts without a sequence', () => {
    const { states, outputs } = ops.scan(
      ([a, b]) => [
        [b, a],
        [ops.add(a, b), a],
      ],
      [1, 2],
      [],
      { length: 3 },
    );
    assert.deepEqual(
      states.map((s) => (s as Tensor).item()),
      [2, 1],
    );
    assert.deepEqual((outputs[0] as Tensor).toArray(), [3, 3, 3]);
    assert.deepEqual((outputs[1] as Tensor).toArray(), [1, 2, 1]);
  });

  it('scans inside a scan', () => {
    checkGradients(
      (x, s) => {
        const outer = ops.scan(
          ([a], [row]) => {
            const inner = ops.scan(([c], [v]) => [[ops.tanh(ops.add(c, ops.multiply(v, a)))], []], [a], [row]);
            return [[ops.multiply(inner.states[0], 0.9)], [inner.states[0]]];
          },
          [s],
          [x],
        );
        return [...outer.states, ...outer.outputs];
      },
      [random64([3, 4, 2], 1), random64([2], 2)],
    );
  });

  it('names what is wrong with a body', () => {
    assert.throws(
      () => ops.scan(([s], [x]) => [[ops.concatenate([s, x], 0)], []], [[1, 2]], [[[1], [2]]]),
      /state 0 is float32 \[2\] at first and float32 \[3\] after a step/,
    );
    assert.throws(() => ops.scan(() => [[], []], [1], [[1, 2]]), /0 states, expected 1/);
  });
});
