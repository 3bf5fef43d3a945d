import assert from 'node:assert/strict';
import {
  input,
  Layer,
  layers,
  ops,
  tensor,
  type LayerTensor,
  type PartialShape,
  type Tensor,
  type TensorBase,
  type Variable,
} from '../../lib/index.js';

class Scale extends Layer {
  scale!: Variable;
  steps!: Variable;
  override build(inputShape: PartialShape): void {
    this.steps = this.addWeight({ name: 'steps', shape: [], initializer: 'zeros', trainable: false });
    this.scale = this.addWeight({ name: 'scale', shape: [this.featuresOf(inputShape)], initializer: 'ones' });
  }
  call(x: TensorBase): TensorBase {
    return x.mul(this.scale).add(this.steps);
  }
}

class Block extends Layer {
  private readonly first = this.track(layers.dense({ units: 3 }));
  private readonly second = this.track(layers.dense({ units: 2 }));
  call(x: TensorBase): TensorBase {
    return this.second.call(this.first.call(x));
  }
}

describe('a layer of one’s own', () => {
  it('lists trainable weights first and builds once', () => {
    const layer = new Scale();
    assert.throws(() => layer.countParams(), /before the layer is built/);
    layer.apply([[1, 2]]);
    layer.apply([[3, 4]]);
    assert.deepEqual(
      layer.weights.map((w) => w.name.split('/')[1]),
      ['scale', 'steps'],
    );
    assert.equal(layer.trainableWeights.length, 1);
    assert.equal(layer.countParams(), 3);
    layer.setWeights([[2, 3], 1]);
    assert.deepEqual((layer.apply([[1, 2]]) as Tensor).toArray(), [[3, 7]]);
    assert.throws(() => layer.setWeights([[2, 3, 4], 1]), /scale: expected shape \[2\], got \[3\]/);
    assert.deepEqual(layer.getWeights()[0].toArray(), [2, 3]);
  });

  it('is built of other layers, which inherit its dtype', () => {
    const block = new Block({ dtype: 'float64' });
    assert.equal((block.apply(ops.zeros([2, 4])) as Tensor).dtype, 'float64');
    assert.deepEqual(
      block.getWeights().map((w) => w.shape),
      [[4, 3], [3], [3, 2], [2]],
    );
    block.trainable = false;
    assert.equal(block.trainableWeights.length, 0);
    assert.equal(block.nonTrainableWeights.length, 4);
  });

  it('that fails to build leaves no weights behind', () => {
    const layer = new Scale();
    assert.throws(() => layer.build([null, null]), /must be known/);
    layer.build([null, 2]);
    assert.equal(layer.weights.length, 2);
  });

  it('says how it can be copied, or that it cannot', () => {
    class Own extends Layer {
      constructor(readonly units: number) {
        super();
      }
      call(x: TensorBase): TensorBase {
        return x;
      }
    }
    assert.throws(() => new Own(3).clone(), /override clone\(\)/);
    assert.equal(new Scale({ trainable: false }).clone().trainable, false);
  });

  it('gets a name of its own', () => {
    const [a, b] = [new Block(), new Block()];
    assert.match(a.name, /^block(_\d+)?$/);
    assert.notEqual(a.name, b.name);
    assert.equal(layers.simpleRNN({ units: 1, name: 'mine' }).name, 'mine');
  });
});

describe('input and apply', () => {
  it('unknown sizes stay unknown, known ones are found', () => {
    const x = input({ shape: [null, 3] });
    const y = layers
      .conv1d({ filters: 2, kernelSize: 4, strides: 2 })
      .apply(layers.dense({ units: 5 }).apply(x)) as LayerTensor;
    assert.deepEqual(y.shape, [null, null, 2]);
    assert.deepEqual(
      (layers.flatten().apply(layers.reshape({ targetShape: [2, 3] }).apply(input({ shape: [6] }))) as LayerTensor)
        .shape,
      [null, 6],
    );
    assert.equal(y.dtype, 'float32');
  });

  it('several outputs, and tensors among the arguments', () => {
    const [, h, c] = layers.lstm({ units: 4, returnState: true }).apply(input({ shape: [null, 2] })) as LayerTensor[];
    const y = layers.lstm({ units: 4 }).apply(input({ shape: [7, 3] }), { initialState: [h, c] }) as LayerTensor;
    assert.deepEqual(y.shape, [null, 4]);
  });

  it('refuses what has no shape', () => {
    assert.throws(() => input({}), /needs a shape/);
    assert.throws(() => input({ shpe: [3] } as never), /Did you mean 'shape'/);
    assert.throws(
      () => layers.dense({ units: 2 }).apply([input({ shape: [2] }), tensor([1])]),
      /expected tensors from input/,
    );
  });
});
