import { show, ValueError } from '../program/errors.js';
import { checkNumber } from '../ops/checks.js';
import { Adadelta, Adagrad, Adam, Adamax, inverseTimeDecay, RMSprop, SGD, type Schedule } from '../optimizers/index.js';

// Optimizers with tfjs-core's arguments and defaults. Epsilon is 1e-7 where it is null or left out.

type Rate = number | Schedule;
type Epsilon = number | null;

/** Where tfjs has no default, none is taken. */
function given<V>(who: string, what: string, value: V | undefined): V {
  if (value == null) throw new ValueError(`train.${who}: expected ${what}, got ${show(value)}.`);
  return value;
}
const rateOf = (who: string, rate: Rate): Rate => given(who, 'a learning rate', rate);

export const train = {
  /** Gradient descent. */
  sgd: (learningRate: Rate): SGD => new SGD({ learningRate: rateOf('sgd', learningRate) }),

  /** Gradient descent with momentum. */
  momentum: (learningRate: Rate, momentum: number, useNesterov = false): SGD =>
    new SGD({
      learningRate: rateOf('momentum', learningRate),
      momentum: given('momentum', 'a momentum', momentum),
      nesterov: useNesterov,
    }),

  /** RMSprop; `decay` is what a step keeps of the mean square. */
  rmsprop: (learningRate: Rate, decay = 0.9, momentum = 0, epsilon: Epsilon = null, centered = false): RMSprop =>
    new RMSprop({
      learningRate: rateOf('rmsprop', learningRate),
      rho: decay,
      momentum,
      epsilon: epsilon ?? undefined,
      centered,
    }),

  /** Adam. */
  adam: (learningRate: Rate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon: Epsilon = null): Adam =>
    new Adam({ learningRate, beta1, beta2, epsilon: epsilon ?? undefined }),

  /** Adamax; the learning rate of step n, from 0, is learningRate / (1 + decay · n). */
  adamax(learningRate = 0.002, beta1 = 0.9, beta2 = 0.999, epsilon: Epsilon = null, decay = 0): Adamax {
    const decayRate = checkNumber('train.adamax', 'decay', decay, 0);
    const rate =
      decayRate === 0
        ? learningRate
        : inverseTimeDecay({ initialLearningRate: learningRate, decaySteps: 1, decayRate });
    return new Adamax({ learningRate: rate, beta1, beta2, epsilon: epsilon ?? undefined });
  },

  /** Adadelta. */
  adadelta: (learningRate: Rate = 0.001, rho = 0.95, epsilon: Epsilon = null): Adadelta =>
    new Adadelta({ learningRate, rho, epsilon: epsilon ?? undefined }),

  /** Adagrad. */
  adagrad: (learningRate: Rate, initialAccumulatorValue = 0.1): Adagrad =>
    new Adagrad({ learningRate: rateOf('adagrad', learningRate), initialAccumulatorValue }),
} as const;
