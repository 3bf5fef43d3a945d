import assert from 'node:assert/strict';
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
});
