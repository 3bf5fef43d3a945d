import type { Chart } from './chart.js';
import { escape } from './escape.js';
import { heatMapSvg, type HeatMap } from './heat_map.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';
import { uplot } from './uplot.cjs';

export interface ReportTable {
  title: string;
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
  caption?: string;
}

function caption(text: string | undefined): string {
  return text ? `<p>${escape(text)}</p>` : '';
}

function tableCard({ title, columns, rows, caption: text }: ReportTable): string {
  const row = (cells: readonly (string | number)[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<section class="card"><h2>${escape(title)}</h2><table class="values"><thead>${row(columns, 'th')}</thead><tbody>${rows
    .map((cells) => row(cells, 'td'))
    .join('')}</tbody></table>${caption(text)}</section>`;
}

function chartCard(chart: Chart, number: number): string {
  return `<figure class="card"><h2>${escape(chart.title)}</h2><div id="chart-${number}"></div>${caption(chart.caption)}</figure>`;
}

function heatMapCard(map: HeatMap): string {
  return `<figure class="card"><h2>${escape(map.title)}</h2>${heatMapSvg(map)}${caption(map.caption)}</figure>`;
}

/** Charts as JSON that neither ends the script element nor holds what JSON has not (NaN, infinities become gaps). */
function embed(charts: readonly Chart[]): string {
  const plain = charts.map((chart) => ({
    ...chart,
    bands: chart.bands ?? [],
    series: chart.series.map((series) => ({
      style: 'line',
      ...series,
      values: series.values.map((v) => (v !== null && Number.isFinite(v) ? v : null)),
    })),
  }));
  return JSON.stringify(plain).replaceAll('<', '\\u003c');
}

/** The whole page as one file: nothing in it is loaded from elsewhere. Only charts need the plotting library. */
export function page(
  title: string,
  intro: string | undefined,
  tables: readonly ReportTable[],
  charts: readonly Chart[],
  heatMaps: readonly HeatMap[] = [],
): string {
  const { script, style } = charts.length > 0 ? uplot() : { script: '', style: '' };
  const plots = `<noscript><p>The plots of this page are drawn by a script that it carries; scripts are switched off here.</p></noscript>
</main>
<script type="application/json" id="charts">${embed(charts)}</script>
<script>${script}</script>
<script>${SCRIPT}</script>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${style}${STYLE}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
${intro ? `<p class="intro">${escape(intro)}</p>` : ''}
<div class="cards">
${[...tables.map(tableCard), ...charts.map(chartCard), ...heatMaps.map(heatMapCard)].join('\n')}
</div>
${charts.length > 0 ? plots : '</main>'}
</body>
</html>
`;
}
