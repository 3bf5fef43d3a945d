import { compile, ops, Variable, type TensorBase } from '../../../lib/index.js';
import * as optimizers from '../../../lib/optimizers/index.js';
import { close, EPSILON, type Finding } from '../compare.js';
import { make, optionsOf, Unsupported } from '../configs.js';
import { decode, type Case, type Config, type StoredTensor } from '../fixture.js';

/** An optimizer from Keras' config; averaging options without averaging say nothing. */
export function makeOptimizer({ class_name, config }: Config): optimizers.Optimizer {
  const { use_ema, ema_momentum, learning_rate, ...rest } = config;
  const averaging = use_ema ? { use_ema, ema_momentum } : {};
  const learningRate: unknown = learning_rate?.class_name ? make(optimizers, learning_rate as Config) : learning_rate;
  return make(optimizers, { class_name, config }, { ...optionsOf({ ...rest, ...averaging }), learningRate });
}

export function checkOptimizer(fixture: Case, dtype: 'float32' | 'float64'): Finding[] {
  const { inputs, outputs } = fixture;
  const optimizer = makeOptimizer(fixture.config);
  if (outputs.ema || outputs.finalized) throw new Unsupported('averaged weights');
  const variables = (inputs.variables as StoredTensor[]).map((t, i) => new Variable(decode(t, dtype), inputs.names[i]));
  const excluded = fixture.call?.exclude_from_weight_decay;
  if (excluded) optimizer.excludeFromWeightDecay({ names: excluded });
  const step = compile((...grads: TensorBase[]) => {
    optimizer.apply(grads, variables);
    return ops.zeros([]);
  });
  const findings: Finding[] = [];
  (inputs.gradients as StoredTensor[][]).forEach((grads, k) => {
    step(...grads.map((g) => decode(g, dtype)));
    variables.forEach((v, i) => findings.push(close(`${v.name} after step ${k + 1}`, v.value(), decode(outputs.variables[k][i]), { steps: k + 1, width: 4, epsilon: EPSILON[dtype] })));
  });
  return findings;
}

/** Schedules are computed in float64 whatever the model's dtype. */
export function checkSchedule(fixture: Case): Finding[] {
  const schedule: optimizers.Schedule = make(optimizers, fixture.config);
  const expected = decode(fixture.outputs.values);
  const steps = decode(fixture.inputs.steps).data;
  const found = decode({ ...fixture.outputs.values });
  steps.forEach((step, i) => (found.data[i] = optimizers.rateAt(schedule, step)));
  return [close('rates', found, expected, { steps: 1, width: 4, epsilon: EPSILON.float64 })];
}
