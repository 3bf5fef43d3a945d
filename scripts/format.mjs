// Formats TypeScript and scripts with prettier, C++ with clang-format; with --check it only reports.
import { filesUnder } from './support/files.mjs';
import { bin, capture, root, run } from './support/shell.mjs';

const write = process.argv.includes('--write');
const clangMajor = 14; // layouts differ between versions

function clangFormat() {
  const tool = process.env.CLANG_FORMAT ?? 'clang-format';
  const version = /version (\d+)/.exec(capture([tool, '--version']) ?? '')?.[1];
  if (Number(version) !== clangMajor) {
    console.error(
      `C++ format: skipped, expected clang-format ${clangMajor} (pip install clang-format==14.0.6), found ${version ?? 'none'}`,
    );
    return 0;
  }
  return run([tool, ...(write ? ['-i'] : ['--dry-run', '--Werror']), ...filesUnder(['native'], /\.(cc|h|inc)$/)], {
    cwd: root,
  });
}

const statuses = [
  run([
    ...bin('prettier/bin/prettier.cjs'),
    write ? '--write' : '--check',
    '--log-level',
    'warn',
    '**/*.{ts,cts,mjs,json}',
  ]),
  clangFormat(),
];
process.exitCode = statuses.every((status) => status === 0) ? 0 : 1;
