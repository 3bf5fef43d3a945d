// The fast part of .ci/run, for use while one works: builds, lints and proves the rules of the house; no tests.
import { performance } from 'node:perf_hooks';
import { bin, run } from './support/shell.mjs';

const script = (name, ...args) => [process.execPath, `scripts/${name}`, ...args];
const checks = {
  build: script('build.mjs'),
  lint: [...bin('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings'],
  format: script('format.mjs', '--check'),
  dependencies: script('check-deps.mjs'),
  sizes: script('check-sizes.mjs'),
  symbols: script('check-symbols.mjs'),
};

const failed = [];
for (const [name, command] of Object.entries(checks)) {
  const start = performance.now();
  const good = run(command) === 0;
  if (!good) failed.push(name);
  console.log(`${good ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}
console.log(`${Object.keys(checks).length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
