import assert from 'node:assert/strict';
import { layers, ops, type Layer, type TensorBase } from '../../lib/index.js';
import { gradients } from '../../lib/ops/grad.js';
import { layOut } from '../../lib/program/layout.js';
import { lower } from '../../lib/program/lower.js';
import { placed } from '../../lib/program/placement.js';
import { Program } from '../../lib/program/program.js';
import { LEAST_BYTES, swapOut } from '../../lib/program/swap.js';
import { trace, type TraceInput } from '../../lib/program/trace.js';
import { random64 } from '../support/gradcheck.js';
import { near } from '../support/near.js';

const [B, T, F] = [16, 24, 4];
const x64: TraceInput = { shape: [B, T, F], dtype: 'float64', batched: true };
const f64 = { dtype: 'float64' } as const;

/** The instructions of a traced function, in short, with what the swapping adds. */
function steps(inputs: readonly TraceInput[], fn: (...x: TensorBase[]) => TensorBase[]): string[] {
  const { graph, outputs } = trace(inputs, fn);
  const laid = layOut(graph, outputs);
  const { lowered, aside } = swapOut(laid.graph, lower(laid.graph, laid.outputs), laid.outputs);
  return lowered.instructions.map(({ op, inputs: read, outputs: made }) => {
    if (made.some((o) => o && aside.has(o))) return 'out';
    return read.some((x) => x && aside.has(x)) ? 'in' : op;
  });
}

const swapped = <R>(body: () => R): R => placed({ swaps: true }, body);

const STACKS: Record<string, () => Layer[]> = {
  'recurrent kernels': () => [
    layers.lstm({ units: 3, returnSequences: true, ...f64 }),
    layers.gru({ units: 3, returnSequences: true, ...f64 }),
    layers.simpleRNN({ units: 3, ...f64 }),
  ],
  'a loop over time': () => [
    layers.rnn({
      cell: layers.residualWrapper({ cell: layers.simpleRNNCell({ units: F, activation: 'softmax', ...f64 }), ...f64 }),
      returnSequences: true,
      ...f64,
    }),
    layers.layerNormalization(f64),
  ],
  'other shapes of one value': () => [
    ...[1, 2, 3].map(() => layers.conv1d({ filters: 6, kernelSize: 2, padding: 'causal', activation: 'tanh', ...f64 })),
    layers.flatten(f64),
    layers.dense({ units: 40, activation: 'sigmoid', ...f64 }),
  ],
};

describe('values that wait in the host memory for the gradient', () => {
  for (const [name, make] of Object.entries(STACKS)) {
    it(`come back as they went, on one device and on two: ${name}`, () => {
      const stack = make();
      const x = random64(x64.shape, 3);
      const run = (swaps: boolean, second?: string) => {
        const { graph, outputs } = trace([x64], (input) => {
          const y = stack.reduce<TensorBase>(
            (h, layer, i) => placed({ swaps, device: i % 2 ? second : undefined }, () => layer.call(h)),
            input,
          );
          return [y, ...gradients(ops.sum(ops.multiply(y, y)), [input, ...stack.flatMap((l) => l.trainableWeights)])];
        });
        const program = new Program(graph, outputs);
        return { bytes: program.arenaBytes, results: [1, 2].map(() => program.run([x]).map((t) => t.data)) };
      };
      const plain = run(false);
      const own = run(true);
      assert.deepEqual(own.results, plain.results);
      assert.ok(own.bytes < plain.bytes, `${own.bytes} bytes of ${plain.bytes}`);
      // Where the default device is a GPU, this one rounds otherwise.
      run(true, 'cpu').results.forEach((round, r) => round.forEach((t, i) => near(t, plain.results[r][i], 1e-12)));
    });
  }

  it('go behind the last reader of the forward pass and come in front of the first of the gradient', () => {
    const found = steps([x64], (x) => {
      const y = swapped(() => ops.cumsum(x, 1));
      const z = ops.softmax(ops.multiply(y, ops.max(y)));
      return gradients(ops.sum(z), [x]);
    });
    const [out, back] = [found.indexOf('out'), found.indexOf('in')];
    assert.deepEqual(
      found.filter((op) => op === 'out' || op === 'in'),
      ['out', 'in'],
    );
    assert.equal(found[out - 1], 'elementwise');
    assert.ok(found.slice(out, back).includes('softmax'));
    assert.ok(back < found.length - 1);
  });

  it('stay where they are when they are small, results, or of no gradient', () => {
    const none = (found: string[]) => assert.ok(!found.includes('out'), found.join());
    const squares = (keep: boolean) => (x: TensorBase) => {
      const y = swapped(() => ops.cumsum(x, 0));
      return [...gradients(ops.sum(ops.exp(ops.multiply(y, y))), [x]), ...(keep ? [y] : [])];
    };
    const least: TraceInput = { shape: [LEAST_BYTES / 8], dtype: 'float64' };
    assert.ok(steps([least], squares(false)).includes('out'));
    none(steps([{ ...least, shape: [LEAST_BYTES / 8 - 1] }], squares(false)));
    none(steps([least], squares(true)));
    none(steps([least], (x) => [ops.sum(swapped(() => ops.cumsum(x, 0)))]));
  });
});
