import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { report, tensor } from '../../lib/index.js';
import type { Chart } from '../../lib/report/index.js';

/** The charts that a page carries. */
function chartsOf(html: string): (Chart & { bands: string[][] })[] {
  const [, json] = /<script type="application\/json" id="charts">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json) as (Chart & { bands: string[][] })[];
}

describe('report', () => {
  const history = { history: { loss: [0.5, 0.25], val_loss: [0.6, 0.3], accuracy: [0, 0.5] }, epoch: [0, 1] };

  it('writes one file that loads nothing from elsewhere', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'seqnn-report-'));
    try {
      const path = join(folder, 'page.html');
      const html = await report({ path, title: 'Page', history });
      assert.equal(readFileSync(path, 'utf8'), html);
      assert.doesNotMatch(html, /<(script|link|img)[^>]*\s(src|href)=/);
      assert.ok(html.length < 90_000);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('draws the loss with its validation, and each metric', async () => {
    const [loss, accuracy] = chartsOf(await report({ title: 'Page', history }));
    assert.deepEqual([loss.title, loss.x, loss.log], ['Loss', [1, 2], true]);
    assert.deepEqual(loss.series.map(({ name }) => name), ['training', 'validation']); // prettier-ignore
    assert.deepEqual([accuracy.title, accuracy.log], ['accuracy', false]);
  });

  it('places the figures of a seldom validation', async () => {
    const seldom = { history: { loss: [4, 3, 2, 1], val_loss: [5, 6] }, epoch: [2, 3, 4, 5], validated: [3, 5] };
    const [loss] = chartsOf(await report({ title: 'Page', history: seldom }));
    assert.deepEqual(loss.series[1].values, [null, 5, null, 6]);
    assert.deepEqual([loss.x, loss.log, loss.series[1].style], [[3, 4, 5, 6], true, 'points']);
  });

  it('draws a forecast with its band, joined to the last known step', async () => {
    const forecast = {
      title: 'F',
      past: tensor([1, 2, 3]),
      actual: [4, 5],
      predicted: [4.5, 5.5],
      lower: [4, 5],
      upper: [5, NaN],
    };
    const [chart] = chartsOf(await report({ title: 'Page', forecasts: [forecast] }));
    const values = Object.fromEntries(chart.series.map((series) => [series.name, series.values]));
    assert.deepEqual(chart.x, [-2, -1, 0, 1, 2]);
    assert.deepEqual(values.past, [1, 2, 3, null, null]);
    assert.deepEqual(values.forecast, [null, null, 3, 4.5, 5.5]);
    assert.deepEqual(values.upper, [null, null, 3, 5, null]);
    assert.deepEqual(values['what came'], [null, null, null, 4, 5]);
    assert.deepEqual(chart.bands, [['upper', 'lower']]);
  });

  it('draws norms of gradients over steps and over epochs, zeros as gaps', async () => {
    const flow = (scale: number) => ({
      steps: [
        { name: 'a', norms: Float64Array.of(0, scale, 1) },
        { name: 'b', norms: Float64Array.of(2) },
      ],
      layers: { names: ['a', 'b'], norms: Float64Array.of(scale, 0) },
    });
    const gradients = [
      { title: 'S', flow: flow(2e-30) },
      { title: 'E', flow: [flow(3), flow(4)] },
    ];
    const [steps, epochs] = chartsOf(await report({ title: 'Page', gradients }));
    assert.deepEqual([steps.log, steps.x, epochs.x], [true, [0, 1, 2], [1, 2]]);
    assert.deepEqual(steps.series.map((s) => s.values), [[null, 2e-30, 1], [2, null, null]]); // prettier-ignore
    assert.deepEqual(epochs.series.map((s) => s.values), [[3, 4], [null, null]]); // prettier-ignore
    const none = { title: 'N', flow: { ...flow(1), steps: [] } };
    await assert.rejects(report({ title: 'P', gradients: [none] }), /'N' have no time steps/);
    await assert.rejects(report({ title: 'P', gradients: [{ title: 'N', flow: [] }] }), /'N' are of no epoch/);
  });

  it('keeps text from becoming markup', async () => {
    const evil = '</script><script>alert(1)</script>';
    const tables = [{ title: evil, columns: ['a & b'], rows: [[evil]] }];
    const html = await report({
      title: evil,
      tables,
      charts: [{ title: evil, x: [1], xLabel: 'x', series: [{ name: evil, values: [1] }] }],
    });
    assert.ok(!html.includes(evil));
    assert.ok(html.includes('a &amp; b'));
    assert.equal(chartsOf(html)[0].title, evil);
  });

  it('carries scripts that parse', async () => {
    const html = await report({ title: 'Page' });
    for (const [, script] of html.matchAll(/<script>(.*?)<\/script>/gs)) runInNewContext(`(() => {${script}})`);
  });

  it('names what does not fit', async () => {
    await assert.rejects(
      report({ title: 'P', forecasts: [{ title: 'F', past: [], predicted: [1] }] }),
      /at least one step of the past/,
    );
    await assert.rejects(
      report({ title: 'P', forecasts: [{ title: 'F', past: [1], predicted: [1], actual: [1, 2] }] }),
      /actual has 2 steps, the forecast has 1/,
    );
    const chart = { title: 'C', x: [1, 2], xLabel: 'x', series: [{ name: 's', values: [1] }] };
    await assert.rejects(report({ title: 'P', charts: [chart] }), /series 's' of 'C' has 1 values, x has 2/);
    await assert.rejects(report({ titel: 'P' } as never), /unknown option 'titel'. Did you mean 'title'/);
  });
});
