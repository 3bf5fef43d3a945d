import { withCompiled } from './compiled.js';
import type { Workload } from './workloads.js';

// What a train step of a workload must compute and move at least, against what the machine can do.

export interface Peak {
  gflops: number;
  gbytes: number;
}

export interface Roof {
  mflop: number;
  mbytes: number;
  bound_ms: number;
}

/** Measures the machine with bench/peak.cc; null where there is no compiler. */
export function measurePeak(threads: number): Peak | null {
  return withCompiled('peak.cc', (run) => run(String(threads)) as Peak);
}

/** Multiply-adds of a forward pass over the inputs and over the states, weights, and values kept for the way back. */
interface LayerWork {
  ofInputs: number;
  ofStates: number;
  weights: number;
  kept: number;
}

export const GATES: Record<string, number> = { SimpleRNN: 1, LNRNN: 1, GRU: 3, LSTM: 4 };

function workOf(w: Workload): LayerWork[] {
  let [steps, width] = [w.steps, w.features];
  return w.layers.map(([kind, second, ...rest]) => {
    const units = second as number;
    const rows = w.batch * steps;
    const inputs = width;
    width = units;
    if (kind in GATES) {
      const gates = GATES[kind];
      if (rest[0] === 'last') steps = 1;
      const [ofInputs, ofStates] = [rows * gates * units * inputs, rows * gates * units * units];
      return { ofInputs, ofStates, weights: gates * units * (inputs + units + 1), kept: rows * units * (gates + 1) };
    }
    const [kernel, strides, , padding] = (kind === 'Conv1D' ? rest : [1, 1, 1, 'causal']) as number[];
    if (kind === 'Conv1D') steps = Math.ceil((steps - (String(padding) === 'valid' ? kernel - 1 : 0)) / strides);
    const outputs = w.batch * steps * units;
    return { ofInputs: outputs * kernel * inputs, ofStates: 0, weights: units * (kernel * inputs + 1), kept: outputs };
  });
}

/**
 * Of a train step: forward, gradient of the weights, gradient of the inputs (not the first layer's), Adam. Bytes: the
 * weights, their gradients and moments once (seven passes), what the layers keep written and read.
 */
export function roofOf(w: Workload, peak: Peak): Roof {
  const layers = workOf(w);
  const macs = layers.reduce((sum, l, i) => sum + l.ofInputs * (i === 0 ? 2 : 3) + l.ofStates * 3, 0);
  const mflop = (2 * macs) / 1e6;
  const mbytes = layers.reduce((sum, l) => sum + 4 * (7 * l.weights + 2 * l.kept), 0) / 1e6;
  return { mflop, mbytes, bound_ms: mflop / peak.gflops };
}
