import assert from 'node:assert/strict';
import { compile, optimizers, Variable, type TensorBase } from '../../lib/index.js';

type Update = (v: number, g: number, t: number) => number;

/** Steps of an optimizer in float64, each beside the same in plain numbers. */
function follow(optimizer: optimizers.Optimizer, update: () => Update): void {
  const start = [1, -2, 0.5, 3];
  const variable = new Variable(Float64Array.from(start), 'v');
  const step = compile((g: TensorBase) => {
    optimizer.apply([g], [variable]);
    return g;
  });
  const updates = start.map(() => update());
  let values = start;
  for (let t = 1; t <= 5; t++) {
    const grads = start.map((_, i) => Math.sin(t * 1.7 + i) * (i + 1));
    step(Float64Array.from(grads));
    values = values.map((v, i) => updates[i](v, grads[i], t));
    values.forEach((v, i) => {
      const got = variable.value().data[i];
      assert.ok(Math.abs(got - v) < 1e-12, `step ${t}: ${got} is not ${v}`);
    });
  }
}

describe('optimizers written in ops', () => {
  it('adagrad', () =>
    follow(optimizers.adagrad({ learningRate: 0.1, epsilon: 1e-3 }), () => {
      let sum = 0.1;
      return (v, g) => v - (0.1 * g) / Math.sqrt((sum += g * g) + 1e-3);
    }));

  it('adadelta', () =>
    follow(optimizers.adadelta({ learningRate: 0.5, rho: 0.8, epsilon: 1e-2 }), () => {
      let [square, move] = [0, 0];
      return (v, g) => {
        square = 0.8 * square + 0.2 * g * g;
        const d = (g * Math.sqrt(move + 1e-2)) / Math.sqrt(square + 1e-2);
        move = 0.8 * move + 0.2 * d * d;
        return v - 0.5 * d;
      };
    }));

  it('adamax', () =>
    follow(optimizers.adamax({ learningRate: 0.1, beta1: 0.8, beta2: 0.9, epsilon: 1e-3 }), () => {
      let [m, u] = [0, 0];
      return (v, g, t) => {
        m = 0.8 * m + 0.2 * g;
        u = Math.max(0.9 * u, Math.abs(g));
        return v - ((0.1 / (1 - 0.8 ** t)) * m) / (u + 1e-3);
      };
    }));

  it('nadam', () =>
    follow(optimizers.nadam({ learningRate: 0.1, beta1: 0.8, beta2: 0.9, epsilon: 1e-3 }), () => {
      let [m, s, product] = [0, 0, 1];
      const kept = (t: number) => 0.8 * (1 - 0.5 * 0.96 ** t);
      return (v, g, t) => {
        product *= kept(t);
        m = 0.8 * m + 0.2 * g;
        s = 0.9 * s + 0.1 * g * g;
        const mean = (kept(t + 1) * m) / (1 - product * kept(t + 1)) + ((1 - kept(t)) * g) / (1 - product);
        return v - (0.1 * mean) / (Math.sqrt(s / (1 - 0.9 ** t)) + 1e-3);
      };
    }));

  it('ftrl sets weights to exactly 0', () =>
    follow(
      optimizers.ftrl({ learningRate: 0.1, l1RegularizationStrength: 2, l2RegularizationStrength: 0.1, beta: 0.2 }),
      () => {
        let [n, z] = [0.1, 0];
        return (v, g) => {
          const after = n + g * g;
          z += g - ((Math.sqrt(after) - Math.sqrt(n)) / 0.1) * v;
          n = after;
          if (Math.abs(z) <= 2) return 0;
          return (Math.sign(z) * 2 - z) / (Math.sqrt(n) / 0.1 + 2 * (0.1 + 0.2 / 0.2));
        };
      },
    ));

  it('lion with weight decay', () =>
    follow(optimizers.lion({ learningRate: 0.1, beta1: 0.8, beta2: 0.9, weightDecay: 0.2 }), () => {
      let m = 0;
      return (v, g) => {
        const move = Math.sign(0.8 * m + 0.2 * g);
        m = 0.9 * m + 0.1 * g;
        return v * (1 - 0.2 * 0.1) - 0.1 * move;
      };
    }));

  it('options are checked and names found', () => {
    assert.throws(() => optimizers.nadam({ beta3: 1 } as any), /nadam: unknown option 'beta3'.*beta1/);
    assert.throws(() => optimizers.adadelta({ rho: 2 }), /rho must be a number from 0 to 1, got 2/);
    assert.throws(() => optimizers.ftrl({ learningRatePower: 1 }), /learningRatePower/);
    for (const name of ['adadelta', 'adagrad', 'adamax', 'ftrl', 'lion', 'nadam'])
      assert.equal(optimizers.get(name).className, name);
  });
});
