import { tensor, type Tensor } from '../../../lib/index.js';
import * as initializers from '../../../lib/initializers/index.js';
import * as layers from '../../../lib/layers/index.js';
import { EPSILON, fact, within, type Finding } from '../compare.js';
import { make } from '../configs.js';
import { decode, type Case } from '../fixture.js';

function statistics(data: ArrayLike<number>): { mean: number; std: number; low: number; high: number } {
  const list = Array.from(data);
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  const std = Math.sqrt(list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length);
  return { mean, std, low: Math.min(...list), high: Math.max(...list) };
}

/** W·Wᵀ or Wᵀ·W, whichever is smaller, must be gain² on the diagonal. */
function gramError({ data, shape }: Tensor, gain: number): number {
  const columns = shape[shape.length - 1];
  const rows = data.length / columns;
  const wide = columns > rows;
  const [count, length] = wide ? [rows, columns] : [columns, rows];
  const at = (vector: number, i: number) => data[wide ? vector * columns + i : i * columns + vector];
  let error = 0;
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      let dot = 0;
      for (let i = 0; i < length; i++) dot += at(a, i) * at(b, i);
      error = Math.max(error, Math.abs(dot - (a === b ? gain * gain : 0)));
    }
  }
  return error;
}

export function checkInitializer(fixture: Case): Finding[] {
  const { config, inputs, outputs } = fixture;
  if (config.class_name === 'unit_forget_bias') {
    const cell = layers.lstmCell({ units: inputs.units, unitForgetBias: config.config.unit_forget_bias });
    cell.build([null, 3]);
    return [within('bias', cell.getWeights()[2], decode(outputs.value), 0)];
  }
  const initializer: initializers.Initializer = make(initializers, config);
  const value = tensor(initializer(inputs.shape, 'float32'));
  if (outputs.distribution === 'exact') return [within('values', value, decode(outputs.value), 0)];
  if (outputs.distribution === 'orthogonal')
    return [
      { what: 'gram matrix', error: gramError(value, outputs.gain), bound: 8 * EPSILON.float32 * outputs.gain ** 2 },
    ];
  // Five standard errors of each statistic.
  const { mean, std, low, high } = statistics(value.data);
  const n = value.size;
  const findings: Finding[] = [
    { what: 'mean', error: Math.abs(mean - outputs.mean), bound: (5 * outputs.std) / Math.sqrt(n) },
    { what: 'standard deviation', error: Math.abs(std - outputs.std), bound: (5 * outputs.std) / Math.sqrt(n) },
  ];
  const slack = 1 + EPSILON.float32;
  if (outputs.low !== undefined)
    findings.push(fact(`range ${low} to ${high}`, low >= outputs.low * slack && high <= outputs.high * slack));
  return findings;
}
