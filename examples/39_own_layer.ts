// node dist/examples/39_own_layer.js: a layer of one's own with a weight, trained by fit; beside it the same without any layers: scan, gradients, compile.
import { compile, constraints, Layer, ops, optimizers, sequential, setRandomSeed, Variable, type LayerConfig, type Tensor, type TensorBase } from 'seqnn'; // prettier-ignore
import { size } from './support/size.js';

setRandomSeed(1);
const [COUNT, STEPS, TRUE] = [512, 40, 0.8];
const EPOCHS = size(40, 2);

/** s ← k·s + (1 − k)·x at every step of [B, T, F]; the steps go in front for the loop. */
function smooth(x: TensorBase, keep: TensorBase): TensorBase {
  const [batch, , features] = x.shape;
  const { outputs } = ops.scan(
    ([state], [now]) => {
      const next = ops.add(ops.multiply(state, keep), ops.multiply(now, ops.subtract(1, keep)));
      return [next, next];
    },
    [ops.zeros([batch, features])],
    [ops.transpose(x, [1, 0, 2])],
  );
  return ops.transpose(outputs[0], [1, 0, 2]);
}

/** Exponential smoothing whose memory is learned: one weight per feature. */
class Smoothing extends Layer {
  private keep!: Variable; // [F]

  constructor(options: LayerConfig = {}) {
    super(options);
  }

  override build([, , features]: number[]): void {
    const constraint = constraints.minMaxNorm({ minValue: 0, maxValue: 1 });
    this.keep = this.addWeight({ name: 'keep', shape: [features], initializer: 'zeros', constraint });
  }

  override call(x: TensorBase): TensorBase {
    return smooth(x, this.keep);
  }
}

const x = ops.random.normal([COUNT, STEPS, 1], 0, 1, { seed: 1 }) as Tensor;
const y = compile((value: TensorBase) => smooth(value, ops.full([1], TRUE)))(x);

const model = sequential([new Smoothing({ inputShape: [STEPS, 1] })]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss: 'mse' });
await model.fit(x, y, { epochs: EPOCHS, batchSize: 64, shuffle: false, verbose: 0 });
const learned = model.getWeights()[0].item();
console.log(`a layer of one's own, trained by fit: ${learned.toFixed(6)}`);

const keep = new Variable([0], 'keep');
const optimizer = optimizers.adam({ learningRate: 0.02 });
const step = compile((xs: TensorBase, ys: TensorBase) => {
  const loss = ops.mean(ops.square(ops.subtract(smooth(xs, keep), ys)));
  optimizer.apply(ops.gradients(loss, [keep]), [keep]);
  return loss;
});
for (let epoch = 0; epoch < EPOCHS; epoch++)
  for (let from = 0; from < COUNT; from += 64) step(x.slice([[from, from + 64]]), y.slice([[from, from + 64]]));
console.log(`without layers: ${keep.value().item().toFixed(6)}`);
console.log(
  `the memory that made the series: ${TRUE}; both are off by ${Math.abs(learned - TRUE).toExponential(1)} and ${Math.abs(keep.value().item() - TRUE).toExponential(1)}`,
);
