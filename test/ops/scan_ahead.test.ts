import assert from 'node:assert/strict';
import { compile, ops, type Tensor } from '../../lib/index.js';
import { liveNodes } from '../../lib/program/layout.js';
import type { TensorBase } from '../../lib/program/tensor.js';
import { trace } from '../../lib/program/trace.js';
import { checkGradients, random64 } from '../support/gradcheck.js';

const [T, B, F, H] = [5, 17, 3, 6];
const ARGS = [random64([T, B, F], 1), random64([B, H], 2), random64([F, 2 * H], 3), random64([2 * H, H], 4)];

/** A body with parts that wait for no state: a product of the slice, its norm, part of a weight, a scaled weight. */
function body(w: TensorBase, u: TensorBase) {
  return ([h]: TensorBase[], [x]: TensorBase[]) => {
    const z = ops.layerNorm(ops.dense(ops.multiply(x, 0.5), w));
    const [a, b] = ops.split(z, 2, -1);
    const recurrent = ops.dense(h, ops.multiply(ops.slice(u, [[0, H]]), 0.3));
    const next = ops.tanh(ops.add(ops.multiply(ops.sigmoid(a), recurrent), b));
    return [[next], [next, z]] as const;
  };
}

function scanned(x: TensorBase, h: TensorBase, w: TensorBase, u: TensorBase) {
  const { states, outputs } = ops.scan(body(w, u), [h], [x]);
  return [...states, ...outputs];
}

describe('scan: what no state enters is computed in front of the loop', () => {
  it('leaves one product and no slice of a weight in the loop', () => {
    const { graph } = trace(ARGS, (x, h, w, u) => scanned(x, h, w, u));
    const scan = graph.nodes.find((node) => node.op.name === 'scan');
    const inside = scan!.bodies[0];
    const inLoop = [...liveNodes(inside, inside.outputs)].map((node) => node.op.name);
    assert.equal(inLoop.filter((name) => name === 'dense').length, 1);
    assert.equal(inLoop.includes('layerNorm'), false);
    assert.equal(graph.nodes.filter((node) => node.op.name === 'dense').length, 1);
  });

  it('gives the numbers of the loop written out', () => {
    const looped = compile(scanned)(...ARGS);
    const unrolled = compile((x: TensorBase, h: TensorBase, w: TensorBase, u: TensorBase) => {
      const rows = Array.from({ length: T }, (_, t) => {
        const [[next], [, z]] = body(w, u)([h], [ops.slice(x, [t])]);
        h = next;
        return [next, z];
      });
      return [h, ...[0, 1].map((k) => ops.stack(rows.map((row) => row[k])))];
    })(...ARGS);
    looped.forEach((t, k) =>
      t.data.forEach((v: number, i: number) => assert.ok(Math.abs(v - unrolled[k].data[i]) < 1e-12)),
    );
  });

  it('gradients', () => {
    checkGradients(scanned, ARGS);
    checkGradients((x, h, w, u) => ops.scan(body(w, u), [h], [x], { reverse: true }).states, ARGS);
  });

  it('a result that is nothing but such a product, and a body that reads no slice', () => {
    const [x, h, w] = ARGS;
    const products = (t: TensorBase, m: TensorBase) =>
      ops.scan(([s], [slice]) => [[s], [ops.dense(slice, m)]], [h], [t]).outputs;
    checkGradients(products, [x, w]);
    const expected = ops.dense(x, w) as Tensor;
    compile(products)(x, w)[0].data.forEach((v: number, i: number) =>
      assert.ok(Math.abs(v - expected.data[i]) < 1e-12),
    );
    checkGradients((t, s) => ops.scan(([a]) => [[ops.multiply(a, 0.5)], [a]], [s], [t]).outputs, [x, h]);
  });
});
