import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Findings } from '../../lib/cli/doctor.js';

const command = fileURLToPath(new URL('../../lib/cli/seqnn.js', import.meta.url));

function seqnn(args: string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [command, ...args], { encoding: 'utf8', env: { ...process.env, ...env } });
}

describe('seqnn doctor', () => {
  it('tells what was built and what is missing', () => {
    const { status, stdout } = seqnn(['doctor']);
    assert.equal(status, 0);
    for (const line of [
      /^instruction set +\w+/m,
      /^threads +\d+ of \d+ cores/m,
      /^CUDA +no: not built in/m,
      /^cuBLAS +no: not looked for/m,
      /^cuDNN +no: not looked for/m,
    ])
      assert.match(stdout, line);
  });

  it('prints one JSON document', () => {
    const findings = JSON.parse(seqnn(['doctor', '--json']).stdout) as Findings;
    assert.ok(findings.addon.loaded && findings.isas?.includes(findings.isa as string));
    assert.deepEqual(Object.keys(findings.libraries), ['BLAS', 'CUDA', 'cuBLAS', 'cuDNN', 'MPI']);
  });

  it('says why there is no addon, and how to get one', () => {
    const { status, stdout } = seqnn(['doctor'], { SEQNN_ADDON: '/nowhere/seqnn.node' });
    assert.equal(status, 1);
    assert.match(stdout, /^addon +seqnn: no native addon for .*npm run build:native/m);
  });

  it('names an unknown command or option', () => {
    assert.match(seqnn(['docter']).stderr, /unknown command 'docter'. Did you mean 'doctor'/);
    assert.match(seqnn(['doctor', '--jsn']).stderr, /unknown option '--jsn'. Did you mean '--json'/);
    assert.equal(seqnn([]).status, 2);
  });
});
