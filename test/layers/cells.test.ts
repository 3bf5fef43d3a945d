import assert from 'node:assert/strict';
import { compile, Layer, layers, ops, type RNNCell, type Tensor, type TensorBase } from '../../lib/index.js';
import { LNSimpleRNNCell } from '../goldens/ln_cell.js';
import { random64 } from '../support/gradcheck.js';
import { difference, runLayerTest } from './contract.js';

describe('cells', () => {
  it('rnn over a built-in cell is the layer, fused as well', () => {
    const x = random64([3, 5, 2], 1);
    const [layer, wrapped] = [layers.lstm({ units: 4 }), layers.rnn({ cell: layers.lstmCell({ units: 4 }) })];
    const y = layer.apply(x) as Tensor;
    wrapped.apply(x);
    wrapped.setWeights(layer.getWeights());
    assert.equal(wrapped.path, 'fused');
    assert.equal(difference(wrapped.apply(x), y), 0);
  });

  it('a stack of cells is fused cell by cell, and agrees with the same stack step by step', () => {
    const cells = (activation: any) => [
      layers.gruCell({ units: 3, activation }),
      layers.lstmCell({ units: 2, activation }),
      layers.simpleRNNCell({ units: 4, activation }),
    ];
    const make = (activation: any, o: object) =>
      layers.rnn({
        cell: cells(activation),
        returnSequences: true,
        returnState: true,
        goBackwards: true,
        dtype: 'float64',
        ...o,
      });
    const x = random64([2, 5, 3], 1);
    const mask = ops.cast(ops.greater(random64([2, 5], 9), -0.3), 'bool');
    const [fused, general] = [make('tanh', {}), make((t: any) => ops.tanh(t), {})];
    fused.apply(x);
    general.apply(x);
    general.setWeights(fused.getWeights());
    assert.deepEqual([fused.path, general.path], ['fused', 'scan']);
    const initialState = [3, 2, 2, 4].map((n, i) => random64([2, n], 30 + i));
    const [a, b] = [fused, general].map(
      (l) => compile((t: TensorBase) => l.invoke(t, { mask, initialState }))(x) as unknown as Tensor[],
    );
    assert.equal(a.length, 5);
    a.forEach((t, i) => assert.ok(difference(t, b[i]) < 1e-12));
  });

  it('a cell of the user keeps the contract', () => {
    runLayerTest({
      make: (o) => layers.rnn({ cell: new LNSimpleRNNCell(3), returnSequences: true, ...o }),
      input: [2, 4, 2],
      output: [2, 4, 3],
      partial: [
        [null, null, 2],
        [null, null, 3],
      ],
      weights: [[2, 3], [3, 3], [3], [3], [3]],
      masks: true,
    });
  });

  it('a cell of the user may have its own weights and initial state', () => {
    class Sum extends Layer implements RNNCell {
      readonly stateSize = 2;
      step!: ReturnType<Layer['weights']['at']>;
      override build(): void {
        this.step = this.addWeight({ name: 'step', shape: [2], initializer: 'ones' });
      }
      call(x: TensorBase, [s]: TensorBase[]): [TensorBase, TensorBase] {
        const next = s.add(x.mul(this.step as TensorBase));
        return [next, next];
      }
      getInitialState(batch: number): TensorBase[] {
        return [ops.full([batch, 2], 10)];
      }
    }
    const layer = layers.rnn({ cell: new Sum() });
    assert.deepEqual(
      (
        layer.apply([
          [
            [1, 2],
            [3, 4],
          ],
        ]) as Tensor
      ).toArray(),
      [[14, 16]],
    );
    assert.equal(layer.path, 'scan');
  });

  it('what is not a cell is refused', () => {
    assert.throws(() => layers.rnn({ cell: layers.dense({ units: 2 }) as never }), /stateSize/);
    assert.throws(() => layers.rnn({ cell: {} as never }), /expected a cell/);
    class Wrong extends Layer implements RNNCell {
      readonly stateSize = 2;
      call(x: TensorBase): TensorBase {
        return x;
      }
    }
    assert.throws(
      () => layers.rnn({ cell: new Wrong(), name: 'r' }).apply(ops.zeros([1, 2, 2])),
      /expected \[output, \[1 state/,
    );
  });
});

describe('bidirectional', () => {
  for (const mergeMode of ['concat', 'sum', 'mul', 'ave'] as const) {
    it(mergeMode, () => {
      runLayerTest({
        make: (o) => layers.bidirectional({ layer: layers.gru({ units: 3, returnSequences: true }), mergeMode, ...o }),
        input: [2, 4, 2],
        output: [2, 4, mergeMode === 'concat' ? 6 : 3],
        partial: [
          [null, null, 2],
          [null, null, mergeMode === 'concat' ? 6 : 3],
        ],
        weights: [
          [2, 9],
          [3, 9],
          [2, 9],
          [2, 9],
          [3, 9],
          [2, 9],
        ],
        masks: true,
      });
    });
  }

  it('without a merge gives both outputs, then both layers’ states', () => {
    const layer = layers.bidirectional({ layer: layers.lstm({ units: 3, returnState: true }), mergeMode: null });
    const results = layer.apply(random64([2, 4, 2], 1)) as Tensor[];
    assert.equal(results.length, 6);
    assert.equal(difference(results[0], results[2]), 0);
    assert.equal(difference(results[1], results[4]), 0);
  });

  it('refuses layers that do not fit', () => {
    const gru = (o: object) => layers.gru({ units: 2, ...o });
    assert.throws(
      () => layers.bidirectional({ layer: gru({}), mergeMode: 'concatt' as never }),
      /unknown mergeMode 'concatt'. Did you mean/,
    );
    assert.throws(() => layers.bidirectional({ layer: gru({}), backwardLayer: gru({}) }), /opposite directions/);
    assert.throws(
      () => layers.bidirectional({ layer: layers.dense({ units: 2 }) as never }),
      /expected a recurrent layer/,
    );
  });
});
