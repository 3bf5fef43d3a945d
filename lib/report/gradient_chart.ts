import { ValueError } from '../program/errors.js';
import type { Chart } from './chart.js';

/** What `model.gradientFlow` resolves to, as far as pictures need it. */
export interface Gradients {
  readonly steps: readonly { readonly name: string; readonly norms: ArrayLike<number> }[];
  readonly layers: { readonly names: readonly string[]; readonly norms: ArrayLike<number> };
}

export interface GradientPlot {
  title: string;
  caption?: string;
  /** At one moment: norms over the time steps, a line per layer. A list, of one per epoch: norms over the epochs. */
  flow: Gradients | readonly Gradients[];
}

const drawn = (values: ArrayLike<number>) => Array.from(values, (v) => (v > 0 ? v : null));

/** Norms of gradients on a logarithmic axis; a norm of 0 is a gap. */
export function gradientChart({ title, caption, flow }: GradientPlot): Chart {
  const axes = { title, caption, log: true, yLabel: 'norm of the gradient' };
  if (!Array.isArray(flow)) {
    const { steps } = flow as Gradients;
    if (steps.length === 0)
      throw new ValueError(`report: the gradients of '${title}' have no time steps; ask gradientFlow for perStep.`);
    const longest = Math.max(...steps.map(({ norms }) => norms.length));
    return {
      ...axes,
      x: Array.from({ length: longest }, (_, t) => t),
      xLabel: 'time step',
      series: steps.map(({ name, norms }) => ({
        name,
        values: [...drawn(norms), ...new Array<null>(longest - norms.length).fill(null)],
      })),
    };
  }
  const epochs = flow as readonly Gradients[];
  if (epochs.length === 0) throw new ValueError(`report: the gradients of '${title}' are of no epoch.`);
  return {
    ...axes,
    x: epochs.map((_, i) => i + 1),
    xLabel: 'epoch',
    series: epochs[0].layers.names.map((name) => ({
      name,
      values: epochs.map(({ layers }) => drawn([layers.norms[layers.names.indexOf(name)]])[0]),
    })),
  };
}
