/** What draws the charts in the page. It reads them from the element `charts` and the colours from the style sheet. */
export const SCRIPT = `
const charts = JSON.parse(document.getElementById('charts').textContent);
const drawn = [];
const whole = [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((n) => n * 10 ** power));
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const number = (v) => (Math.abs(v) < 1e-3 && v !== 0 ? v.toExponential(2) : String(+v.toPrecision(4)));
const shown = (u, v) => (v == null ? '' : number(v));

function seriesOf(chart) {
  return chart.series.map((series, i) => {
    const stroke = color('--c' + ((series.group ?? i + 1) % 6));
    const look = { line: { width: 2 }, dashed: { width: 2, dash: [5, 4] }, edge: { width: 1 }, points: { paths: () => null } }[series.style];
    const points = { show: series.style === 'points' || chart.x.length === 1, size: 6, width: 1.5, fill: color('--card') };
    return { label: series.name, value: shown, points, ...look, stroke: series.style === 'edge' ? stroke + '66' : stroke };
  });
}

function draw(chart, place) {
  const at = (name) => chart.series.findIndex((series) => series.name === name) + 1;
  const axis = (label, more) => ({ label, stroke: color('--soft'), font: '12px system-ui, "DejaVu Sans", sans-serif',
    labelFont: '12px system-ui, "DejaVu Sans", sans-serif', labelSize: label ? 22 : 0,
    grid: { stroke: color('--line'), width: 1 }, ticks: { stroke: color('--line'), width: 1 }, ...more });
  const bands = chart.bands.map(([upper, lower]) => ({ series: [at(upper), at(lower)], fill: seriesOf(chart)[at(upper) - 1].stroke.slice(0, 7) + '26' }));
  const options = {
    width: place.clientWidth,
    height: 280,
    scales: { x: { time: false }, y: { distr: chart.log ? 3 : 1 } },
    axes: [axis(chart.xLabel, { size: 36, incrs: chart.x.every(Number.isInteger) ? whole : undefined }), axis(chart.yLabel, { size: 62, values: (u, ticks) => ticks.map((v) => (v == null ? '' : number(v))) })],
    series: [{ label: chart.xLabel, value: shown }, ...seriesOf(chart)],
    bands,
    legend: { markers: { fill: (u, i) => u.series[i].stroke(u, i), width: 0 } },
    cursor: { drag: { x: true, y: true, uni: 20 } },
  };
  return new uPlot(options, [chart.x, ...chart.series.map((series) => series.values)], place);
}

function drawAll() {
  for (const plot of drawn.splice(0)) plot.destroy();
  charts.forEach((chart, i) => drawn.push(draw(chart, document.getElementById('chart-' + i))));
}

drawAll();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
addEventListener('resize', () => drawn.forEach((plot) => plot.setSize({ width: plot.root.parentElement.clientWidth, height: 280 })));
`;
