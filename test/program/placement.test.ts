import assert from 'node:assert/strict';
import { layers, ops, tensor, Variable, type Layer, type TensorBase } from '../../lib/index.js';
import { gradients } from '../../lib/ops/grad.js';
import { updateOp } from '../../lib/ops/update.js';
import { encode } from '../../lib/program/encode.js';
import { layOut } from '../../lib/program/layout.js';
import { lower } from '../../lib/program/lower.js';
import { placeInstructions } from '../../lib/program/place.js';
import { onDevice } from '../../lib/program/placement.js';
import { Program } from '../../lib/program/program.js';
import { trace, type TraceInput } from '../../lib/program/trace.js';
import { random64 } from '../support/gradcheck.js';
import { near } from '../support/near.js';

const [B, T, F] = [3, 7, 2];
const x64: TraceInput = { shape: [B, T, F], dtype: 'float64', batched: true };
const f64 = { dtype: 'float64' } as const;

/**
 * The result and all gradients of a stack; layers with `apart` are traced for a place of their own. The first call builds
 * them: their weights are where that one has them.
 */
function traced(stack: readonly Layer[], apart: readonly boolean[]) {
  return trace([x64], (x) => {
    const y = stack.reduce<TensorBase>((h, layer, i) => onDevice(apart[i] ? 'cpu' : undefined, () => layer.call(h)), x);
    const loss = ops.sum(ops.multiply(y, y));
    return [y, ...gradients(loss, [x, ...stack.flatMap((l) => l.trainableWeights)])];
  });
}

const STACKS: Record<string, (() => Layer)[]> = {
  'a kernel in the middle': [
    () => layers.dense({ units: 4, ...f64 }),
    () => layers.lstm({ units: 3, returnSequences: true, ...f64 }),
    () => layers.dense({ units: 2, activation: 'tanh', ...f64 }),
  ],
  'pointwise work on both sides': [
    () => layers.activation({ activation: 'tanh', ...f64 }),
    () => layers.activation({ activation: 'sigmoid', ...f64 }),
    () => layers.dense({ units: 2, ...f64 }),
  ],
  'a loop over time': [
    () => layers.dense({ units: 3, ...f64 }),
    () =>
      layers.rnn({
        cell: layers.residualWrapper({
          cell: layers.simpleRNNCell({ units: 3, activation: 'softmax', ...f64 }),
          ...f64,
        }),
        returnSequences: true,
        ...f64,
      }),
    () => layers.layerNormalization(f64),
  ],
};

describe('placement', () => {
  for (const [name, makers] of Object.entries(STACKS)) {
    it(`gives the same numbers wherever the layers are: ${name}`, () => {
      const stack = makers.map((make) => make());
      const x = random64(x64.shape, 3);
      const run = (apart: readonly boolean[]) => {
        const { graph, outputs } = traced(stack, apart);
        return new Program(graph, outputs).run([x]).map((t) => t.data);
      };
      const together = run([false, false, false]);
      for (const apart of [
        [false, true, false],
        [true, false, true],
        [true, true, true],
      ])
        run(apart).forEach((values, i) => near(values, together[i], 1e-12));
    });
  }

  it('copies a value once for all that read it on a device', () => {
    const { graph, outputs } = trace([x64], (x) => {
      const y = ops.exp(x);
      const [a, b] = onDevice('gpu:0', () => [ops.sum(y, 1), ops.max(y, 1)]);
      return [ops.subtract(a, b)];
    });
    const laid = layOut(graph, outputs);
    const { lowered, devices, runsOn } = placeInstructions(laid.graph, lower(laid.graph, laid.outputs), laid.outputs);
    assert.deepEqual(devices, ['', 'gpu:0']);
    const steps = lowered.instructions.map((it) => `${it.op} ${devices[runsOn(it)]}`.trim());
    assert.deepEqual(steps, [
      'elementwise',
      'transfer gpu:0',
      'reduce gpu:0',
      'reduce gpu:0',
      'transfer',
      'transfer',
      'elementwise',
    ]);
  });

  it('leaves a program of one device as it was', () => {
    const { graph, outputs } = traced([layers.dense({ units: 2, ...f64 })], []);
    const { bytes } = encode(layOut(graph, outputs), graph.precision);
    assert.ok(!Buffer.from(bytes).includes('transfer'));
  });

  it('reads a variable that lies elsewhere', () => {
    const layer = layers.dense({ units: 1, useBias: false, ...f64 });
    onDevice('cpu', () => layer.build([1, F]));
    const [kernel] = layer.weights;
    const { graph, outputs } = trace([{ shape: [], dtype: 'float64' }], (x) => [ops.multiply(kernel, x)]);
    const [twice] = new Program(graph, outputs).run([tensor(2, undefined, 'float64')]);
    assert.deepEqual(twice.data, kernel.value().data.map((v) => 2 * v)); // prettier-ignore
  });

  it('updates a variable where it lies', () => {
    const layer = layers.dense({ units: 1, useBias: false, ...f64 });
    onDevice('cpu', () => layer.build([1, F]));
    const [kernel] = layer.weights;
    const before = kernel.value().data.slice();
    const { graph, outputs } = trace([{ shape: [1, F], dtype: 'float64' }], (x) => {
      const next = ops.add(kernel, ops.reshape(x, [F, 1]));
      ops.assign(kernel, next);
      return [ops.multiply(next, 2)];
    });
    const [twice] = new Program(graph, outputs).run([tensor([[1, 2]], undefined, 'float64')]);
    assert.deepEqual(
      kernel.value().data,
      before.map((v, i) => v + i + 1),
    );
    assert.deepEqual(
      twice.data,
      kernel.value().data.map((v) => 2 * v),
    );
  });

  it('refuses to write variables on two devices in one instruction', () => {
    const [here, there] = [undefined, 'cpu'].map((device) => onDevice(device, () => new Variable([1, 2])));
    const update = updateOp('momentum', 2);
    const written = (slot: Variable) => {
      const { graph } = trace([{ shape: [2], dtype: 'float32' }], (g) => {
        update([here, g, slot], {});
        return [];
      });
      return placeInstructions(graph, lower(graph, []), []).devices;
    };
    assert.deepEqual(written(here), ['']);
    assert.throws(() => written(there), /momentum: expected variables on one device.* the program's own and cpu/);
  });

  it('takes a loop to the device of its cell, and refuses two', () => {
    const scan = (devices: readonly (string | undefined)[]) =>
      trace([x64], (x) => {
        const body = ([h]: TensorBase[], [step]: TensorBase[]) => {
          const next = devices.reduce((s, d) => onDevice(d, () => ops.tanh(ops.add(s, step))), h);
          return [[next], [next]] as const;
        };
        return ops.scan(body, [ops.zeros([B, F], 'float64')], [ops.transpose(x, [1, 0, 2])]).outputs;
      }).graph.nodes.find((n) => n.op.name === 'scan');
    assert.equal(scan([undefined, 'cpu'])?.placement.device, 'cpu');
    assert.equal(scan([undefined])?.placement.device, undefined);
    assert.throws(() => scan(['cpu', 'gpu:0']), /one device.*cpu and gpu:0/);
  });
});
