import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runFolder } from './suite.js';

// Compiled tests lie in dist/test, the fixtures with the sources.
const cases = fileURLToPath(new URL('../../../test/goldens/cases', import.meta.url));

describe('goldens', () => {
  it('every supported case is within its bound', function () {
    this.timeout(300_000);
    const report = runFolder(cases);
    assert.deepEqual(report.failures, []);
    assert.ok(report.passed > 400, `only ${report.passed} cases passed`);
  });

  it('are found in folders of a folder, beside other JSON', () => {
    const folder = mkdtempSync(join(tmpdir(), 'seqnn-'));
    mkdirSync(join(folder, 'inside'));
    writeFileSync(join(folder, 'list.json'), '[1]');
    writeFileSync(join(folder, 'other.json'), '{"name": 3}');
    copyFileSync(join(cases, 'activation_000_relu.json'), join(folder, 'inside', 'case.json'));
    const { passed, failed, unsupported } = runFolder(folder);
    rmSync(folder, { recursive: true });
    assert.deepEqual({ passed, failed, unsupported }, { passed: 1, failed: 0, unsupported: 0 });
  });
});
