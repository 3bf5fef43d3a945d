import assert from 'node:assert/strict';
import { initializers, setRandomSeed, type Tensor } from '../../lib/index.js';

const draw = (initializer: initializers.Initializer, shape: number[]) => initializer(shape, 'float32') as Tensor;

describe('initializers', () => {
  it('every one, by name, gives the shape and the dtype', () => {
    const names = Object.keys(initializers).filter((name) => name !== 'get') as initializers.InitializerName[];
    assert.ok(names.length >= 15);
    for (const name of names) {
      for (const dtype of ['float32', 'float64'] as const) {
        const value = initializers.get(name)([3, 4], dtype) as Tensor;
        assert.deepEqual([value.shape, value.dtype], [[3, 4], dtype], name);
      }
    }
    assert.throws(
      () => initializers.get('glorot_uniform'),
      /unknown initializer 'glorot_uniform'. Did you mean 'glorotUniform'/,
    );
  });

  it('a seed repeats, no seed does not, setRandomSeed makes all repeat', () => {
    const seeded = initializers.glorotUniform({ seed: 1 });
    assert.deepEqual(draw(seeded, [4, 4]).data, draw(seeded, [4, 4]).data);
    const free = initializers.randomNormal();
    assert.notDeepEqual(draw(free, [4, 4]).data, draw(free, [4, 4]).data);
    const sequence = () => {
      setRandomSeed(11);
      return [draw(free, [4]).toArray(), draw(free, [4]).toArray()];
    };
    const first = sequence();
    assert.deepEqual(sequence(), first);
    assert.notDeepEqual(first[0], first[1]);
    assert.throws(() => initializers.glorotUniform({ seed: -1 }), /seed must be an integer/);
  });

  it('orthogonal rows or columns, for tall, wide and convolution kernels', () => {
    for (const shape of [
      [6, 3],
      [3, 6],
      [5, 5],
      [2, 3, 4],
      [97, 97],
      [70, 200],
    ]) {
      const { data } = initializers.orthogonal({ gain: 2 })(shape, 'float64') as Tensor;
      const n = shape[shape.length - 1];
      const m = data.length / n;
      const [count, length] = m >= n ? [n, m] : [m, n];
      for (let a = 0; a < count; a++) {
        for (let b = 0; b < count; b++) {
          let dot = 0;
          for (let i = 0; i < length; i++)
            dot += m >= n ? data[i * n + a] * data[i * n + b] : data[a * n + i] * data[b * n + i];
          assert.ok(Math.abs(dot - (a === b ? 4 : 0)) < 1e-12);
        }
      }
    }
  });

  it("Keras' other names", () => {
    assert.deepEqual(draw(initializers.get('one'), [2]).toArray(), [1, 1]);
    assert.ok(draw(initializers.get('uniform'), [50]).data.every((v) => Math.abs(v) <= 0.05));
  });

  it('options are checked', () => {
    assert.throws(() => initializers.varianceScaling({ mode: 'fan_in' as never }), /Did you mean 'fanIn'/);
    assert.throws(() => initializers.heNormal({ gain: 2 } as never), /unknown option 'gain'/);
    assert.deepEqual(draw(initializers.constant({ value: [1, 2] }), [2]).toArray(), [1, 2]);
  });
});
