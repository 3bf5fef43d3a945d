// Packs the tarball, installs it elsewhere without scripts or compiler, and uses it as a stranger would: import, require
// and the types of both.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bin, capture, must, root } from './support/shell.mjs';

const folder = mkdtempSync(join(tmpdir(), 'seqnn-pack-'));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

function pack() {
  must([process.execPath, join(root, 'scripts', 'prebuild.mjs')]);
  const answer = capture([npm, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder]);
  if (answer === null) throw new Error('npm pack failed');
  const packed = JSON.parse(answer);
  return Array.isArray(packed) ? packed[0] : Object.values(packed)[0];
}

function checkContents(files) {
  const expected = [
    'package.json',
    'README.md',
    'LICENSE',
    'dist/lib/index.js',
    'dist/lib/index.d.ts',
    'dist/cjs/index.js',
    'dist/cjs/package.json',
  ];
  expected.push(`prebuilds/${process.platform}-${process.arch}/seqnn.node`);
  for (const file of expected) if (!files.includes(file)) throw new Error(`the tarball lacks ${file}`);
  const unwanted = files.filter((file) => /binding\.gyp|^native|^dist\/(test|bench|examples)|tsbuildinfo/.test(file));
  if (unwanted.length > 0) throw new Error(`the tarball holds ${unwanted.join(', ')}`);
}

try {
  const { filename, files, size } = pack();
  checkContents(files.map(({ path }) => path));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  must([npm, 'install', '--ignore-scripts', '--no-audit', '--no-fund', join(folder, filename)], { cwd: folder });
  cpSync(join(root, 'test', 'package', 'fixtures'), folder, { recursive: true });
  for (const script of ['esm.mjs', 'require.cjs']) must([process.execPath, script], { cwd: folder });
  must([process.execPath, join('node_modules', 'seqnn', 'dist', 'lib', 'cli', 'seqnn.js'), 'doctor'], { cwd: folder });
  must(
    [
      ...bin('typescript/bin/tsc'),
      '--noEmit',
      '--strict',
      '--module',
      'NodeNext',
      '--target',
      'ES2022',
      'types.mts',
      'types.cts',
    ],
    { cwd: folder },
  );
  console.log(`${filename}: ${files.length} files, ${(size / 1024).toFixed(0)} KB, works by import and require`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
