export type { Chart, ChartSeries, Curves, ForecastPlot } from './chart.js';
export type { GradientPlot, Gradients } from './gradient_chart.js';
export { heatMapSvg, type HeatMap } from './heat_map.js';
export type { ReportTable } from './page.js';
export { report, type ReportOptions } from './report.js';
