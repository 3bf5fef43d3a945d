import assert from 'node:assert/strict';
import {
  constraints,
  Layer,
  layers,
  ops,
  optimizers,
  regularizers,
  sequential,
  tensor,
  type Tensor,
  type TensorBase,
} from '../../lib/index.js';

const w = tensor([
  [3, -1],
  [4, 0],
]);
const value = (x: TensorBase) => (x as Tensor).item();
const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-5, `${a}, expected ${b}`);

describe('regularizers', () => {
  it('their values', () => {
    close(value(regularizers.l1({ l1: 0.5 })(w)), 4);
    close(value(regularizers.l2()(w)), 0.26);
    close(value(regularizers.l1l2({ l1: 1, l2: 1 })(w)), 34);
    close(value(regularizers.orthogonalRegularizer({ factor: 1 })(w)), 3 / Math.sqrt(10));
    close(value(regularizers.orthogonalRegularizer({ factor: 1, mode: 'columns' })(w)), 0.6);
  });

  it('by name, function or null; anything else is refused', () => {
    assert.equal(regularizers.get(null), null);
    close(value((regularizers.get('l2') as regularizers.Regularizer)(w)), 0.26);
    assert.throws(() => regularizers.get('l3' as never), /unknown regularizer 'l3'/);
    assert.throws(() => regularizers.l2({ l2: -1 }), /l2 must be a number of at least 0/);
    assert.throws(() => regularizers.l1({ l2: 1 } as object), /unknown option 'l2'/);
    assert.throws(() => layers.dense({ units: 1, activityRegularizer: 'nope' as never }), /unknown regularizer 'nope'/);
  });

  it('fit and evaluate minimise and report them; frozen weights cost nothing', async () => {
    const build = (options: object) => {
      const model = sequential([layers.dense({ units: 2, useBias: false, inputShape: [2], ...options })]);
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: 'mse' });
      model.setWeights([w]);
      return model;
    };
    const [x, y] = [
      tensor([
        [1, 0],
        [1, 0],
      ]),
      tensor([
        [3, -1],
        [3, -1],
      ]),
    ];
    const loss = async (options: object) => {
      const model = build(options);
      const { history } = await model.fit(x, y, { verbose: 0 });
      close(history.loss[0], (await model.evaluate(x, y, { verbose: 0 })) as number);
      return history.loss[0];
    };
    close(await loss({}), 0);
    close(await loss({ kernelRegularizer: 'l2' }), 0.26);
    close(await loss({ kernelRegularizer: (k: TensorBase) => ops.sum(k) }), 6);
    close(await loss({ activityRegularizer: regularizers.l1({ l1: 1 }) }), 4);
    close((await build({ kernelRegularizer: 'l2', trainable: false }).evaluate(x, y, { verbose: 0 })) as number, 0);
  });

  it('their gradient moves the weights of a recurrent cell', async () => {
    const model = sequential([
      layers.gru({ units: 2, recurrentRegularizer: regularizers.l2({ l2: 10 }), inputShape: [3, 1] }),
    ]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.01 }), loss: 'mse' });
    const before = value(ops.norm(model.getWeights()[1]));
    await model.fit(ops.zeros([4, 3, 1]), ops.zeros([4, 2]), { epochs: 5, verbose: 0 });
    close(value(ops.norm(model.getWeights()[1])) / before, 0.8 ** 5);
  });

  it("a layer's own losses", async () => {
    class Penalty extends Layer {
      call(x: TensorBase): TensorBase {
        this.addLoss(ops.mean(x));
        return x;
      }
    }
    const model = sequential([new Penalty({ inputShape: [1] })]);
    model.compile({ loss: 'mse' });
    close((await model.evaluate(tensor([[2], [4]]), tensor([[2], [4]]), { verbose: 0 })) as number, 3);
    const plain = sequential([layers.activityRegularization({ l2: 0.5, inputShape: [1] })]);
    plain.compile({ loss: 'mse' });
    close((await plain.evaluate(tensor([[2], [4]]), tensor([[2], [4]]), { verbose: 0 })) as number, 5);
  });
});

describe('constraints', () => {
  it('their values', () => {
    const columns = (c: constraints.Constraint) => Array.from((ops.norm(c(w), null, 0) as Tensor).data);
    const norms = (c: constraints.Constraint, expected: number[]) =>
      columns(c).forEach((n, i) => close(n, expected[i]));
    norms(constraints.maxNorm(), [2, 1]);
    norms(constraints.unitNorm(), [1, 1]);
    norms(constraints.minMaxNorm({ minValue: 2, maxValue: 3 }), [3, 2]);
    norms(constraints.minMaxNorm({ minValue: 2, maxValue: 3, rate: 0.5 }), [4, 1.5]);
    assert.deepEqual((constraints.nonNeg()(w) as Tensor).toArray(), [
      [3, 0],
      [4, 0],
    ]);
    assert.throws(() => constraints.get('maxnorms' as never), /Did you mean 'maxNorm'/);
    assert.throws(() => constraints.minMaxNorm({ minValue: 2 }), /minValue must be a number from 0 to 1/);
  });

  it('hold after every update, with any optimizer', async () => {
    for (const optimizer of ['sgd', 'adam', 'lion']) {
      const model = sequential([
        layers.dense({ units: 3, kernelConstraint: 'unitNorm', biasConstraint: 'nonNeg', inputShape: [4] }),
      ]);
      model.compile({ optimizer, loss: 'mse' });
      await model.fit(ops.ones([8, 4]), ops.full([8, 3], -5), { epochs: 3, verbose: 0 });
      const [kernel, bias] = model.getWeights();
      for (const n of (ops.norm(kernel, null, 0) as Tensor).data) close(n, 1);
      assert.ok(bias.data.every((b) => b === 0));
    }
  });
});
