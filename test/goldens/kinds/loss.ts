import { compile, ops, type TensorBase } from '../../../lib/index.js';
import * as losses from '../../../lib/losses/index.js';
import { close, EPSILON, type Finding } from '../compare.js';
import { make } from '../configs.js';
import { decode, type Case } from '../fixture.js';

export function checkLoss(fixture: Case, dtype: 'float32' | 'float64'): Finding[] {
  const { inputs } = fixture;
  const loss: losses.Loss = make(losses, fixture.config);
  const extras = ['sample_weight', 'mask'].filter((name) => inputs[name]);
  const fn = compile((yTrue: TensorBase, yPred: TensorBase, dy: TensorBase, ...rest: TensorBase[]) => {
    const given = Object.fromEntries(extras.map((name, i) => [name, rest[i]]));
    const value = losses.reduceLoss(loss, yTrue, yPred, {
      sampleWeight: given.sample_weight ?? null,
      mask: given.mask ?? null,
    });
    return [value, ...ops.gradients(value, [yPred], [dy])];
  });
  const operands = [inputs.y_true, inputs.y_pred, fixture.dy[0], ...extras.map((name) => inputs[name])];
  const [value, grad] = fn(...operands.map((t) => decode(t, dtype)));
  const width = inputs.y_pred.shape.reduce((n: number, d: number) => n * d, 1);
  const scale = { steps: 1, width, epsilon: EPSILON[dtype] };
  // The targets' rows sum to 1 only as far as float32 goes, and the reference's gradient takes the sum for 1.
  const gradScale = /Crossentropy/.test(fixture.config.class_name) ? { ...scale, epsilon: EPSILON.float32 } : scale;
  return [
    close('loss', value, decode(fixture.outputs[0]), scale),
    close('d y_pred', grad, decode(fixture.grads.y_pred), gradScale),
  ];
}
