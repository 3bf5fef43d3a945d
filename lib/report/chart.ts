import { ShapeError, ValueError } from '../program/errors.js';
import type { TensorData } from '../program/tensor.js';

type Values = ArrayLike<number> | TensorData;

export interface ChartSeries {
  name: string;
  /** One value per x; null or NaN leaves a gap. */
  values: readonly (number | null)[];
  style?: 'line' | 'dashed' | 'points' | 'edge';
  /** Series of one group share a colour. Default: a group of its own. */
  group?: number;
}

/** One plot: series over a common x, and bands between two of them. */
export interface Chart {
  title: string;
  caption?: string;
  x: readonly number[];
  xLabel: string;
  yLabel?: string;
  /** Logarithmic y; needs positive values. */
  log?: boolean;
  series: readonly ChartSeries[];
  /** Names of the series at the upper and the lower edge. */
  bands?: readonly (readonly [upper: string, lower: string])[];
}

/** What `fit` resolves to, as far as curves need it. */
export interface Curves {
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly epoch?: readonly number[];
  /** Those of the epochs that have validation figures; default all. */
  readonly validated?: readonly number[];
}

/** A chart for the loss and each metric of a history, with its validation curve. */
export function historyCharts({ history, epoch, validated }: Curves): Chart[] {
  return Object.keys(history)
    .filter((name) => !name.startsWith('val_') || !(name.slice(4) in history))
    .map((name) => {
      const named: [string, readonly (number | null)[]][] = [['training', history[name]]];
      const measured = history[`val_${name}`];
      const seldom = measured?.length < history[name].length && epoch && validated;
      if (seldom) named.push(['validation', epoch.map((e) => measured[validated.indexOf(e)] ?? null)]);
      else if (measured) named.push(['validation', measured]);
      const positive = named.every(([, values]) => values.every((value) => value === null || value > 0));
      return {
        title: name === 'loss' ? 'Loss' : name,
        x: history[name].map((_, i) => (epoch?.[i] ?? i) + 1),
        xLabel: 'epoch',
        log: positive,
        // Between gaps there is no line to see.
        series: named.map(([series, values]) => ({
          name: series,
          values,
          ...(values.includes(null) && { style: 'points' }),
        })),
      };
    });
}

export interface ForecastPlot {
  title: string;
  caption?: string;
  /** The steps the model saw. */
  past: Values;
  /** The steps that followed, where they are known. */
  actual?: Values;
  predicted: Values;
  /** Edges of the forecast's band. */
  lower?: Values;
  upper?: Values;
  yLabel?: string;
}

function list(value: Values): number[] {
  return Array.from('shape' in value ? value.data : value);
}

/** A chart of one series: past, forecast with its band, and what came. Step 0 is the last one that the model saw. */
export function forecastChart(plot: ForecastPlot): Chart {
  const past = list(plot.past);
  const predicted = list(plot.predicted);
  if (past.length === 0) throw new ValueError('report: a forecast needs at least one step of the past.');
  const before = new Array<null>(past.length - 1).fill(null);
  const after = new Array<null>(predicted.length).fill(null);
  const last = past[past.length - 1];
  // Each starts at the last known value, so that the lines join.
  const continued = (what: string, values: Values): (number | null)[] => {
    const steps = list(values);
    if (steps.length !== predicted.length)
      throw new ShapeError(`report: ${what} has ${steps.length} steps, the forecast has ${predicted.length}.`);
    return [...before, last, ...steps];
  };
  const series: ChartSeries[] = [{ name: 'past', values: [...past, ...after], group: 0 }];
  series.push({ name: 'forecast', values: continued('predicted', predicted), group: 1 });
  const banded = plot.lower !== undefined && plot.upper !== undefined;
  if (banded) {
    series.push({ name: 'upper', values: continued('upper', plot.upper as Values), style: 'edge', group: 1 });
    series.push({ name: 'lower', values: continued('lower', plot.lower as Values), style: 'edge', group: 1 });
  }
  if (plot.actual) {
    const [, ...steps] = continued('actual', plot.actual).slice(past.length - 1);
    series.push({ name: 'what came', values: [...before, null, ...steps], style: 'points', group: 0 });
  }
  return {
    title: plot.title,
    caption: plot.caption,
    x: Array.from({ length: past.length + predicted.length }, (_, i) => i - past.length + 1),
    xLabel: 'step',
    yLabel: plot.yLabel,
    series,
    bands: banded ? [['upper', 'lower']] : [],
  };
}
