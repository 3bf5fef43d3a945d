import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { native } from '../../lib/runtime/addon.js';
import { CHUNK_MS } from '../../lib/training/feed.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const script = (steps: number, threads: number) => `
import { layers, sequential, setThreads, tensor } from '${pathToFileURL(at('../../lib/index.js'))}';
setThreads(${threads});
const model = sequential([
  layers.conv1D({ filters: 8, kernelSize: 2, padding: 'causal', activation: 'relu', inputShape: [10, 2] }),
  layers.lstm({ units: 20, returnSequences: true }),
  layers.dropout({ rate: 0.2 }),
  layers.gru({ units: 20 }),
  layers.batchNormalization(),
  layers.dense({ units: 1 }),
]);
model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
const rows = 32 * ${steps};
const x = tensor(new Float32Array(rows * 20).fill(0.1), [rows, 10, 2]);
const y = tensor(new Float32Array(rows), [rows, 1]);
const start = performance.now();
await model.fit(x, y, { epochs: 1, batchSize: 32, verbose: 0 });
console.log(performance.now() - start);
`;

// The threads that compute are not the first, and V8 has none of its own here.
describe('memory', () => {
  let folder: string;
  before(function () {
    if (process.platform !== 'linux' || process.env.LD_PRELOAD || native().about().device !== 'cpu') this.skip();
    folder = mkdtempSync(join(tmpdir(), 'seqnn-'));
    const source = at('../../../native/tests/count_mallocs.cc');
    const flags = ['-shared', '-fPIC', '-O1', source, '-o', join(folder, 'count.so'), '-ldl'];
    assert.equal(spawnSync(process.env.CXX ?? 'c++', flags, { stdio: 'inherit' }).status, 0);
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true });
  });

  function trained(steps: number, threads: number): { mallocs: number; ms: number } {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--single-threaded', '--input-type=module', '--eval', script(steps, threads)],
      { encoding: 'utf8', env: { ...process.env, LD_PRELOAD: join(folder, 'count.so') } },
    );
    const found = /^mallocs (\d+)$/m.exec(stderr);
    assert.ok(found, stderr);
    return { mallocs: Number(found[1]), ms: Number(stdout) };
  }

  for (const threads of [1, 2]) {
    it(`is not asked for in a train step, with threads: ${threads}`, () => {
      const [few, many] = [trained(100, threads), trained(1600, threads)];
      // Some are for the reports, fewer than two for each; which come every CHUNK_MS.
      const reports = many.ms / CHUNK_MS;
      assert.ok(few.mallocs > 0);
      assert.ok(
        many.mallocs - few.mallocs < 100 + 3 * reports,
        `${few.mallocs} in 100 steps, ${many.mallocs} in 1600, which took ${many.ms} ms`,
      );
    });
  }
});
