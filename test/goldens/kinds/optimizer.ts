import { compile, ops, Variable, type Tensor, type TensorBase } from '../../../lib/index.js';
import * as optimizers from '../../../lib/optimizers/index.js';
import { close, EPSILON, type Finding } from '../compare.js';
import { make, optionsOf } from '../configs.js';
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
  const variables = (inputs.variables as StoredTensor[]).map((t, i) => new Variable(decode(t, dtype), inputs.names[i]));
  const excluded = fixture.call?.exclude_from_weight_decay;
  if (excluded) optimizer.excludeFromWeightDecay({ names: excluded });
  const step = compile((...grads: TensorBase[]) => {
    optimizer.apply(grads, variables);
    return ops.zeros([]);
  });
  const findings: Finding[] = [];
  const compare = (what: string, values: readonly (Tensor | undefined)[], expected: StoredTensor[], steps: number) =>
    values.forEach((value, i) => {
      const scale = { steps, width: 4, epsilon: EPSILON[dtype] };
      findings.push(
        close(`${what}${variables[i].name} after step ${steps}`, value as Tensor, decode(expected[i]), scale),
      );
    });
  const values = () => variables.map((v) => v.value());
  (inputs.gradients as StoredTensor[][]).forEach((grads, k) => {
    step(...grads.map((g) => decode(g, dtype)));
    compare('', values(), outputs.variables[k], k + 1);
    const averages = variables.map((v) => optimizer.averageOf(v));
    if (outputs.ema) compare('average of ', averages, outputs.ema[k], k + 1);
  });
  optimizer.finalizeVariableValues(variables);
  if (outputs.finalized) compare('finalized ', values(), outputs.finalized, inputs.gradients.length);
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
