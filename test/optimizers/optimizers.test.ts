import assert from 'node:assert/strict';
import { compile, optimizers, StateError, ValueError, Variable } from '../../lib/index.js';
import type { TensorBase } from '../../lib/index.js';

type Update = (v: number, g: number, t: number) => number;

/** Runs steps of an optimizer in float64 on given gradients, each step beside the same in plain numbers. */
function follow(optimizer: optimizers.Optimizer, updates: () => Update): void {
  const start = [1, -2, 0.5, 3];
  const variable = new Variable(Float64Array.from(start), 'v');
  const step = compile((g: TensorBase) => {
    optimizer.apply([g], [variable]);
    return g;
  });
  const scalar = start.map(() => updates());
  let values = start;
  for (let t = 1; t <= 5; t++) {
    const grads = start.map((_, i) => Math.sin(t * 1.7 + i) * (i + 1));
    step(Float64Array.from(grads));
    values = values.map((v, i) => scalar[i](v, grads[i], t));
    const got = variable.value().data;
    values.forEach((v, i) => assert.ok(Math.abs(got[i] - v) < 1e-12, `step ${t}: ${got[i]} is not ${v}`));
  }
  assert.equal(optimizer.iterations.value().item(), 5);
}

describe('optimizers', () => {
  it('sgd', () => follow(optimizers.sgd({ learningRate: 0.1 }), () => (v, g) => v - 0.1 * g));
  it('sgd with weight decay', () =>
    follow(optimizers.sgd({ learningRate: 0.1, weightDecay: 0.2 }), () => (v, g) => v - v * 0.2 * 0.1 - 0.1 * g));
  it('sgd with momentum', () =>
    follow(optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }), () => {
      let m = 0;
      return (v, g) => v + (m = 0.9 * m - 0.1 * g);
    }));
  it('sgd with Nesterov', () =>
    follow(optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }), () => {
      let m = 0;
      return (v, g) => {
        m = 0.9 * m - 0.1 * g;
        return v + 0.9 * m - 0.1 * g;
      };
    }));
  for (const amsgrad of [false, true]) {
    it(`adam${amsgrad ? ' with amsgrad' : ''}`, () =>
      follow(optimizers.adam({ learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-4, amsgrad }), () => {
        let [m, s, top] = [0, 0, 0];
        return (v, g, t) => {
          m = 0.8 * m + 0.2 * g;
          s = 0.95 * s + 0.05 * g * g;
          top = amsgrad ? Math.max(top, s) : s;
          return v - ((0.05 * Math.sqrt(1 - 0.95 ** t)) / (1 - 0.8 ** t)) * (m / (Math.sqrt(top) + 1e-4));
        };
      }));
  }
  for (const [momentum, centered] of [
    [0, false],
    [0.5, false],
    [0, true],
    [0.5, true],
  ] as const) {
    it(`rmsprop, momentum ${momentum}${centered ? ', centered' : ''}`, () =>
      follow(optimizers.rmsprop({ learningRate: 0.05, rho: 0.8, epsilon: 1e-3, momentum, centered }), () => {
        let [s, mean, m] = [0, 0, 0];
        return (v, g) => {
          s = 0.8 * s + 0.2 * g * g;
          mean = 0.8 * mean + 0.2 * g;
          m = momentum * m + (0.05 * g) / Math.sqrt(s - (centered ? mean * mean : 0) + 1e-3);
          return v - m;
        };
      }));
  }

  it('schedules are followed step by step', () => {
    const schedule = optimizers.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 2, decayRate: 0.5 });
    follow(optimizers.sgd({ learningRate: schedule }), () => (v, g, t) => v - 0.1 * 0.5 ** ((t - 1) / 2) * g);
    follow(
      optimizers.sgd({ learningRate: (step) => step.mul(0.01).add(0.1) }),
      () => (v, g, t) => v - (0.1 + 0.01 * (t - 1)) * g,
    );
  });

  it('schedules', () => {
    const { cosineDecay, cosineDecayRestarts, inverseTimeDecay, piecewiseConstantDecay, polynomialDecay, rateAt } =
      optimizers;
    const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);
    const steps = piecewiseConstantDecay({ boundaries: [10, 20], values: [1, 0.5, 0.1] });
    assert.deepEqual(
      [0, 10, 11, 20, 21].map((s) => rateAt(steps, s)),
      [1, 1, 0.5, 0.5, 0.1],
    );
    near(rateAt(inverseTimeDecay({ initialLearningRate: 1, decaySteps: 10, decayRate: 0.5 }), 20), 0.5);
    near(rateAt(polynomialDecay({ initialLearningRate: 1, decaySteps: 10, endLearningRate: 0 }), 5), 0.5);
    near(
      rateAt(polynomialDecay({ initialLearningRate: 1, decaySteps: 10, endLearningRate: 0, cycle: true }), 15),
      0.25,
    );
    const warm = cosineDecay({ initialLearningRate: 0, decaySteps: 100, warmupTarget: 1, warmupSteps: 10 });
    near(rateAt(warm, 5), 0.5);
    near(rateAt(warm, 10), 1);
    near(rateAt(warm, 60), 0.5);
    near(rateAt(cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 10, tMul: 2, mMul: 0.5 }), 20), 0.25);
    near(rateAt(cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 10, tMul: 1 }), 25), 0.5);
    assert.throws(() => cosineDecay({ initialLearningRate: 1 }), /decaySteps must be a number, got undefined/);
    assert.throws(() => piecewiseConstantDecay({ boundaries: [1], values: [1] }), /one more/);
  });

  const clipped: [string, object, number[][]][] = [
    [
      'clipvalue',
      { clipvalue: 1 },
      [
        [1, 1],
        [0, -1],
      ],
    ],
    [
      'clipnorm',
      { clipnorm: 1 },
      [
        [0.6, 0.8],
        [0, -1],
      ],
    ],
    [
      'globalClipnorm',
      { globalClipnorm: 13 },
      [
        [3, 4],
        [0, -12],
      ],
    ],
    [
      'globalClipnorm',
      { globalClipnorm: 6.5 },
      [
        [1.5, 2],
        [0, -6],
      ],
    ],
  ];
  for (const [name, options, expected] of clipped) {
    it(`${name} ${JSON.stringify(options)}`, () => {
      const variables = [0, 1].map((i) => new Variable(new Float64Array(2), `v${i}`));
      const optimizer = optimizers.sgd({ learningRate: 1, ...options });
      compile((a: TensorBase, b: TensorBase) => {
        optimizer.apply([a, b], variables);
        return a;
      })(Float64Array.of(3, 4), Float64Array.of(0, -12));
      expected.forEach((e, i) => e.forEach((x, k) => assert.ok(Math.abs(-variables[i].value().data[k] - x) < 1e-12)));
    });
  }

  it('the learning rate can be set between steps, unless a schedule does', () => {
    const variable = new Variable([0], 'v');
    const optimizer = optimizers.sgd({ learningRate: 1 });
    const step = compile((g: TensorBase) => {
      optimizer.apply([g], [variable]);
      return g;
    });
    step([1]);
    optimizer.learningRate = 0.5;
    step([1]);
    assert.equal(variable.value().item(), -1.5);
    const scheduled = optimizers.sgd({
      learningRate: optimizers.inverseTimeDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 1 }),
    });
    assert.equal(scheduled.learningRate, 1);
    assert.throws(() => (scheduled.learningRate = 2), StateError);
  });

  it('some variables can be left without weight decay', () => {
    const [kernel, bias] = [new Variable([1], 'dense/kernel'), new Variable([1], 'dense/bias')];
    const optimizer = optimizers.adamW({ learningRate: 0.1, weightDecay: 0.5 });
    optimizer.excludeFromWeightDecay({ names: ['bias'] });
    const step = compile((g: TensorBase) => {
      optimizer.apply([g, g], [kernel, bias]);
      return g;
    });
    step([0]);
    assert.ok(Math.abs(kernel.value().item() - 0.95) < 1e-6);
    assert.equal(bias.value().item(), 1);
  });

  it('names and options are checked', () => {
    assert.equal(optimizers.get('Adam').name, 'adam');
    assert.throws(() => optimizers.get('adamm'), /Did you mean 'adam'/);
    assert.throws(() => optimizers.get({} as any), ValueError);
    assert.throws(() => optimizers.adam({ learning_rate: 1 } as any), /Did you mean 'learningRate'/);
    assert.throws(() => optimizers.adam({ learningRate: NaN }), /learningRate must be a number/);
    assert.throws(() => optimizers.adam({ beta1: 2 }), /beta1 must be a number from 0 to 1/);
    assert.throws(() => optimizers.sgd({ clipnorm: 1, clipvalue: 1 }), /only one of/);
    assert.throws(() => optimizers.sgd({ clipnorm: -1 }), /positive/);
  });
});
