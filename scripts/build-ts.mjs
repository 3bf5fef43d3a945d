// Compiles lib, test, bench and examples to dist/ (ES modules) and lib once more to dist/cjs (for require), and puts the
// library in one file, dist/seqnn.js: 150 modules take a process three times as long to load.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import esbuild from 'esbuild';
import { filesUnder } from './support/files.mjs';
import { bin, root } from './support/shell.mjs';

const compile = (project) =>
  new Promise((resolve) => {
    const [node, ...args] = [...bin('typescript/bin/tsc'), '-p', project];
    spawn(node, args, { cwd: root, stdio: ['ignore', 2, 2] }).on('close', (status) => resolve(status ?? 1));
  });

/** A compiled test or command whose source is gone would still run. */
function removeOrphans() {
  for (const output of filesUnder(
    ['dist/lib', 'dist/test', 'dist/bench', 'dist/examples', 'dist/cjs'],
    /\.(js|cjs|d\.ts|d\.cts)(\.map)?$/,
  )) {
    const source = output
      .replace(/^dist\/(cjs\/)?/, (_, cjs) => (cjs ? 'lib/' : ''))
      .replace(/(\.d)?\.(c?)(js|ts)(\.map)?$/, '.$2ts');
    if (!existsSync(join(root, source))) rmSync(join(root, output));
  }
}

mkdirSync(join(root, 'dist', 'cjs'), { recursive: true });
writeFileSync(join(root, 'dist', 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
removeOrphans();
const statuses = await Promise.all([compile('tsconfig.json'), compile('tsconfig.cjs.json')]);
if (statuses.some((status) => status !== 0)) process.exit(1);

// The CommonJS files know their own folder: they stay what and where they are.
const keepCommonJs = {
  name: 'keep-commonjs',
  setup: (build) =>
    build.onResolve({ filter: /\.cjs$/ }, ({ path, resolveDir }) => ({
      path: `./${relative(join(root, 'dist'), join(resolveDir, path)).replaceAll('\\', '/')}`,
      external: true,
    })),
};
await esbuild.build({
  absWorkingDir: root,
  entryPoints: ['dist/lib/index.js'],
  outfile: 'dist/seqnn.js',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  keepNames: true,
  sourcemap: true,
  logLevel: 'warning',
  plugins: [keepCommonJs],
});
