import assert from 'node:assert/strict';
import {
  compile,
  input,
  ops,
  setRandomSeed,
  tensor,
  type CallArgs,
  type Layer,
  type LayerTensor,
  type PartialShape,
  type Tensor,
  type TensorBase,
} from '../../lib/index.js';
import type { SymbolicTensor } from '../../lib/program/graph.js';
import { checkGradients, random64, randomizer } from '../support/gradcheck.js';

export interface LayerTest {
  /** A new layer with these options beside its own; called with `{dtype: 'float64'}` for the gradients. */
  make: (options: object) => Layer;
  input: readonly number[];
  output: readonly number[];
  /** Input shape with unknown sizes, and what must come out. */
  partial?: readonly [PartialShape, PartialShape];
  /** In the order of getWeights. */
  weights?: readonly (readonly number[])[];
  /** Whether the mask of the input is handed on. */
  masks?: boolean;
  /** int32 indices below this instead of numbers. */
  indices?: number;
  kwargs?: CallArgs;
}

/** What every layer must do. */
export function runLayerTest(t: LayerTest): void {
  setRandomSeed(7);
  const x = t.indices === undefined ? ops.cast(random64(t.input, 1), 'float32') : indices(t.input, t.indices);
  const call = (layer: Layer, value: TensorBase = x) => [layer.apply(value, t.kwargs)].flat()[0] as Tensor;

  const layer = t.make({});
  const y = call(layer);
  assert.deepEqual(y.shape, t.output, 'shape of the result');
  assert.equal(y.dtype, 'float32');
  assert.deepEqual(
    layer.getWeights().map((w) => w.shape),
    t.weights ?? [],
  );
  assert.equal(
    layer.countParams(),
    (t.weights ?? []).reduce((n, s) => n + s.reduce((a, b) => a * b, 1), 0),
  );
  assert.equal(layer.trainableWeights.length + layer.nonTrainableWeights.length, layer.weights.length);

  if (t.partial) {
    const result = [t.make({}).apply(input({ batchShape: t.partial[0] }), t.kwargs)].flat()[0] as LayerTensor;
    assert.deepEqual(result.shape, t.partial[1], 'shape of the result of a partly known input');
  }

  const other = layer.clone();
  call(other);
  other.setWeights(layer.getWeights());
  assert.deepEqual(call(other).toArray(), y.toArray(), 'a copy with the same weights gives the same');
  assert.notEqual(other.name, layer.name);
  assert.throws(() => layer.setWeights([...layer.getWeights(), tensor([1])]), /setWeights expected/);

  layer.trainable = false;
  assert.equal(layer.trainableWeights.length, 0);

  assert.throws(() => t.make({ unitz: 3 }), /unknown option 'unitz'/);
  checkMask(t, x);
  checkInDouble(t, x);
}

function checkMask(t: LayerTest, x: Tensor): void {
  if (t.masks === undefined) return;
  const layer = t.make({});
  let carried = false;
  compile((value: SymbolicTensor, mask: SymbolicTensor) => {
    value.mask = mask;
    const [result] = [layer.invoke(value, t.kwargs)].flat() as SymbolicTensor[];
    carried = result.mask !== undefined;
    return result;
  })(x, ops.cast(ops.ones(t.input.slice(0, 2)), 'bool'));
  assert.equal(carried, t.masks, 'whether the mask is handed on');
}

/** In float64: the result's dtype, and gradients by the input and by all weights against central differences. */
function checkInDouble(t: LayerTest, x: TensorBase): void {
  const layer = t.make({ dtype: 'float64' });
  const wide = t.indices === undefined ? random64(t.input, 1) : (x as Tensor);
  const y = [layer.apply(wide, t.kwargs)].flat()[0] as Tensor;
  assert.equal(y.dtype, 'float64');
  assert.ok(layer.weights.every((w) => w.dtype === 'float64'));
  checkGradients((value) => layer.invoke(value, t.kwargs), [wide]);
  // Weights are variables; their gradient is compared along random directions, too.
  const weights = layer.trainableWeights;
  if (weights.length === 0) return;
  const dy = random64(y.shape, 77);
  const loss = (value: TensorBase) =>
    ops.sum(ops.multiply([layer.invoke(value, t.kwargs)].flat()[0] as TensorBase, dy));
  const grads = compile((value: TensorBase) => ops.gradients(loss(value), weights))(wide);
  const value = compile((v: TensorBase) => loss(v));
  const start = weights.map((w) => w.value());
  weights.forEach((w, i) => {
    const direction = random64(w.shape, 40 + i);
    const at = (h: number) => {
      w.assign(ops.add(start[i], ops.multiply(direction, h)));
      return value(wide).item();
    };
    const numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
    w.assign(start[i]);
    const analytic = (ops.sum(ops.multiply(grads[i], direction)) as Tensor).item();
    assert.ok(
      Math.abs(numeric - analytic) <= 2e-6 * Math.max(1, Math.abs(numeric)),
      `${w.name}: gradient ${analytic}, central difference ${numeric}`,
    );
  });
}

export function indices(shape: readonly number[], below: number): Tensor {
  const next = randomizer(5);
  return tensor(
    Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.floor(next() * below)),
    shape,
  );
}

/** The largest difference of two tensors of one shape. */
export function difference(a: Tensor, b: Tensor): number {
  assert.deepEqual(a.shape, b.shape);
  return a.data.length === 0 ? 0 : (ops.max(ops.abs(ops.subtract(a, b))) as Tensor).item();
}
