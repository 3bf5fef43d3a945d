import { writeFile } from 'node:fs/promises';
import { checkOptions, ShapeError, ValueError } from '../program/errors.js';
import { forecastChart, historyCharts, type Chart, type Curves, type ForecastPlot } from './chart.js';
import { gradientChart, type GradientPlot } from './gradient_chart.js';
import type { HeatMap } from './heat_map.js';
import { page, type ReportTable } from './page.js';

export interface ReportOptions {
  /** Where to write the page. Default: it is only returned. */
  path?: string;
  title: string;
  /** A sentence or two under the title. */
  intro?: string;
  /** What `fit` resolved to: curves of the loss and of each metric. */
  history?: Curves;
  forecasts?: readonly ForecastPlot[];
  /** Norms of gradients, over time steps or epochs. */
  gradients?: readonly GradientPlot[];
  tables?: readonly ReportTable[];
  /** Plots of one's own, after the others. */
  charts?: readonly Chart[];
  /** Grids of values, an attention's weights say, after the plots. */
  heatMaps?: readonly HeatMap[];
}

function checkChart(chart: Chart): void {
  for (const { name, values } of chart.series) {
    if (values.length !== chart.x.length)
      throw new ShapeError(
        `report: series '${name}' of '${chart.title}' has ${values.length} values, x has ${chart.x.length}.`,
      );
  }
  for (const edge of (chart.bands ?? []).flat()) {
    if (!chart.series.some(({ name }) => name === edge))
      throw new ValueError(`report: a band of '${chart.title}' names the series '${edge}', which it has not.`);
  }
}

/**
 * Writes tables, loss curves and forecasts with their bands into one HTML file that needs nothing else.
 *
 * @returns The page.
 * @throws when there are plots and the optional package uplot is not installed.
 */
export async function report(options: ReportOptions): Promise<string> {
  checkOptions('report', options, [
    'path',
    'title',
    'intro',
    'history',
    'forecasts',
    'gradients',
    'tables',
    'charts',
    'heatMaps',
  ]);
  if (typeof options.title !== 'string')
    throw new ValueError(`report: title must be a string, got ${String(options.title)}.`);
  const curves = options.history ? historyCharts(options.history) : [];
  const charts = [
    ...curves,
    ...(options.forecasts ?? []).map(forecastChart),
    ...(options.gradients ?? []).map(gradientChart),
    ...(options.charts ?? []),
  ];
  charts.forEach(checkChart);
  const html = page(options.title, options.intro, options.tables ?? [], charts, options.heatMaps);
  if (options.path !== undefined) await writeFile(options.path, html);
  return html;
}
