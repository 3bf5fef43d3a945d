import assert from 'node:assert/strict';
import { tensor, tf } from '../../lib/index.js';
import type { TensorBase } from '../../lib/program/tensor.js';
import { near } from '../support/near.js';

const m = tf.tensor2d([
  [1, 2, 3],
  [4, 5, 6],
]);
const { fill } = tf;
const i32 = (values: number[]) => tf.tensor1d(values, 'int32');

/** What is computed, its elements in nested arrays, and the dtype where it is not float32. */
type Row = [name: string, result: () => TensorBase, expected: unknown, dtype?: string];

const rows: Row[] = [
  ['tensor1d', () => tf.tensor1d([1, 2]), [1, 2]],
  ['tensor1d int32', () => i32([1, 2]), [1, 2], 'int32'],
  ['tensor1d of booleans', () => tf.tensor1d([true, false]), [true, false], 'bool'],
  [
    'tensor2d of a flat list',
    () => tf.tensor2d([1, 2, 3, 4], [2, 2]),
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['tensor3d', () => tf.tensor3d([1, 2], [1, 2, 1]), [[[1], [2]]]],
  ['tensor4d', () => tf.tensor4d([[[[1, 2]]]]), [[[[1, 2]]]]],
  ['scalar', () => tf.scalar(3), 3],
  ['scalar bool', () => tf.scalar(true), true, 'bool'],
  ['zeros', () => tf.zeros([2]), [0, 0]],
  ['ones', () => tf.ones([1, 2], 'int32'), [[1, 1]], 'int32'],
  ['fill', () => fill([2], 7), [7, 7]],
  ['range', () => tf.range(0, 3), [0, 1, 2]],
  ['range down', () => tf.range(3, 0), [3, 2, 1]],
  ['range by steps', () => tf.range(0, 5, 2, 'int32'), [0, 2, 4], 'int32'],
  ['range away from stop', () => tf.range(0, 5, -1), []],
  ['linspace', () => tf.linspace(0, 1, 3), [0, 0.5, 1]],
  [
    'eye',
    () => tf.eye(2),
    [
      [1, 0],
      [0, 1],
    ],
  ],
  ['eye of a batch', () => tf.eye(1, 2, [2]), [[[1, 0]], [[1, 0]]]],
  [
    'oneHot',
    () => tf.oneHot([0, 2], 3),
    [
      [1, 0, 0],
      [0, 0, 1],
    ],
    'int32',
  ],
  ['oneHot on, off', () => tf.oneHot([1], 2, 5, -1, 'float32'), [[-1, 5]]],
  [
    'variable',
    () => tf.variable(m),
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  [
    'clone',
    () => tf.clone(m),
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  [
    'add',
    () => tf.add(m, 1),
    [
      [2, 3, 4],
      [5, 6, 7],
    ],
  ],
  ['sub', () => tf.sub([3, 4], 1), [2, 3]],
  ['mul', () => tf.mul([3, 4], [2, 3]), [6, 12]],
  ['div', () => tf.div([3, 4], 2), [1.5, 2]],
  ['divNoNan', () => tf.divNoNan(tf.tensor1d([3, 4]), tf.tensor1d([2, 0])), [1.5, 0]],
  ['floorDiv', () => tf.floorDiv([7], [2]), [3]],
  ['pow', () => tf.pow([2, 3], 2), [4, 9]],
  ['neg', () => tf.neg([2]), [-2]],
  [
    'addN',
    () =>
      tf.addN([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    [9, 12],
  ],
  ['squaredDifference', () => tf.squaredDifference([1, 5], [3, 2]), [4, 9]],
  ['clipByValue', () => tf.clipByValue([-2, 0.5, 2], 0, 1), [0, 0.5, 1]],
  ['isNaN', () => tf.isNaN([1, NaN]), [false, true], 'bool'],
  ['atan', () => tf.atan([0]), [0]],
  ['matMul', () => tf.matMul([[1, 2]], [[3], [4]]), [[11]]],
  ['matMul of transposes', () => tf.matMul(tf.tensor2d([[1], [2]]), tf.tensor2d([[3, 4]]), true, true), [[11]]],
  [
    'norm',
    () =>
      tf.norm(
        tf.tensor2d([
          [3, 0],
          [0, 4],
        ]),
      ),
    5,
  ],
  ['norm 1 along an axis', () => tf.norm(m, 1, 1), [6, 15]],
  [
    'argMax',
    () =>
      tf.argMax([
        [1, 5],
        [4, 2],
      ]),
    [1, 0],
    'int32',
  ],
  [
    'argMax along the last',
    () =>
      tf.argMax(
        [
          [1, 5],
          [4, 2],
        ],
        -1,
      ),
    [1, 0],
    'int32',
  ],
  ['argMin', () => tf.argMin(m, 1), [0, 0], 'int32'],
  ['sum', () => tf.sum(m), 21],
  ['mean', () => tf.mean(m, 0), [2.5, 3.5, 4.5]],
  ['max', () => tf.max(m, 1), [3, 6]],
  ['min keepDims', () => tf.min(m, 1, true), [[1], [4]]],
  [
    'cumsum',
    () => tf.cumsum(m),
    [
      [1, 2, 3],
      [5, 7, 9],
    ],
  ],
  ['cumsum exclusive', () => tf.cumsum([1, 2, 3], 0, true), [0, 1, 3]],
  ['cumsum exclusive, reverse', () => tf.cumsum([1, 2, 3], 0, true, true), [5, 3, 0]],
  ['moments: mean', () => tf.moments(m).mean, 3.5],
  ['moments: variance', () => tf.moments(m, 1).variance, [2 / 3, 2 / 3]],
  [
    'topk: values',
    () =>
      tf.topk(
        [
          [1, 9, 3],
          [5, 5, 2],
        ],
        2,
      ).values,
    [
      [9, 3],
      [5, 5],
    ],
  ],
  [
    'topk: indices',
    () =>
      tf.topk(
        [
          [1, 9, 3],
          [5, 5, 2],
        ],
        2,
      ).indices,
    [
      [1, 2],
      [0, 1],
    ],
    'int32',
  ],
  ['concat', () => tf.concat([tf.tensor1d([1]), tf.tensor1d([2, 3])]), [1, 2, 3]],
  [
    'concat along 1',
    () => tf.concat([m, m], 1),
    [
      [1, 2, 3, 1, 2, 3],
      [4, 5, 6, 4, 5, 6],
    ],
  ],
  [
    'stack',
    () =>
      tf.stack([
        [1, 2],
        [3, 4],
      ]),
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['unstack', () => tf.unstack(m)[1], [4, 5, 6]],
  ['unstack along 1', () => tf.unstack(m, 1)[2], [3, 6]],
  ['split', () => tf.split(m, 2)[1], [[4, 5, 6]]],
  [
    'split by sizes',
    () => tf.split(m, [1, 2], 1)[1],
    [
      [2, 3],
      [5, 6],
    ],
  ],
  [
    'split, the rest',
    () => tf.split(m, [-1, 1], 1)[0],
    [
      [1, 2],
      [4, 5],
    ],
  ],
  [
    'gather',
    () => tf.gather(m, i32([1, 1, 0])),
    [
      [4, 5, 6],
      [4, 5, 6],
      [1, 2, 3],
    ],
  ],
  ['gather along 1', () => tf.gather(m, [2], 1), [[3], [6]]],
  [
    'reverse',
    () => tf.reverse(m),
    [
      [6, 5, 4],
      [3, 2, 1],
    ],
  ],
  [
    'reverse along 0',
    () => tf.reverse(m, 0),
    [
      [4, 5, 6],
      [1, 2, 3],
    ],
  ],
  ['slice', () => tf.slice(m, [0, 1], [2, 1]), [[2], [5]]],
  ['slice to the end', () => tf.slice(m, 1), [[4, 5, 6]]],
  ['slice of −1', () => tf.slice(m, [0, 1], [1, -1]), [[2, 3]]],
  ['expandDims', () => tf.expandDims([1, 2]), [[1, 2]]],
  ['squeeze', () => tf.squeeze([[1, 2]]), [1, 2]],
  ['pad', () => tf.pad([1, 2], [[1, 0]]), [0, 1, 2]],
  ['randomNormal of no spread', () => tf.randomNormal([2], 3, 0), [3, 3]],
  ['randomUniform int32', () => tf.randomUniform([3], 2, 3, 'int32'), [2, 2, 2], 'int32'],
  ['multinomial', () => tf.multinomial([-1e9, 0, -1e9], 2), [1, 1], 'int32'],
  ['multinomial of probabilities', () => tf.multinomial([[1, 0]], 3, 5, true), [[0, 0, 0]], 'int32'],
  ['x.argMax', () => m.argMax(), [1, 1, 1], 'int32'],
  ['x.argMin', () => m.argMin(1), [0, 0], 'int32'],
  [
    'x.matMul',
    () => m.matMul(m, false, true),
    [
      [14, 32],
      [32, 77],
    ],
  ],
  ['x.gather', () => m.gather([1]), [[4, 5, 6]]],
  [
    'x.reverse',
    () => m.reverse(1),
    [
      [3, 2, 1],
      [6, 5, 4],
    ],
  ],
  [
    'x.clone',
    () => m.clone(),
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  [
    'x.concat',
    () => m.concat(m, 0),
    [
      [1, 2, 3],
      [4, 5, 6],
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  ['x.concat of several', () => tf.tensor1d([1]).concat([[2], [3]]), [1, 2, 3]],
  [
    'x.clipByValue',
    () => m.clipByValue(2, 5),
    [
      [2, 2, 3],
      [4, 5, 5],
    ],
  ],
  [
    'x.squaredDifference',
    () => m.squaredDifference(1),
    [
      [0, 1, 4],
      [9, 16, 25],
    ],
  ],
  ['x.asScalar', () => tf.tensor1d([4]).asScalar(), 4],
  ['x.as1D', () => m.as1D(), [1, 2, 3, 4, 5, 6]],
  ['x.flatten', () => m.flatten(), [1, 2, 3, 4, 5, 6]],
  [
    'x.as2D',
    () => m.as2D(3, 2),
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ],
  [
    'x.as3D',
    () => m.as3D(1, 2, 3),
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
  ],
  ['x.toInt', () => tf.tensor1d([1.7, -1.7]).toInt(), [1, -1], 'int32'],
  ['x.toFloat', () => i32([3]).toFloat(), [3]],
  ['x.toBool', () => i32([3, 0]).toBool(), [true, false], 'bool'],
  ['x.asType', () => i32([3]).asType('float32'), [3]],
];

describe('tfjs: names', () => {
  for (const [name, result, expected, dtype = 'float32'] of rows) {
    it(name, () => {
      const t = result();
      assert.equal(t.dtype, dtype);
      const flat = [expected].flat(Infinity as 1) as (number | boolean)[];
      assert.deepEqual(t.shape, tensor(expected as number[]).shape);
      near(t.data, flat.map(Number), 1e-6);
    });
  }
});
