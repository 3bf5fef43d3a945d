import { layers, type Tensor } from '../../../lib/index.js';
import { close, fact, type Finding } from '../compare.js';
import { decode, decodeAll, type Case, type Config, type StoredTensor } from '../fixture.js';
import { run, scaleOf } from './layer.js';
import { tf1Cell } from './tf1_cells.js';

/** dynamic_rnn over one of TensorFlow 1's cells: outputs and all last states, with the gradients. */
export function checkTf1(fixture: Case, dtype: 'float32' | 'float64'): Finding[] {
  const { inputs, grads } = fixture;
  const x = decode(inputs.x, dtype);
  const { cell, weights, states } = tf1Cell(fixture.config.config.cell as Config, x.shape[2], dtype);
  const layer = layers.rnn({ cell, returnSequences: true, returnState: true, dtype });
  layer.apply(x);
  const names = fixture.weights.map(([name]) => name);
  const from = (tensors: readonly StoredTensor[], as?: 'float32' | 'float64') =>
    weights((name) => decode(tensors[names.indexOf(name)], as));
  layer.setWeights(
    from(
      fixture.weights.map(([, w]) => w),
      dtype,
    ),
  );

  const ours = <T>(all: readonly T[]): T[] => states.map((at) => all[at]);
  const withOutput = <T>([output, ...rest]: readonly T[]): T[] => [output, ...ours(rest)];
  const initial = decodeAll(inputs.initial_state, dtype) as Tensor[];
  const dy = withOutput(decodeAll(fixture.dy, dtype) as Tensor[]);
  const sequenceLength = inputs.sequence_length && decode(inputs.sequence_length);
  const result = run(layer, [x], true, [], initial.length > 0 ? ours(initial) : [], dy, { sequenceLength });

  const scale = scaleOf(fixture, [x], dtype);
  const expected = withOutput(decodeAll(fixture.outputs) as Tensor[]);
  const outputNames = withOutput(fixture.output_names as string[]);
  const findings = [fact(`${expected.length} outputs`, expected.length === result.outputs.length)];
  expected.forEach((e, i) => findings.push(close(outputNames[i], result.outputs[i], e, scale)));
  findings.push(close('d input', result.dx[0] as Tensor, decode(grads.inputs as StoredTensor), scale));
  if (initial.length > 0)
    ours(decodeAll(grads.initial_state) as Tensor[]).forEach((e, i) =>
      findings.push(close(`d initial state ${i}`, result.dstates[i], e, scale)),
    );
  from(grads.weights).forEach((e, i) => {
    const variable = layer.weights[i];
    findings.push(close(`d ${variable.name}`, result.dweights.get(variable) as Tensor, e, scale));
  });
  return findings;
}
