import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

function node(args: string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: { ...process.env, ...env } });
}

describe('the package', () => {
  for (const file of ['esm.mjs', 'require.cjs']) {
    it(`trains through ${file}`, () => {
      const { status, stderr } = node([join('test', 'package', 'fixtures', file)]);
      assert.equal(status, 0, stderr);
    });
  }

  it('exports the same names to import and to require', () => {
    const script = `
      const names = (room) => Object.keys(room).filter((name) => name !== '__esModule').sort();
      const all = (room) => [room, room.tf, room.tf.data].flatMap(names);
      const required = all(require('seqnn'));
      import('seqnn').then((imported) => console.log(JSON.stringify([required, all(imported)])));`;
    const [required, imported] = JSON.parse(node(['-e', script, '--input-type=commonjs']).stdout) as string[][];
    assert.deepEqual(required, imported);
    for (const name of ['sequential', 'tf', 'matMul', 'generator']) assert.ok(imported.includes(name), name);
  });

  it('has no dependencies at run time and no install script', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    assert.equal(manifest.dependencies, undefined);
    assert.equal(manifest.scripts.install, undefined);
    assert.ok(!JSON.stringify(manifest.files).includes('binding.gyp'));
  });

  it('says which platform it looked for when there is no addon, and how to build one', () => {
    const { status, stderr } = node([join('test', 'package', 'fixtures', 'esm.mjs')], {
      SEQNN_ADDON: join(root, 'no', 'seqnn.node'),
    });
    assert.notEqual(status, 0);
    assert.match(stderr, new RegExp(`no native addon for ${process.platform}-${process.arch}.*npm run build:native`));
  });

  it('says so when the addon is a file of another platform', () => {
    const folder = mkdtempSync(join(tmpdir(), 'seqnn-foreign-'));
    const addon = join(folder, 'seqnn.node');
    writeFileSync(addon, 'not a shared library');
    const { status, stderr } = node([join('test', 'package', 'fixtures', 'esm.mjs')], { SEQNN_ADDON: addon });
    rmSync(folder, { recursive: true });
    assert.notEqual(status, 0);
    assert.match(
      stderr,
      new RegExp(`seqnn.node does not load on ${process.platform}-${process.arch}.*npm run build:native`),
    );
  });
});
