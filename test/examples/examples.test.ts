import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const AT_ONCE = 2;

/** Examples have a number in front; what they import has none. */
const EXAMPLE = /^(\d\d_\w+|demo)\.ts$/;
const sources = readdirSync(join(root, 'examples'))
  .filter((file) => EXAMPLE.test(file))
  .sort();

interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

function run(source: string, folder: string): Promise<Outcome> {
  const compiled = join(root, 'dist', 'examples', source.replace(/ts$/, 'js'));
  const env = { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder };
  const child = spawn(process.execPath, [compiled, '--quick'], { cwd: root, env });
  const outcome: Outcome = { status: null, stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (outcome.stdout += text));
  child.stderr.on('data', (text) => (outcome.stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ ...outcome, status }));
  });
}

/** Starts all, no more than some at once; the outcome of each as a promise of its own. */
function runAll(folder: string): Map<string, Promise<Outcome>> {
  const lanes = new Array<Promise<unknown>>(AT_ONCE).fill(Promise.resolve());
  return new Map(
    sources.map((source, i) => {
      const outcome = lanes[i % AT_ONCE].then(() => run(source, folder));
      // Its own test reports a failure; the lane goes on.
      lanes[i % AT_ONCE] = outcome.catch(() => undefined);
      return [source, outcome];
    }),
  );
}

describe('examples', function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), 'seqnn-examples-'));
  let outcomes: Map<string, Promise<Outcome>>;
  before(() => {
    outcomes = runAll(folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const source of sources)
    it(`${source} runs and ends with a figure`, async () => {
      const { status, stdout, stderr } = (await outcomes.get(source)) as Outcome;
      assert.equal(stderr, '');
      assert.equal(status, 0);
      // The name of the folder is no figure.
      assert.match(stdout.replaceAll(folder, '').trimEnd().split('\n').at(-1) as string, /\d/, stdout);
    });

  it('all stand in the table of examples/README.md, and nothing else does', () => {
    const table = readFileSync(join(root, 'examples', 'README.md'), 'utf8').matchAll(/^\| `([^`]+)`/gm);
    const names = [...table].map(([, name]) => name).sort();
    assert.deepEqual(names, sources, 'node scripts/examples-table.mjs writes the table anew');
  });
});
