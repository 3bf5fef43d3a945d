import assert from 'node:assert/strict';
import { report, tensor } from '../../lib/index.js';
import { heatMapSvg } from '../../lib/report/index.js';

const map = { title: 'a < b', values: [[0, 0.5, 1], [2, 0, 0.25]], rows: ['x', '"'], columns: ['p', 'q', '&'] }; // prettier-ignore

describe('heat map', () => {
  it('draws a cell per value, as strong as its share of the largest', () => {
    const svg = heatMapSvg(map);
    const strengths = [...svg.matchAll(/fill-opacity="([\d.]+)"/g)].map(([, v]) => Number(v));
    assert.deepEqual(strengths, [0, 0.25, 0.5, 1, 0, 0.125]);
    const half = heatMapSvg({ ...map, max: 4 });
    assert.deepEqual(
      [...half.matchAll(/fill-opacity="([\d.]+)"/g)].map(([, v]) => Number(v)),
      [0, 0.125, 0.25, 0.5, 0, 0.063],
    );
  });

  it('escapes its labels and says the values', () => {
    const svg = heatMapSvg(map);
    assert.match(svg, /aria-label="a &lt; b"/);
    assert.match(svg, /<title>&quot; · &amp;: 0.25<\/title>/);
  });

  it('is part of a report, which then needs no plotting library', async () => {
    const page = await report({ title: 'T', heatMaps: [{ ...map, caption: 'who saw what', rowLabel: 'out' }] });
    assert.match(page, /<figure class="card"><h2>a &lt; b<\/h2><svg class="heat"/);
    assert.match(page, /who saw what/);
    assert.doesNotMatch(page, /<script/);
  });

  it('refuses what does not fit', () => {
    assert.throws(() => heatMapSvg({ ...map, rows: ['x'] }), /values \[2, 3\] for 1 rows and 3 columns/);
    assert.throws(() => heatMapSvg({ ...map, values: tensor([[1, -1, 0], [0, 0, 0]]) }), /at least 0, got -1/); // prettier-ignore
    assert.throws(() => heatMapSvg({ ...map, values: [[NaN, 1, 0], [0, 0, 0]] }), /at least 0, got NaN/); // prettier-ignore
  });
});
