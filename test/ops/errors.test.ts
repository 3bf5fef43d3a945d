import assert from 'node:assert/strict';
import { ops, ShapeError, tensor, ValueError, type Tensor } from '../../lib/index.js';

// As plain JavaScript sees them.
const loose = ops as any;
const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

/** What is called, its error's class and message. */
const REFUSED: [() => unknown, typeof ShapeError | typeof ValueError, RegExp][] = [
  [() => loose.ones(3), ShapeError, /^ones: expected a shape, a list of sizes such as \[3\], got 3\.$/],
  [() => loose.zeros(2), ShapeError, /^zeros: expected a shape, .* \[2\], got 2\.$/],
  [() => loose.full(3, 1), ShapeError, /^full: expected a shape, .* got 3\.$/],
  [() => loose.random.normal(3), ShapeError, /^random.normal: expected a shape, .* got 3\.$/],
  [() => loose.reshape(x, 6), ShapeError, /^reshape: expected a shape, .* got 6\.$/],
  [() => loose.broadcastTo(x, 3), ShapeError, /^broadcastTo: expected a shape/],
  [() => loose.zeros(), ShapeError, /^zeros: expected a shape, .* got undefined/],
  [() => ops.zeros([-1]), ShapeError, /^zeros: \[-1\] is not a shape; sizes are integers of at least 0\.$/],
  [() => ops.ones([1.5]), ShapeError, /^ones: \[1.5\] is not a shape/],
  [() => ops.random.uniform([2, NaN]), ShapeError, /^random.uniform: \[2, NaN\] is not a shape/],
  [() => ops.reshape(x, [-3, -2]), ShapeError, /^reshape: \[-3, -2\] is not a shape; .* at least -1/],
  [() => loose.zeros([1], 'float'), ValueError, /^zeros: unknown dtype 'float'. Did you mean 'float32'\?$/],
  [() => loose.cast(x, 'float'), ValueError, /^cast: unknown dtype 'float'. Did you mean 'float32'\?$/],
  [() => loose.oneHot([1], 3, 'int'), ValueError, /^oneHot: unknown dtype 'int'. Did you mean 'int32'\?$/],
  [() => loose.arange(0, 3, 1, 'int'), ValueError, /^arange: unknown dtype 'int'/],
  [() => loose.onesLike(x, 'double'), ValueError, /^onesLike: unknown dtype 'double'. Expected one of: float32/],
  [() => loose.full([2]), ValueError, /^full: the value must be a number, got undefined/],
  [() => ops.arange(NaN), ValueError, /^arange: stop must be a finite number, got NaN/],
  [() => ops.arange(0, Infinity), ValueError, /^arange: stop must be a finite number, got Infinity/],
  [() => ops.arange(0, 3, 0), ValueError, /^arange: step must not be 0/],
  [() => ops.linspace(0, 1, -1), ValueError, /^linspace: num must be an integer of at least 0, got -1/],
  [() => ops.linspace(0, NaN), ValueError, /^linspace: stop must be a finite number, got NaN/],
  [() => ops.eye(2.5), ValueError, /^eye: n must be an integer of at least 0, got 2.5/],
  [() => loose.eye(3, 3, 'float64'), ValueError, /^eye: k must be an integer, got 'float64'/],
  [() => loose.transpose(x, 1), ShapeError, /^transpose: expected a list with the 2 axes in their new order, got 1/],
  [() => ops.tile(x, [-1, 1]), ValueError, /^tile: expected how often along each axis, .* got \[-1, 1\]/],
  [() => loose.pad(x, [1, 1]), ShapeError, /^pad: \[1, 1\] .* expected \[before, after\] for each axis/],
  [() => loose.pad(x, [[0, 1], [1]]), ShapeError, /^pad: \[\[0, 1\], \[1\]\]/],
  [() => loose.pad(x, [[0, 1], [0, 1]], 'reflect'), ValueError, /^pad: the value must be a number, got 'reflect'/], // prettier-ignore
  [() => loose.sum(x, { axis: 0 }), ShapeError, /^sum: axis Object .* expected an integer from -2 to 1/],
  [() => ops.mean(x, [0, -2]), ShapeError, /^mean: axes \[0, -2\] name one axis twice/],
  [() => ops.variance(x, 7), ShapeError, /^variance: axis 7 of a tensor with 2 axes/],
  [() => ops.logsumexp(x, 7), ShapeError, /^logsumexp: axis 7/],
  [() => ops.argmax([]), ShapeError, /^argmax: no elements along an axis of \[0\]/],
  [() => loose.concatenate(x, x), ValueError, /^concatenate: expected a list of tensors, got Tensor/],
  [() => ops.concatenate([]), ValueError, /^concatenate: expected a list of tensors, got an empty one/],
  [() => ops.stack([x, [1]]), ShapeError, /^stack: .* do not fit along axis 0/],
  [() => loose.slice(x, ['a']), ValueError, /^slice: 'a' on axis 0 is not \[start, stop, step\]/],
  [() => loose.clip(x, 0), ValueError, /^clip: expected an array/],
  [() => loose.scan(1, [], [[1]]), ValueError, /^scan: the body must be a function, got 1/],
  [() => loose.layerNorm(x, null, null, { epsilon: 'a' }), ValueError, /^layerNorm: epsilon must be a finite number/],
  [() => ops.random.dropoutMask([2], 2), ValueError, /^random.dropoutMask: keep must be a number from 0 to 1, got 2/],
];

describe('errors of ops', () => {
  REFUSED.forEach(([call, kind, message]) =>
    it(String(message), () =>
      assert.throws(call, (e: Error) => {
        assert.ok(e instanceof kind, `${e.name}: ${e.message}`);
        assert.match(e.message, message);
        return true;
      }),
    ),
  );
});

describe('what ops take', () => {
  const list = (t: unknown) => (t as Tensor).toArray();

  it('arrays where a tensor gives shape and dtype', () => {
    assert.deepEqual(list(ops.zerosLike([[1, 2]])), [[0, 0]]);
    assert.deepEqual(list(ops.onesLike([true], 'int32')), [1]);
    assert.equal(ops.onesLike(x, 'float64').dtype, 'float64');
  });
  it('a truth for full, a number for tile, booleans for cumsum', () => {
    assert.deepEqual(list(ops.full([2], true, 'bool')), [true, true]);
    assert.deepEqual(list(ops.tile([1, 2], 2)), [1, 2, 1, 2]);
    assert.deepEqual(list(ops.cumsum([true, true, false])), [1, 2, 2]);
  });
});
