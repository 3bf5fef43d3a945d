import { compile, ops, Tensor, type Layer, type TensorBase } from '../../../lib/index.js';
import * as losses from '../../../lib/losses/index.js';
import { within, type Finding } from '../compare.js';
import { make, makeLayer } from '../configs.js';
import { decode, decodeAll, type Case, type Config, type StoredTensor } from '../fixture.js';
import { makeOptimizer } from './optimizer.js';

// What a weight may be off after all steps, and how many times the error of Keras' own float32 run is allowed.
const WEIGHT_BOUND = 1e-4;
const ALLOWANCE = 4;

/** The same batch again and again through loss and optimizer, as a training loop of one's own. */
export function checkTrace(fixture: Case): Finding[] {
  const { inputs, outputs, float32_error: drift } = fixture;
  const chain: Layer[] = (fixture.config.config.layers as Config[]).map((c) => makeLayer(c));
  const forward = (x: TensorBase, training: boolean): TensorBase =>
    chain.reduce((t, layer) => layer.invoke(t, { training }) as TensorBase, x);
  const x = decode(inputs.x);
  compile((t: TensorBase) => forward(t, false))(x);
  const stored = fixture.weights.map(([, w]) => decode(w));
  let at = 0;
  for (const layer of chain) layer.setWeights(stored.slice(at, (at += layer.weights.length)));

  const loss: losses.Loss = make(losses, fixture.loss as Config);
  const optimizer = makeOptimizer(fixture.optimizer as Config);
  const weights = chain.flatMap((layer) => layer.trainableWeights);
  const step = compile((t: TensorBase, y: TensorBase, sampleWeight?: TensorBase) => {
    const own = losses.reduceLoss(loss, y, forward(t, true), { sampleWeight });
    const value = chain.flatMap((layer) => layer.losses).reduce((total, more) => ops.add(total, more), own);
    const grads = ops.gradients(value, weights);
    optimizer.apply(grads, weights);
    return [value, ...grads];
  });
  const batch = [inputs.x, inputs.y, ...(inputs.sample_weight ? [inputs.sample_weight] : [])].map((t: StoredTensor) =>
    decode(t),
  );
  const values = new Float64Array(fixture.steps);
  let first: Tensor[] = [];
  for (let k = 0; k < fixture.steps; k++) {
    const [value, ...grads] = step(...batch);
    values[k] = value.item();
    if (k === 0) first = grads;
  }
  const [prediction] = [compile((t: TensorBase) => forward(t, false))(x)];
  const found = chain.flatMap((layer) => layer.getWeights());
  const expectedGrads = decodeAll(fixture.grads.weights);
  const trainable = new Map(weights.map((v, i) => [v, first[i]]));
  const all = chain.flatMap((layer) => layer.weights);
  return [
    within('losses', new Tensor(values), decode(outputs.losses), ALLOWANCE * drift.losses),
    within('prediction', prediction, decode(outputs.prediction), ALLOWANCE * drift.prediction),
    ...(outputs.weights as [string, StoredTensor][]).map(([, e], i) =>
      within(`${all[i].name} after`, found[i], decode(e), Math.min(WEIGHT_BOUND, ALLOWANCE * drift.weights)),
    ),
    ...expectedGrads.flatMap((e, i) =>
      e ? [within(`d ${all[i].name}`, trainable.get(all[i]) as Tensor, e, ALLOWANCE * drift.grads)] : [],
    ),
  ];
}
