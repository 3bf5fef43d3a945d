export type { Chart, ChartSeries, Curves, ForecastPlot } from './chart.js';
export type { ReportTable } from './page.js';
export { report, type ReportOptions } from './report.js';
