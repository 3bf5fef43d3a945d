import assert from 'node:assert/strict';
import { compile, layers, optimizers, sequential, setRandomSeed, Variable, type TensorBase } from '../../lib/index.js';

const near = (a: ArrayLike<number>, b: readonly number[]) =>
  b.forEach((v, i) => assert.ok(Math.abs(a[i] - v) < 1e-12, `${a[i]} is not ${v}`));

/** A variable and one step with a gradient for it. */
function follow(optimizer: optimizers.Optimizer, start: readonly number[]) {
  const variable = new Variable(Float64Array.from(start), 'v');
  const step = compile((g: TensorBase) => {
    optimizer.apply([g], [variable]);
    return g;
  });
  return { variable, step: (...g: number[]) => void step(Float64Array.from(g)) };
}

describe('averaged weights', () => {
  it('start at the first step and take the place of the weights at the end', () => {
    const optimizer = optimizers.sgd({ learningRate: 1, useEma: true, emaMomentum: 0.9 });
    const { variable, step } = follow(optimizer, [0]);
    for (const g of [-1, -1, -1]) step(g);
    near(variable.value().data, [3]);
    const average = 0.9 * (0.9 * 1 + 0.1 * 2) + 0.1 * 3;
    near(optimizer.averageOf(variable)!.data, [average]);
    optimizer.finalizeVariableValues([variable]);
    near(variable.value().data, [average]);
  });

  it('emaOverwriteFrequency puts them in place on the way', () => {
    const optimizer = optimizers.sgd({ learningRate: 1, useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 2 });
    const { variable, step } = follow(optimizer, [0]);
    step(-1);
    near(variable.value().data, [1]);
    step(-1);
    near(variable.value().data, [1.5]);
  });

  it('fit ends with them', async () => {
    setRandomSeed(1);
    const model = sequential([layers.dense({ units: 1, useBias: false, inputShape: [1] })]);
    const optimizer = optimizers.sgd({ learningRate: 0.1, useEma: true });
    model.compile({ optimizer, loss: 'mse' });
    await model.fit([[1], [2]], [[3], [6]], { epochs: 3, verbose: 0 });
    assert.deepEqual(model.getWeights()[0].toArray(), optimizer.averageOf(model.weights[0])!.toArray());
  });

  it('options are checked', () => {
    assert.throws(() => optimizers.adam({ useEma: true, emaMomentum: 2 }), /emaMomentum must be a number from 0 to 1/);
    assert.throws(() => optimizers.adam({ emaOverwriteFrequency: 3 }), /without useEma/);
  });
});

describe('gradient accumulation', () => {
  for (const make of [optimizers.adam, optimizers.nadam]) {
    it(`${make().className}: n batches are one step with their mean gradient`, () => {
      const all = follow(make({ learningRate: 0.1, weightDecay: 0.1, gradientAccumulationSteps: 3 }), [1, 2]);
      const one = follow(make({ learningRate: 0.1, weightDecay: 0.1 }), [1, 2]);
      for (let k = 0; k < 3; k++) {
        const before = [...all.variable.value().data];
        all.step(k, 1);
        all.step(2, k);
        near(all.variable.value().data, before);
        all.step(-1, 2);
        one.step((k + 1) / 3, (3 + k) / 3);
        near(all.variable.value().data, [...one.variable.value().data]);
      }
    });
  }

  it('is refused below 2', () =>
    assert.throws(() => optimizers.sgd({ gradientAccumulationSteps: 1 }), /integer of at least 2, got 1/));
});
