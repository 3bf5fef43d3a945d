/** What draws the charts in the page. It reads them from the element `charts` and the colours from the style sheet. */
export const SCRIPT = `
const charts = JSON.parse(document.getElementById('charts').textContent);
const drawn = [];
const whole = [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((n) => n * 10 ** power));
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const number = (v) => ((Math.abs(v) < 1e-3 && v !== 0) || Math.abs(v) >= 1e6 ? v.toExponential(2).replace('.00', '') : String(+v.toPrecision(4)));
const shown = (u, v) => (v == null ? '' : number(v));

// uPlot's own ticks end below 1e-16, where gradients do not.
const logRange = (u, min, max) => (min == null ? [0.1, 1] : [min / 1.2, max * 1.2]);
function decades(u, axis, min, max) {
  const [low, high] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
  const every = Math.ceil((high - low) / 8);
  const multiples = high - low > 3 ? [1] : high - low > 1 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const ticks = [];
  for (let power = Math.ceil(low / every) * every; power <= high; power += every)
    for (const n of multiples) ticks.push(Number(n + 'e' + power));
  return ticks.filter((v) => v >= min && v <= max);
}

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
    scales: { x: { time: false }, y: chart.log ? { distr: 3, range: logRange } : { distr: 1 } },
    axes: [axis(chart.xLabel, { size: 36, incrs: chart.x.every(Number.isInteger) ? whole : undefined }), axis(chart.yLabel, { ...(chart.log && { splits: decades, filter: (u, splits) => splits }), size: 62, values: (u, ticks) => ticks.map((v) => (v == null ? '' : number(v))) })],
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
